// Words for functions (VFs): their state, the way their DMA goes, and all of them in one sentence.

import type { DmaMode, FunctionAnswer } from '../../core/index.ts';
import { counted } from '../widgets/numbers.ts';

const MODES: Readonly<Record<DmaMode, string>> = {
  direct: 'direct',
  indirect: 'indirect',
  hybrid: 'hybrid',
  default: 'default 4K',
  none: 'no DMA',
};

const MARKS: Readonly<Record<FunctionAnswer['state'], string>> = {
  absent: '◌',
  present: '○',
  bound: '●',
  failed: '✕',
  frozen: '✕',
};

export const stateMark = (f: FunctionAnswer): string => MARKS[f.state];

export function modeWord(f: FunctionAnswer): string {
  if (f.state === 'bound') return MODES[f.mode];
  if (f.state === 'failed') return 'failed';
  if (f.state === 'frozen') return 'frozen';
  return 'no driver';
}

/** "8 functions, all with indirect mapping." */
export function summarise(functions: readonly FunctionAnswer[]): string {
  if (functions.length === 0) return 'No virtual function yet.';
  const counts = new Map<string, number>();
  for (const f of functions) counts.set(modeWord(f), (counts.get(modeWord(f)) ?? 0) + 1);
  const [only, ...others] = counts.keys();
  const total = counted(functions.length, 'function');
  if (only === 'no driver' && others.length === 0)
    return `${total}, waiting for a kernel to drive ${functions.length === 1 ? 'it' : 'them'}.`;
  if (others.length === 0) return functions.length === 1 ? `1 function: ${only}.` : `${total}, all ${only}.`;
  return `${total}: ${[...counts].map(([word, count]) => `${count} ${word}`).join(', ')}.`;
}

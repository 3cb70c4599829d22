// Words for functions (VFs): their state, the way their DMA goes, and all of them in one sentence.

import { pageSizeName } from '../../../core/base/bits.ts';
import type { FunctionAnswer, WindowAnswer } from '../../../core/index.ts';
import { adapters } from '../../texts/adapters.ts';
import { sizeWords } from '../../widgets/numbers.ts';
import { bytesOf } from '../ruler.ts';
import { addressWords } from '../window-words.ts';

const MARKS: Readonly<Record<FunctionAnswer['state'], string>> = {
  absent: '◌',
  present: '○',
  bound: '●',
  failed: '✕',
  frozen: '✕',
};

export const stateMark = (f: FunctionAnswer): string => MARKS[f.state];

/** The way its DMA goes; without a driver: why none goes. */
export const modeWord = (f: FunctionAnswer): string =>
  f.state === 'bound' ? adapters.modes[f.mode] : adapters.states[f.state];

/** How many of each word, in the order of their appearance. */
export function countedBy(
  functions: readonly FunctionAnswer[],
  word: (f: FunctionAnswer) => string = modeWord,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const f of functions) counts.set(word(f), (counts.get(word(f)) ?? 0) + 1);
  return counts;
}

/** "8 functions, all indirect." */
export function summarise(functions: readonly FunctionAnswer[]): string {
  if (functions.length === 0) return adapters.none;
  const counts = countedBy(functions);
  const [only] = counts.keys();
  if (counts.size > 1 || only === undefined) return adapters.mixed(functions.length, counts);
  if (only === adapters.states.present) return adapters.waiting(functions.length);
  return adapters.alike(functions.length, only);
}

/** The window that its DMA goes through now, or that waits for a driver. */
export const windowOf = (f: FunctionAnswer): WindowAnswer | undefined =>
  f.windows.findLast((window) => window.active && window.use !== 'none') ??
  f.windows.find((window) => window.active);

/** "256 GiB at 2^59, 64K pages" */
export function windowText(f: FunctionAnswer): string {
  const window = windowOf(f);
  return window === undefined
    ? '—'
    : adapters.window(sizeWords(bytesOf(window)), addressWords(window.start), pageSizeName(window.pageShift));
}

/** 0: nothing, 5: all but full. What part of its block is in use. */
export function fillStep(f: FunctionAnswer): 0 | 1 | 2 | 3 | 4 | 5 {
  const part = f.blockTces === 0 ? 0 : f.usedTces / f.blockTces;
  if (part === 0) return 0;
  return part < 0.01 ? 1 : part < 0.1 ? 2 : part < 0.5 ? 3 : part < 0.9 ? 4 : 5;
}

// Words for DMA windows.

import { pageSizeName } from '../../core/base/bits.ts';
import type { FunctionAnswer, WindowAnswer } from '../../core/index.ts';
import { windows } from '../texts/texts.ts';
import { sizeWords } from '../widgets/numbers.ts';
import { bytesOf } from './ruler.ts';

export const pageName = pageSizeName;

export const windowName = (window: WindowAnswer): string =>
  window.isDefault ? windows.defaultWindow : windows.dynamicWindow;

export const useWords = (window: WindowAnswer): string =>
  window.active ? windows.uses[window.use] : windows.removed;

/** 2^59 for large powers of two, else plain hex. */
export const addressWords = (start: bigint): string => {
  const power = start.toString(2).length - 1;
  return start !== 0n && start === 1n << BigInt(power) && power > 40
    ? `2^${power}`
    : `0x${start.toString(16)}`;
};

/** The panel's answer: "vf3 reaches memory through a window of 256 GiB at 2^59." */
export function reachWords(f: FunctionAnswer): string {
  const id = f.description.id;
  if (f.state === 'frozen') return windows.frozen(id);
  const used = f.windows.filter((window) => window.active && window.use !== 'none');
  const window = used.at(-1);
  if (window === undefined) {
    const waiting = f.windows.find(({ active }) => active);
    return waiting === undefined
      ? windows.reachNothing(id)
      : windows.waiting(id, waiting.isDefault, sizeWords(bytesOf(waiting)));
  }
  const size = sizeWords(bytesOf(window));
  return windows.reach(id, window.isDefault, size, addressWords(window.start));
}

/** "rw", "r-", "-w": what the device may do through a TCE with these low bits. */
export const permissionsText = (low: number): string =>
  `${(low & 1) !== 0 ? 'r' : '-'}${(low & 2) !== 0 ? 'w' : '-'}`;

// The device-tree properties of DMA windows: the platform's default one, Linux' own of dynamic ones (struct dynamic_dma_window_prop).

import { hi32, joinU64, lo32 } from '../../base/u64.ts';
import type { U64 } from '../../base/u64.ts';
import { cellOf } from './live-tree.ts';

export const DEFAULT_WINDOW = 'ibm,dma-window';
export const SAVED_WINDOW = 'ibm,dma-window-saved';
export const DIRECT_WINDOW = 'linux,direct64-ddr-window-info';
export const DYNAMIC_WINDOW = 'linux,dma64-ddr-window-info';

/** struct dynamic_dma_window_prop as it lies in the property: liobn, 4 bytes of padding, dma_base, tce_shift, window_shift. */
export interface WindowProperty {
  readonly liobn: number;
  readonly base: U64;
  readonly tceShift: number;
  readonly windowShift: number;
}

export const WINDOW_PROPERTY_BYTES = 24;

/** Cells beyond the value's end read as 0 (the kernel reads whatever lies there). */
export function readWindowProperty(value: Uint8Array): WindowProperty {
  return {
    liobn: cellOf(value, 0) | 0,
    base: joinU64(cellOf(value, 2), cellOf(value, 3)),
    tceShift: cellOf(value, 4),
    windowShift: cellOf(value, 5),
  };
}

export function windowPropertyBytes(win: WindowProperty): Uint8Array {
  const bytes = new Uint8Array(WINDOW_PROPERTY_BYTES);
  [win.liobn, 0, hi32(win.base), lo32(win.base), win.tceShift, win.windowShift].forEach((word, i) => {
    for (let b = 0; b < 4; b++) bytes[4 * i + b] = (word >>> (24 - 8 * b)) & 0xff;
  });
  return bytes;
}

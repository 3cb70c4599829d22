// From a device's bus address to a guest real address (LoPAR ch_address_map; QEMU spapr_tce_translate_iommu).
// A miss, a missing permission and an address beyond RAM are three different answers.

import { TCE_READ, TCE_WRITE } from '../abi/papr/tce.ts';
import type { DmaFault } from '../abi/ports.ts';
import type { DmaWindow } from './dma-window.ts';

export type DmaDirection = 'read' | 'write';

/** Result of translate(); reused between calls. `bytes` is how far the answer holds: to the end of the I/O page at most. */
export interface Translation {
  fault: DmaFault | undefined;
  address: number;
  bytes: number;
}

const tce = new Int32Array(2);

/**
 * Translates the first byte at a bus address. Where two windows overlap, the one in the higher slot answers (`windows` is in
 * slot order), as QEMU's memory regions do.
 */
export function translate(
  windows: readonly DmaWindow[],
  busHi: number,
  busLo: number,
  direction: DmaDirection,
  into: Translation,
): void {
  into.bytes = Infinity;
  for (let slot = windows.length - 1; slot >= 0; slot--) {
    const window = windows[slot];
    if (window === undefined || !window.active) continue;
    const index = window.relativeIndex(busHi, busLo);
    if (index >= 0) return translateIn(window, index, busHi, busLo, direction, into);
    into.bytes = Math.min(into.bytes, window.distanceToStart(busHi, busLo));
  }
  into.fault = 'no-window';
}

function translateIn(
  window: DmaWindow,
  index: number,
  busHi: number,
  busLo: number,
  direction: DmaDirection,
  into: Translation,
): void {
  window.table.read(index, tce, 0);
  const hi = tce[0] as number;
  const lo = tce[1] as number;
  const offset = window.offsetInPage(busHi, busLo);
  into.bytes = Math.min(into.bytes, 2 ** window.pageShift - offset);
  into.address = window.pageAddress(hi, lo) + offset;
  into.fault = faultOf(lo, direction);
}

function faultOf(tceLo: number, direction: DmaDirection): DmaFault | undefined {
  if ((tceLo & (TCE_READ | TCE_WRITE)) === 0) return 'no-tce';
  const needed = direction === 'read' ? TCE_READ : TCE_WRITE;
  return (tceLo & needed) === 0 ? 'permission' : undefined;
}

// Virtual devices below /vdevice: those that do DMA have a window of their own, fixed, 4K pages (LoPAR ch_virtual_io).

import { u64 } from '../base/u64.ts';
import { DmaWindow } from '../iommu/dma-window.ts';

export interface VioDeviceSpec {
  /** `v-scsi`, `l-lan`, `vty`. */
  readonly nodeName: string;
  /** Unit address: `reg`. */
  readonly unit: number;
  /** LIOBN of its window; QEMU's is the unit address. Absent: it does no DMA. */
  readonly liobn?: number;
}

const PAGE_SHIFT = 12;

/** The window of a virtual device; its owner is the unit address, which no PHB has as BUID. */
export function vioWindow(unit: number, liobn: number, bytes: number): DmaWindow {
  const window = new DmaWindow(liobn, u64(unit));
  window.enable(u64(0n), PAGE_SHIFT, bytes / 2 ** PAGE_SHIFT, true);
  return window;
}

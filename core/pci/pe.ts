// A partitionable endpoint: the unit that owns DMA windows and that the platform freezes (LoPAR ch_io_topology).

import type { U64 } from '../base/u64.ts';
import type { DmaWindow } from '../iommu/dma-window.ts';

export interface Pe {
  readonly buid: U64;
  /** Windows by slot: 0 the default window's LIOBN, 1 the dynamic one's. Slots stay; windows in them come and go. */
  readonly windows: readonly DmaWindow[];
  /** True after a DMA error on platforms with EEH: no DMA passes until recovery. */
  frozen: boolean;
  /** Limited addressing mode (PAPR 2.13): created windows start at a low bus address. */
  limitedAddressing: boolean;
}

export function activeWindows(pe: Pe): number {
  return pe.windows.filter((window) => window.active).length;
}

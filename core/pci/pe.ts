// A partitionable endpoint: the unit that owns DMA windows and that the platform freezes (LoPAR ch_io_topology).

import type { DmaEndpoint } from '../iommu/dma-path.ts';

/**
 * Windows by slot: 0 has the default window's LIOBN, 1 the dynamic one's. Slots stay; windows in them come and go.
 */
export interface Pe extends DmaEndpoint {
  /** Limited addressing mode (PAPR 2.13): created windows start at a low bus address. */
  limitedAddressing: boolean;
}

export function activeWindows(pe: Pe): number {
  return pe.windows.filter((window) => window.active).length;
}

// How a device's mappings go: straight (bus = dma_offset + real address), through its table, or either by address (bus_dma_limit).
// Worked out once per mask and table, so that a map only compares (kernel/dma/mapping.c, kernel/dma-iommu.c).

import { hi32, lo32, numberFromHalves } from '../../base/u64.ts';
import type { AllocLimits, IommuTable } from './iommu-table.ts';
import { maskOf } from './dma-supported.ts';
import type { GuestDevice, KernelState } from './kernel-state.ts';

export interface DmaPath {
  readonly dev: GuestDevice;
  readonly table: IommuTable | undefined;
  /** dma_go_direct() for the streaming and the coherent mask. */
  readonly streamingDirect: boolean;
  readonly coherentDirect: boolean;
  /** bus_dma_limit in real addresses: a mapping that ends at or below goes straight; undefined: no limit is set. */
  readonly limitReal: number | undefined;
  readonly offsetHi: number;
  readonly offsetLo: number;
  /** What the table may hand out under either mask. */
  readonly limits: AllocLimits | undefined;
  readonly coherentLimits: AllocLimits | undefined;
}

export function dmaPathOf(k: KernelState, dev: GuestDevice): DmaPath {
  const limited = dev.busDmaLimit !== 0n;
  return {
    dev,
    table: dev.table,
    streamingDirect: goesDirect(k, dev, dev.dmaMaskBits),
    coherentDirect:
      goesDirect(k, dev, dev.coherentMaskBits) || (k.build.coherentBypass.value && dev.opsBypass && limited),
    limitReal: limited ? Number(dev.busDmaLimit - dev.dmaOffset) : undefined,
    offsetHi: hi32(dev.dmaOffset),
    offsetLo: lo32(dev.dmaOffset),
    limits: dev.table?.limits(dev.dmaMaskBits, dev.segBoundaryBits),
    coherentLimits: dev.table?.limits(dev.coherentMaskBits, dev.segBoundaryBits),
  };
}

/** dma_go_direct(): bypass is on and mask and limit reach the end of RAM as seen from the bus. */
function goesDirect(k: KernelState, dev: GuestDevice, maskBits: number): boolean {
  if (!dev.opsBypass) return false;
  const lastPage = dev.dmaOffset + BigInt(k.ports.memory.ramBytes - k.pageBytes);
  const required = maskOf(lastPage.toString(2).length);
  const mask = maskOf(maskBits);
  const reach = dev.busDmaLimit !== 0n && dev.busDmaLimit < mask ? dev.busDmaLimit : mask;
  return reach >= required;
}

/** is_direct_handle(): any handle at or above dma_offset is taken for a straight one, even when it came from a table there. */
export function isDirectHandle(path: DmaPath, hi: number, lo: number, bytes: number): boolean {
  return numberFromHalves(hi, lo) + bytes >= numberFromHalves(path.offsetHi, path.offsetLo);
}

/** How the device's streaming DMA goes, in the lab's words. */
export function modeOf(k: KernelState, path: DmaPath): GuestDevice['mode'] {
  const { dev, table } = path;
  const window = k.windows.find((w) => w.base === dev.dmaOffset && w.node.pdn?.phb === dev.pdn.phb);
  // A limit below one page (7.x without memory facts) leaves everything to the table.
  if (path.streamingDirect || (path.limitReal ?? 0) >= k.pageBytes)
    return window?.mode === 'hybrid' ? 'hybrid' : 'direct';
  if (table === undefined) return 'none';
  const dynamic = k.windows.some((w) => w.liobn === table.liobn && w.mode !== 'direct');
  return dynamic ? 'indirect' : 'default';
}

// What ohci_init and ohci_mem_init take (drivers/usb/host/ohci-mem.c): the communications area, then descriptors from two pools; recorded
// on a 64K kernel as three pieces of 16 TCEs, and one more for usb-storage. Linux grows the pools at the first transfer, this at the start.

import { ED_IN, ED_OUT, HCCA_BYTES } from '../../../abi/ohci.ts';
import type { DriverContext } from '../types.ts';
import { allocCoherent, freeCoherent, type CoherentMemory } from './coherent-memory.ts';
import { createDmaPool, type DmaPool, type PoolBlock } from './dma-pool.ts';
import { createOhciEndpoint, DESCRIPTOR_BYTES, type OhciEndpoint } from './ohci-endpoint.ts';

const IOBUF_BYTES = 128;

/** A pool whose blocks are found again by their bus address (ohci's hash of transfer descriptors). */
export interface FindingPool extends DmaPool {
  find(lo: number): PoolBlock | undefined;
}

export interface OhciMemory {
  readonly hcca: CoherentMemory;
  readonly tds: FindingPool;
  readonly control: OhciEndpoint;
  readonly bulkIn: OhciEndpoint;
  readonly bulkOut: OhciEndpoint;
  readonly iobuf: PoolBlock;
  free(): void;
}

function findingPool(pool: DmaPool): FindingPool {
  const known = new Map<number, PoolBlock>();
  return {
    blockBytes: pool.blockBytes,
    alloc() {
      const block = pool.alloc();
      if (block !== undefined) known.set(block.lo, block);
      return block;
    },
    free: (block) => pool.free(block),
    destroy() {
      pool.destroy();
      known.clear();
    },
    find: (lo) => known.get(lo),
  };
}

/** Undefined: no coherent memory, and nothing is held. */
export function allocOhciMemory(context: DriverContext): OhciMemory | undefined {
  const hcca = allocCoherent(context, HCCA_BYTES);
  if (hcca === undefined) return undefined;
  const eds = createDmaPool(context, DESCRIPTOR_BYTES);
  const tds = findingPool(createDmaPool(context, DESCRIPTOR_BYTES));
  const buffers = createDmaPool(context, IOBUF_BYTES);
  const free = (): void => {
    for (const pool of [eds, tds, buffers]) pool.destroy();
    freeCoherent(context, hcca);
  };
  const control = createOhciEndpoint(eds, tds, 0, 0);
  const bulkIn = control && createOhciEndpoint(eds, tds, 1, ED_IN);
  const bulkOut = bulkIn && createOhciEndpoint(eds, tds, 2, ED_OUT);
  const iobuf = bulkOut && buffers.alloc();
  if (!control || !bulkIn || !bulkOut || !iobuf) {
    free();
    return undefined;
  }
  return { hcca, tds, control, bulkIn, bulkOut, iobuf, free };
}

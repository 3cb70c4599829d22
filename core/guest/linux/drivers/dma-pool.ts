// dma_pool (mm/dmapool.c): small coherent blocks cut from whole coherent pages, which are mapped on first need and kept.

import { allocCoherent, busHi, freeCoherent, type CoherentMemory } from './coherent-memory.ts';
import type { DriverContext } from '../types.ts';

export interface PoolBlock {
  readonly memory: CoherentMemory;
  /** Of the block in `memory`. */
  readonly offset: number;
  readonly hi: number;
  readonly lo: number;
}

export interface DmaPool {
  readonly blockBytes: number;
  /** Undefined: no coherent page could be had. */
  alloc(): PoolBlock | undefined;
  free(block: PoolBlock): void;
  /** Unmaps all pages; every block must have come back. */
  destroy(): void;
}

export function createDmaPool(context: DriverContext, blockBytes: number): DmaPool {
  const pages: CoherentMemory[] = [];
  const free: PoolBlock[] = [];

  const grow = (): boolean => {
    const memory = allocCoherent(context, Math.max(context.pageBytes, blockBytes));
    if (memory === undefined) return false;
    pages.push(memory);
    for (let offset = memory.bytes - blockBytes; offset >= 0; offset -= blockBytes) {
      free.push({ memory, offset, hi: busHi(memory.hi, memory.lo, offset), lo: (memory.lo + offset) | 0 });
    }
    return true;
  };

  return {
    blockBytes,
    alloc: () => (free.length > 0 || grow() ? free.pop() : undefined),
    free: (block) => void free.push(block),
    destroy() {
      for (const page of pages) freeCoherent(context, page);
      pages.length = 0;
      free.length = 0;
    },
  };
}

// kmalloc as drivers use it for headers and tables: blocks of one size cut from pages of the kernel. Not mapped for any device.

import type { PageAllocator } from '../types.ts';

export interface Slab {
  readonly blockBytes: number;
  /** Guest real address of a block that lies in one page; undefined: RAM is full. */
  alloc(): number | undefined;
  free(address: number): void;
  /** Gives all pages back. */
  destroy(): void;
}

/** `blockBytes`: a power of two, at most a page. */
export function createSlab(pages: PageAllocator, blockBytes: number): Slab {
  const held: number[] = [];
  const free: number[] = [];
  return {
    blockBytes,
    alloc() {
      const block = free.pop();
      if (block !== undefined) return block;
      const page = pages.alloc(0);
      if (page === undefined) return undefined;
      held.push(page);
      for (let offset = pages.pageBytes - blockBytes; offset > 0; offset -= blockBytes)
        free.push(page + offset);
      return page;
    },
    free: (address) => void free.push(address),
    destroy() {
      for (const page of held.splice(0)) pages.free(page, 0);
      free.length = 0;
    },
  };
}

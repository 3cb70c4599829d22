import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { BuddyAllocator } from './page-allocator.ts';

const MiB = 2 ** 20;

describe('the page allocator', () => {
  it('gives naturally aligned blocks above the kernel', () => {
    const pages = new BuddyAllocator(1024 * MiB, 65536);
    const first = pages.alloc(0);
    const big = pages.alloc(5);
    expect(first).toBe(32 * MiB);
    expect((big ?? 1) % (32 * 65536)).toBe(0);
  });

  it('two allocators of one partition give the same addresses', () => {
    const run = (): (number | undefined)[] => {
      const pages = new BuddyAllocator(256 * MiB, 4096);
      return [0, 3, 0, 7, 1].map((order) => pages.alloc(order));
    };
    expect(run()).toEqual(run());
  });

  it('says when RAM is full, and has all of it again after the last free', () => {
    const pages = new BuddyAllocator(128 * MiB, 65536);
    const held: number[] = [];
    for (let at = pages.alloc(0); at !== undefined; at = pages.alloc(0)) held.push(at);
    expect(held).toHaveLength((128 - 32) * 16);
    for (const at of held) pages.free(at, 0);
    expect(pages.alloc(pages.orderOf(64 * MiB))).toBe(64 * MiB);
  });

  it('takes memory that is added later', () => {
    const pages = new BuddyAllocator(64 * MiB, 65536);
    expect(pages.alloc(12)).toBeUndefined();
    pages.addRange(1024 * MiB, 1280 * MiB);
    expect(pages.alloc(12)).toBe(1024 * MiB);
  });

  it('never hands the same page out twice', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5, max: 6 }), { maxLength: 200 }), (steps) => {
        const pages = new BuddyAllocator(128 * MiB, 65536);
        const held: { at: number; order: number }[] = [];
        for (const order of steps) {
          if (order < 0) {
            const gone = held.splice(-order % Math.max(held.length, 1), 1)[0];
            if (gone !== undefined) pages.free(gone.at, gone.order);
            continue;
          }
          const at = pages.alloc(order);
          if (at === undefined) continue;
          const end = at + 65536 * 2 ** order;
          for (const h of held) expect(end <= h.at || at >= h.at + 65536 * 2 ** h.order).toBe(true);
          held.push({ at, order });
        }
      }),
    );
  });
});

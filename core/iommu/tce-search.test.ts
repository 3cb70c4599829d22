import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { hi32, lo32, u64 } from '../base/u64.ts';
import { DmaWindow } from './dma-window.ts';
import { findMappers, nextUsed, type MapperSearch } from './tce-search.ts';

const W = u64(0x0800_0000_0000_0000n);

function windowOf(entries: number, pageShift = 16): DmaWindow {
  const window = new DmaWindow(0x7000_4000, u64(1));
  window.enable(W, pageShift, entries, false);
  return window;
}

function put(window: DmaWindow, index: number, tce: bigint): void {
  window.table.put(index, hi32(tce), lo32(tce));
}

/** Entries [0, count) map memory from 0 on, as the kernel's 1:1 map does, list by list. */
function mapAll(window: DmaWindow, count: number): void {
  const list = new Int32Array(1024);
  for (let index = 0; index < count; index += 512) {
    for (let i = 0; i < 512; i++) {
      const tce = (BigInt(index + i) << BigInt(window.pageShift)) | 3n;
      new DataView(list.buffer).setBigUint64(8 * i, tce);
    }
    window.table.copy(index, Math.min(512, count - index), list, 0);
  }
}

const search = (limit = 8, budget = 1e6): MapperSearch => ({ found: [], limit, budget });

describe('the next TCE in use', () => {
  const window = windowOf(2 ** 22);
  for (const index of [3, 511, 512, 2 ** 21, 2 ** 22 - 1]) put(window, index, 0x1_0003n);
  put(window, 7, 0x5000n);

  it.each([
    [-1, 1, 3],
    [3, 1, 511],
    [511, 1, 512],
    [512, 1, 2 ** 21],
    [2 ** 22 - 1, 1, -1],
    [2 ** 22, -1, 2 ** 22 - 1],
    [2 ** 21, -1, 512],
    [3, -1, -1],
  ] as const)('from %i by %i is %i: one without permission bits is none', (from, by, expected) =>
    expect(nextUsed(window.table, from, by)).toBe(expected),
  );

  it('is the one that a walk over all entries finds', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(2000), { maxLength: 40 }),
        fc.integer({ min: -1, max: 2001 }),
        (used, from) => {
          const made = windowOf(2001);
          for (const index of used) put(made, index, 3n);
          const above = used.filter((index) => index > from);
          const below = used.filter((index) => index < from);
          expect(nextUsed(made.table, from, 1)).toBe(above.length === 0 ? -1 : Math.min(...above));
          expect(nextUsed(made.table, from, -1)).toBe(below.length === 0 ? -1 : Math.max(...below));
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('who maps a real address', () => {
  it('is one entry of a 1:1 map of 1 TiB, found without reading 16,777,216 entries', () => {
    const window = windowOf(2 ** 24);
    mapAll(window, 2 ** 20);
    const work = search(8, 100_000);
    findMappers(window, 0x3_1234_5678, work);
    expect(work.found).toEqual([0x3_1234]);
    expect(work.budget).toBeGreaterThan(60_000);
  });

  it('are several where a dynamic table maps the page more than once; entries without permission are none', () => {
    const window = windowOf(4096, 12);
    put(window, 5, 0x7_0001n);
    put(window, 900, 0x7_0002n);
    put(window, 901, 0x7_0000n);
    const work = search();
    findMappers(window, 0x7_0fff, work);
    expect(work.found).toEqual([5, 900]);
  });

  it('are all entries that were stuffed with one value, up to the limit', () => {
    const window = windowOf(2048, 12);
    window.table.fill(0, 2048, 0, 0x9003);
    const work = search(3);
    findMappers(window, 0x9000, work);
    expect(work.found).toEqual([0, 1, 2]);
  });

  it('is not known once the budget is spent', () => {
    const window = windowOf(2 ** 20);
    const work = search(8, 10);
    findMappers(window, 0, work);
    expect(work.budget).toBeLessThanOrEqual(0);
  });
});

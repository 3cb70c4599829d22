import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { IommuTable } from './iommu-table.ts';

/** The allocator written a second time, naively: an array of booleans, the rules of iommu_range_alloc() one by one. */
class NaiveTable {
  readonly map: boolean[];
  readonly size: number;
  private readonly offset: number;
  private readonly pools: { start: number; end: number; hint: number }[] = [];

  constructor(size: number, offset: number, nrPools: number) {
    this.size = size;
    this.offset = offset;
    this.map = new Array<boolean>(size).fill(false);
    if (offset === 0) this.map[0] = true;
    const poolSize = Math.floor(Math.floor((size * 3) / 4) / nrPools);
    for (let i = 0; i <= nrPools; i++) {
      this.pools.push({
        start: poolSize * i,
        end: i === nrPools ? size : poolSize * (i + 1),
        hint: poolSize * i,
      });
    }
  }

  alloc(
    npages: number,
    maskPages: number,
    boundary: number,
    align: number,
    cpu: number,
    handle: number,
  ): number {
    const nr = this.pools.length - 1;
    const large = npages > 15;
    let poolNr = (Math.imul(cpu, 0x61c88647) >>> 30) & (nr - 1);
    let pool = this.pools[large ? nr : poolNr];
    for (let pass = 0; pool !== undefined; pass++) {
      let start =
        pass === 0 && handle !== 0 && handle >= pool.start && handle < pool.end ? handle : pool.hint;
      let limit = pool.end;
      if (start >= limit) start = pool.start;
      if (limit + this.offset > maskPages) {
        limit = maskPages - this.offset + 1;
        if (start % (maskPages + 1) >= limit || pass > 0) {
          pool = this.pools[0];
          if (pool === undefined) return -1;
          start = pool.start;
        } else start %= maskPages + 1;
      }
      const n = this.area(limit - 1, start, npages, boundary, align);
      if (n >= 0) {
        const end = n + npages;
        pool.hint = large ? end : Math.ceil(end / 16) * 16;
        return n;
      }
      if (pass === 0) pool.hint = pool.start;
      else if (pass <= nr) {
        poolNr = (poolNr + 1) & (nr - 1);
        pool = this.pools[poolNr];
        if (pool !== undefined) pool.hint = pool.start;
      } else if (pass === nr + 1) {
        pool = this.pools[nr];
        if (pool !== undefined) pool.hint = pool.start;
      } else return -1;
    }
    return -1;
  }

  private area(size: number, start: number, npages: number, boundary: number, align: number): number {
    for (let at = start; at + npages <= size; at++) {
      if (at % (align + 1) !== 0) continue;
      if (((this.offset + at) % boundary) + npages > boundary) continue;
      let free = true;
      for (let i = at; i < at + npages; i++) if (this.map[i] === true) free = false;
      if (!free) continue;
      this.map.fill(true, at, at + npages);
      return at;
    }
    return -1;
  }
}

const SHIFT = 12;
const requests = fc.array(
  fc.record({
    npages: fc.oneof(fc.integer({ min: 1, max: 15 }), fc.integer({ min: 16, max: 40 })),
    alignOrder: fc.integer({ min: 0, max: 5 }),
    cpu: fc.integer({ min: 0, max: 3 }),
    goesOn: fc.boolean(),
    frees: fc.integer({ min: 0, max: 3 }),
  }),
  { maxLength: 120 },
);

describe('the allocator', () => {
  it('gives what a naive one gives, never overlaps, and what is freed is free', () => {
    fc.assert(
      fc.property(
        requests,
        fc.integer({ min: 64, max: 700 }),
        fc.constantFrom(0, 1, 2 ** 19, 2 ** 47),
        fc.constantFrom(64, 31, 21),
        fc.constantFrom(32, 18),
        (sequence, size, offset, maskBits, boundaryBits) => {
          const bus = BigInt(offset) << BigInt(SHIFT);
          const hi = Number(bus >> 32n) | 0;
          const lo = Number(bus & 0xffff_ffffn) | 0;
          const table = new IommuTable(
            { liobn: 1, busno: 0, pageShift: SHIFT, busHi: hi, busLo: lo, size },
            true,
          );
          const naive = new NaiveTable(size, offset, table.nrPools);
          const limits = table.limits(maskBits, boundaryBits);
          const maskPages = 2 ** (maskBits - SHIFT) - 1;
          // A device whose mask does not reach the window gets nothing to map in the kernel either.
          fc.pre(maskPages > offset);
          const held: [number, number][] = [];
          let handle = 0;
          for (const r of sequence) {
            const align = 2 ** r.alignOrder - 1;
            const from = r.goesOn ? handle : 0;
            const index = table.rangeAlloc(r.npages, from, limits, align, r.cpu);
            expect(index).toBe(
              naive.alloc(r.npages, maskPages, 2 ** (boundaryBits - SHIFT), align, r.cpu, from),
            );
            if (index >= 0) {
              for (const [start, count] of held)
                expect(index + r.npages <= start || index >= start + count).toBe(true);
              held.push([index, r.npages]);
              handle = index + r.npages;
            }
            for (let i = 0; i < r.frees; i++) {
              const gone = held.shift();
              if (gone === undefined) break;
              table.clearBits(...gone);
              naive.map.fill(false, gone[0], gone[0] + gone[1]);
            }
          }
          for (let i = 0; i < size; i++) expect(table.isSet(i)).toBe(naive.map[i]);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('gives every bus address back as the entry it came from', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(12, 16, 21, 24, 34),
        fc.integer({ min: 0, max: 2 ** 31 - 1 }),
        fc.constantFrom(0, 0x0800_0000, 1),
        (shift, index, hi) => {
          const table = new IommuTable(
            { liobn: 1, busno: 0, pageShift: shift, busHi: hi, busLo: 0, size: 32 },
            true,
          );
          fc.pre(index * 2 ** shift < 2 ** 52);
          expect(table.indexOf(table.busHiOf(index), table.busLoOf(index))).toBe(index);
        },
      ),
    );
  });
});

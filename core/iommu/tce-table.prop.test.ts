import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { Fnv64 } from '../base/fnv64.ts';
import { hi32, lo32, type U64 } from '../base/u64.ts';
import { GuestMemory } from '../memory/guest-memory.ts';
import { TceTable } from './tce-table.ts';

/** A table that only has a Map: slow and obvious. */
class NaiveTable {
  private readonly entries = new Map<number, bigint>();

  get(index: number): bigint {
    return this.entries.get(index) ?? 0n;
  }

  put(index: number, tce: bigint): void {
    this.entries.set(index, tce);
  }

  usedIn(from: number, to: number): number {
    let used = 0;
    for (const [index, tce] of this.entries) if (index >= from && index < to && (tce & 3n) !== 0n) used++;
    return used;
  }
}

const ENTRIES = 6000;
const LIST = 0x2_0000;

type Step =
  | { readonly do: 'put'; readonly index: number; readonly tce: bigint }
  | { readonly do: 'fill'; readonly index: number; readonly count: number; readonly tce: bigint }
  | {
      readonly do: 'list';
      readonly index: number;
      readonly count: number;
      readonly first: bigint;
      readonly step: bigint;
    }
  | { readonly do: 'ask' };

const tce = fc.oneof(
  fc.constant(0n),
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  fc.integer({ min: 0, max: 0xfffff }).map((page) => (BigInt(page) << 16n) | 3n),
  // Patterns that are a NaN when taken for a double in memory order.
  fc.constantFrom(0xffff_ffff_ffff_ffffn, 0x1234_0000_0000_fff7n, 0x0000_0000_0000_f07fn),
);
const index = fc.oneof(
  fc.nat(ENTRIES - 1),
  fc.integer({ min: 0, max: 11 }).map((chunk) => chunk * 512),
);
const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('put' as const), index, tce }),
  fc.record({
    do: fc.constant('fill' as const),
    index,
    count: fc.oneof(fc.integer({ min: 1, max: 1500 }), fc.constant(512), fc.constant(ENTRIES)),
    tce,
  }),
  fc.record({
    do: fc.constant('list' as const),
    index,
    count: fc.oneof(fc.integer({ min: 1, max: 512 }), fc.constant(512)),
    first: fc.oneof(
      tce,
      fc.nat(2000).map((block) => (BigInt(block) << 25n) | 3n),
    ),
    step: fc.oneof(fc.constant(0x1_0000n), fc.constantFrom(0n, 0x1000n, 0x1_0001n, 0x1234_5678_9abcn)),
  }),
  fc.constant({ do: 'ask' as const }),
);

function apply(step: Step, sparse: TceTable, naive: NaiveTable, memory: GuestMemory): void {
  if (step.do === 'ask') {
    expect(sparse.used).toBe(naive.usedIn(0, ENTRIES));
    return;
  }
  const count = step.do === 'put' ? 1 : Math.min(step.count, ENTRIES - step.index);
  const value = (i: number): bigint =>
    step.do === 'list' ? BigInt.asUintN(64, step.first + BigInt(i) * step.step) : step.tce;
  for (let i = 0; i < count; i++) naive.put(step.index + i, value(i));
  if (step.do === 'put') sparse.put(step.index, hi32(step.tce), lo32(step.tce));
  else if (step.do === 'fill') sparse.fill(step.index, count, hi32(step.tce), lo32(step.tce));
  else {
    for (let i = 0; i < count; i++) memory.store64(LIST + 8 * i, value(i));
    sparse.copy(step.index, count, memory.peekWords(LIST), (LIST % 65536) / 4);
  }
}

function hashOf(read: (index: number) => bigint): U64 {
  const hash = new Fnv64();
  for (let i = 0; i < ENTRIES; i++) hash.add(hi32(read(i)), lo32(read(i)));
  return hash.value;
}

describe('the sparse TCE table and a naive one', () => {
  it('hold the same after any puts, fills and lists', () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 60 }), (all) => {
        const sparse = new TceTable(ENTRIES, 16);
        const naive = new NaiveTable();
        const memory = new GuestMemory(2 ** 20);
        for (const step of all) apply(step, sparse, naive, memory);
        const out = new Int32Array(2);
        for (let i = 0; i < ENTRIES; i += 37) {
          sparse.read(i, out, 0);
          expect([out[0], out[1]]).toEqual([hi32(naive.get(i)), lo32(naive.get(i))]);
        }
        expect(hashOf((i) => sparse.get(i))).toBe(hashOf((i) => naive.get(i)));
        const cuts = [0, 1, 511, 512, 513, 2048, 5000, ENTRIES];
        const parts = (used: (from: number, to: number) => number): number[] =>
          cuts.slice(1).map((to, i) => used(cuts[i] ?? 0, to));
        expect(parts((from, to) => sparse.usedIn(from, to))).toEqual(
          parts((from, to) => naive.usedIn(from, to)),
        );
        expect(sparse.used).toBe(naive.usedIn(0, ENTRIES));
        sparse.trim();
        expect(hashOf((i) => sparse.get(i))).toBe(hashOf((i) => naive.get(i)));
      }),
      { numRuns: 150 },
    );
  });
});

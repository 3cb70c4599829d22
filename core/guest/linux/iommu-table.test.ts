import { describe, expect, it } from 'vitest';
import { IommuTable, poolOfCpu, type AllocLimits } from './iommu-table.ts';

const GiB = 2 ** 30;

function table(bytes: number, pageShift = 12, busHi = 0, busLo = 0): IommuTable {
  return new IommuTable(
    { liobn: 0x8000_0000, busno: 0, pageShift, busHi, busLo, size: bytes / 2 ** pageShift },
    true,
  );
}

/** Bus address relative to the window, hex, of an allocation. */
function take(t: IommuTable, limits: AllocLimits, npages: number, align = 0, cpu = 0): string {
  const index = t.rangeAlloc(npages, 0, limits, align, cpu);
  return index < 0 ? 'none' : (index * 2 ** t.pageShift).toString(16);
}

describe('where a mapping lands', () => {
  it('small ones start at 0x1000 in a window at 0, then step by 16 entries', () => {
    const t = table(GiB);
    const limits = t.limits(64, 32);
    expect([1, 1, 2, 15].map((n) => take(t, limits, n))).toEqual(['1000', '10000', '20000', '30000']);
  });

  it('more than 15 pages start at three quarters of the window, one after the other', () => {
    const t = table(GiB);
    const limits = t.limits(64, 32);
    expect([16, 16, 17].map((n) => take(t, limits, n, n === 16 ? 15 : 0))).toEqual([
      '30000000',
      '30010000',
      '30020000',
    ]);
  });

  it('a window elsewhere hands out its entry 0; 64K pages step by 1 MiB', () => {
    const t = table(GiB, 16, 0x0800_0000, 0);
    const limits = t.limits(64, 32);
    expect([1, 1, 1].map((n) => take(t, limits, n))).toEqual(['0', '100000', '200000']);
    expect([t.busHiOf(16), t.busLoOf(16)]).toEqual([0x0800_0000, 0x10_0000]);
    expect(t.indexOf(0x0800_0000, 0x10_0000)).toBe(16);
  });

  it('each CPU has its pool in a window of 1 GiB and more: 0 and 3 share one', () => {
    expect([0, 1, 2, 3].map(poolOfCpu)).toEqual([0, 1, 3, 0]);
    const t = table(GiB, 16, 0x0800_0000, 0);
    const limits = t.limits(64, 32);
    expect([0, 1, 2].map((cpu) => take(t, limits, 1, 0, cpu))).toEqual(['0', 'c000000', '24000000']);
  });

  it('a smaller window has one pool of three quarters, which wraps', () => {
    const t = table(64 * 65536, 16, 0x0800_0000, 0);
    const limits = t.limits(64, 32);
    const seen: string[] = [];
    for (let i = 0; i < 4; i++) {
      const index = t.rangeAlloc(1, 0, limits, 0, 0);
      seen.push(index.toString(16));
      t.clearBits(index, 1);
    }
    expect(seen).toEqual(['0', '10', '20', '0']);
  });

  it('next fit goes on where it was, past what was freed', () => {
    const t = table(GiB);
    const limits = t.limits(64, 32);
    const first = t.rangeAlloc(1, 0, limits, 0, 0);
    t.clearBits(first, 1);
    expect(take(t, limits, 1)).toBe('10000');
  });

  it('a full pool falls back to its start, the other pools, at last the large pool', () => {
    const t = table(GiB);
    const limits = t.limits(64, 32);
    const starts = new Set<number>();
    let n = 0;
    for (let at = t.rangeAlloc(15, 0, limits, 0, 0); at >= 0; at = t.rangeAlloc(15, 0, limits, 0, 0)) {
      starts.add(Math.floor(at / t.poolSize));
      n += 15;
    }
    expect([...starts]).toEqual([0, 1, 2, 3, 4, 5]);
    expect(n).toBeGreaterThan(0.9 * t.size);
  });

  it('without the last resort (before 5.13) the large pool stays closed to small ones', () => {
    const t = new IommuTable({ liobn: 1, busno: 0, pageShift: 12, busHi: 0, busLo: 0, size: 64 }, false);
    const limits = t.limits(64, 32);
    const seen: number[] = [];
    for (let at = t.rangeAlloc(8, 0, limits, 0, 0); at >= 0; at = t.rangeAlloc(8, 0, limits, 0, 0))
      seen.push(at);
    expect(Math.max(...seen)).toBeLessThan(48);
  });

  it('the last entry of a searched range is never handed out', () => {
    const t = table(16 * 4096, 12, 1, 0);
    const limits = t.limits(64, 32);
    expect(take(t, limits, 12)).toBe('none');
    expect(take(t, limits, 11)).toBe('0');
    expect(take(t, limits, 1)).toBe('c000');
    expect(take(t, limits, 1)).toBe('d000');
    expect(take(t, limits, 1)).toBe('e000');
    expect(take(t, limits, 1)).toBe('none');
  });

  it('natural alignment holds for coherent buffers', () => {
    const t = table(GiB);
    const limits = t.limits(64, 32);
    take(t, limits, 17);
    expect(take(t, limits, 32, 31)).toBe('30020000');
  });

  it('no mapping crosses 4 GiB of bus addresses', () => {
    const t = table(8 * GiB, 12, 0, 0x8000_0000);
    const limits = t.limits(64, 32);
    const all: number[] = [];
    for (let i = 0; i < 2000; i++) all.push(t.rangeAlloc(0x3f1, 0, limits, 0, 0));
    for (const at of all) {
      const first = Math.floor((0x8000_0000 + at * 4096) / 2 ** 32);
      const last = Math.floor((0x8000_0000 + (at + 0x3f0) * 4096) / 2 ** 32);
      expect(first).toBe(last);
    }
  });

  it('a mask keeps mappings below its end', () => {
    const t = table(2 * GiB);
    const limits = t.limits(30, 32);
    for (let i = 0; i < 100; i++) {
      const index = t.rangeAlloc(16, 0, limits, 0, 1);
      expect((index + 16) * 4096).toBeLessThanOrEqual(GiB);
    }
  });

  it('a scatter list goes on at its handle', () => {
    const t = table(GiB);
    const limits = t.limits(64, 32);
    const first = t.rangeAlloc(1, 0, limits, 0, 0);
    expect(t.lastEnd).toBe(first + 1);
    expect(t.rangeAlloc(1, t.lastEnd, limits, 0, 0)).toBe(first + 1);
  });

  it('zero pages is refused', () =>
    expect(table(GiB).rangeAlloc(0, 0, table(GiB).limits(64, 32), 0, 0)).toBe(-1));
});

describe('reserved ranges and use', () => {
  it('a fresh table is not in use; a mapping makes it so, unmapping frees it', () => {
    const t = table(GiB);
    expect(t.inUse('ok')).toBe(false);
    const index = t.rangeAlloc(3, 0, t.limits(64, 32), 0, 0);
    expect(t.inUse('ok')).toBe(true);
    t.clearBits(index, 3);
    expect(t.inUse('ok')).toBe(false);
  });

  it('5.15.0 took the reserved entry 0 for a mapping, but only in a window at bus address 0', () => {
    expect(table(GiB).inUse('buggy')).toBe(true);
    expect(table(GiB, 12, 0x0800_0000, 0).inUse('buggy')).toBe(false);
  });

  it('an MMIO range inside the window is kept free and does not count as use', () => {
    const t = table(4 * GiB);
    t.reserve(0x80000, 0xc0000, 'clipped');
    expect(t.inUse('ok')).toBe(false);
    expect([t.isSet(0x7ffff), t.isSet(0x80000), t.isSet(0xbffff), t.isSet(0xc0000)]).toEqual([
      false,
      true,
      true,
      false,
    ]);
    t.rangeAlloc(1, 0, t.limits(64, 32), 0, 0);
    expect(t.inUse('ok')).toBe(true);
  });

  it.each([
    ['must-fit', false],
    ['clipped', true],
  ] as const)('a range that sticks out of the window: %s', (rule, reserved) => {
    const t = table(GiB);
    t.reserve(0x30000, 0x50000, rule);
    expect(t.isSet(0x30000)).toBe(reserved);
  });

  it('byte addresses taken for pages reserve nothing here', () => {
    const t = table(GiB, 16, 0x0800_0000, 0);
    t.reserve(0x2000_8000_0000, 0x2000_ffff_ffff, 'clipped');
    expect(t.used).toBe(0);
  });
});

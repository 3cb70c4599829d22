import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { hi32, lo32, u64 } from '../base/u64.ts';
import { DmaWindow } from './dma-window.ts';
import { WindowPool } from './window-pool.ts';

function windowAt(start: bigint, pageShift: number, entries: number): DmaWindow {
  const window = new DmaWindow(0x8000_0001, u64(0n));
  window.enable(u64(start), pageShift, entries, false);
  return window;
}

const indexOf = (window: DmaWindow, ioba: bigint): number => window.indexOf(hi32(ioba), lo32(ioba));
const W = 0x0800_0000_0000_0000n;

describe('the TCE index of an I/O bus address', () => {
  it.each([
    ['the first page', W, 16, 4, W, 0],
    ['any byte of a page', W, 16, 4, W + 0x1_ffffn, 1],
    ['the last byte', W, 16, 4, W + 0x3_ffffn, 3],
    ['one byte beyond', W, 16, 4, W + 0x4_0000n, -1],
    ['one page below', W, 16, 4, W - 0x1_0000n, -1],
    ['the same low half, another high half', W, 16, 4, 0n, -1],
    ['a window of 2^31 4K pages', W, 12, 2 ** 31, W + (1n << 43n) - 1n, 2 ** 31 - 1],
    ['its end', W, 12, 2 ** 31, W + (1n << 43n), -1],
    ['pages of 16G', 0n, 34, 8, 7n << 34n, 7],
    ['pages of 16G, one beyond', 0n, 34, 8, 8n << 34n, -1],
    ['the top of the address space', 0n, 12, 4, (1n << 64n) - 1n, -1],
    ['a window at 2G', 0x8000_0000n, 12, 16, 0x8000_f000n, 15],
    ['below a window at 2G', 0x8000_0000n, 12, 16, 0x7fff_f000n, -1],
  ])('%s', (_what, start, pageShift, entries, ioba, index) => {
    expect(indexOf(windowAt(start, pageShift, entries), ioba)).toBe(index);
  });

  it('is what 64-bit arithmetic gives: round down, subtract, shift', () => {
    const shape = fc.record({
      start: fc.bigInt({ min: 0n, max: (1n << 60n) - 1n }).map((n) => n & ~0xfffn),
      pageShift: fc.constantFrom(12, 16, 21, 24, 28, 31, 32, 34, 40),
      entries: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
      far: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
      near: fc.bigInt({ min: -(1n << 50n), max: 1n << 55n }),
    });
    fc.assert(
      fc.property(shape, ({ start, pageShift, entries, far, near }) => {
        const window = windowAt(start, pageShift, entries);
        for (const ioba of [far, u64(start + near)]) {
          const page = ~((1n << BigInt(pageShift)) - 1n);
          const index = BigInt.asUintN(64, (ioba & page) - start) >> BigInt(pageShift);
          expect(indexOf(window, ioba)).toBe(index < BigInt(entries) ? Number(index) : -1);
        }
      }),
    );
  });

  it('is none in a disabled window, and an enabled one starts empty', () => {
    const window = windowAt(0n, 12, 16);
    window.table.put(3, 0, 3);
    window.disable();
    expect([window.active, window.entries, indexOf(window, 0n)]).toEqual([false, 0, -1]);
    window.enable(u64(0n), 12, 16, true);
    expect([window.active, window.entries, window.table.used]).toEqual([true, 16, 0]);
  });

  it('leads back to the bus address', () => {
    expect(windowAt(W, 21, 64).iobaOf(3)).toBe(W + 0x60_0000n);
  });
});

describe('the pool of windows', () => {
  it('finds each of 2,000 windows by its LIOBN, and none that left', () => {
    const pool = new WindowPool();
    const windows = Array.from({ length: 1000 }, (_, i) => [0x6000_4000 + i, 0x7000_4000 + i])
      .flat()
      .map((liobn) => new DmaWindow(liobn, u64(0n)));
    for (const window of windows) pool.add(window);
    for (const window of windows) expect(pool.find(window.liobn)).toBe(window);
    for (const window of windows.slice(0, 1500)) pool.remove(window);
    expect(windows.map((window) => pool.find(window.liobn) === window).indexOf(true)).toBe(1500);
    expect([pool.find(0), pool.find(-1), pool.find(0x7000_4000 | 0)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('takes a LIOBN once', () => {
    const pool = new WindowPool();
    pool.add(new DmaWindow(0x8000_0000, u64(0n)));
    expect(() => pool.add(new DmaWindow(0x8000_0000, u64(1n)))).toThrow('LIOBN 0x80000000 exists already');
  });
});

import { describe, expect, it } from 'vitest';
import type { U64, WindowAnswer } from '../../core/index.ts';
import { densityStep, filledRuns, mmio32Of, rulerOf, tickDistance } from './ruler.ts';

const window = (start: bigint, pageShift: number, entries: number): WindowAnswer => ({
  id: 'w',
  buid: 0n as U64,
  liobn: 1,
  start: start as U64,
  pageShift,
  entries,
  isDefault: start === 0n,
  usedTces: 0,
  active: true,
  use: 'none',
});
const defaultWindow = window(0n, 12, 524_288);
const ddw = window(1n << 59n, 16, 4_194_304);

describe('the bus address space of a PE', () => {
  it('has its windows in order of their addresses, whatever the order they come in, and the gap between', () => {
    const segments = rulerOf([ddw, defaultWindow]);
    expect(segments.map((segment) => segment.kind)).toEqual(['window', 'gap', 'window']);
    expect(segments[1]).toEqual({ kind: 'gap', bytes: (1n << 59n) - (1n << 31n) });
  });

  it('names the last address of a window, not the first one behind it', () => {
    expect(rulerOf([ddw])[1]).toMatchObject({ end: 0x0800_003f_ffff_ffffn, bytes: 256 * 2 ** 30 });
  });

  it('begins with a gap when nothing lies at 0', () => {
    expect(rulerOf([ddw])[0]).toEqual({ kind: 'gap', bytes: 1n << 59n });
  });

  it('gives a larger window more room, but never all of it', () => {
    const weights = rulerOf([defaultWindow, ddw]).flatMap((s) => (s.kind === 'window' ? [s.weight] : []));
    expect(weights[0]).toBeGreaterThanOrEqual(0.25);
    expect(weights[1]).toBeGreaterThan(weights[0] ?? 1);
    expect((weights[0] ?? 0) + (weights[1] ?? 0)).toBeCloseTo(1);
  });

  it('is empty without windows', () => expect(rulerOf([])).toEqual([]));
});

describe('MMIO32 of the PHB', () => {
  const cells = (...words: readonly number[]): Uint8Array => {
    const view = new DataView(new ArrayBuffer(4 * words.length));
    words.forEach((word, i) => view.setUint32(4 * i, word));
    return new Uint8Array(view.buffer);
  };
  const io = [0x0100_0000, 0, 0, 0x2000, 0, 0, 0x1_0000];
  const mem32 = [0x0200_0000, 0, 0x8000_0000, 0x2000, 0x8000_0000, 0, 0x8000_0000];
  const range = { start: 0x8000_0000n, end: 0xffff_ffffn };

  it('is read out of its ranges', () => {
    expect(mmio32Of(cells(...io, ...mem32))).toEqual(range);
    expect([mmio32Of(cells(...io)), mmio32Of(cells(1, 2)), mmio32Of(undefined)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('stands between the windows', () =>
    expect(rulerOf([ddw, defaultWindow], range).map((segment) => segment.kind)).toEqual([
      'window',
      'mmio',
      'gap',
      'window',
    ]));

  it('inside a window of 4 GiB is a part that nobody gets', () => {
    const segments = rulerOf([window(0n, 12, 2 ** 20)], range);
    expect(segments).toHaveLength(1);
    expect(segments[0]).toMatchObject({ kind: 'window', reserved: { from: 0.5, to: 1 } });
  });
});

it('finer pages stand denser on the ruler', () => {
  const distances = [12, 16, 21, 24, 34].map(tickDistance);
  expect(distances).toEqual([...distances].sort((a, b) => a - b));
  expect(new Set(distances).size).toBe(5);
});

describe('what is filled', () => {
  it('joins neighbouring cells of like density and keeps apart what differs', () => {
    const runs = filledRuns({
      liobn: 1,
      entries: 800,
      from: 0,
      perCell: 100,
      used: [100, 100, 0, 1, 2, 60, 0, 0],
    });
    expect(runs).toEqual([
      { from: 0, to: 2 / 8, density: 1 },
      { from: 3 / 8, to: 5 / 8, density: densityStep(0.01) },
      { from: 5 / 8, to: 6 / 8, density: densityStep(0.6) },
    ]);
  });

  it('shows a single TCE among millions', () => {
    expect(filledRuns({ liobn: 1, entries: 4_194_304, from: 0, perCell: 21_846, used: [1] })).toHaveLength(1);
    expect(densityStep(1 / 21_846)).toBeGreaterThan(0.3);
  });
});

import { describe, expect, it } from 'vitest';
import type { U64, WindowAnswer } from '../../core/index.ts';
import { densityStep, filledRuns, rulerOf, tickDistance } from './ruler.ts';

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

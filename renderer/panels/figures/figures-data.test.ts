import { describe, expect, it } from 'vitest';
import type { IoSeriesAnswer, SeriesColumns } from '../../../core/index.ts';
import { drawnFunctions, stretchOf, valuesOf } from './figures-data.ts';

const columns = (
  hcalls: readonly number[],
  usedTces: readonly number[],
  bytes: readonly number[],
): SeriesColumns => ({
  hcalls,
  mapped: hcalls,
  unmapped: hcalls,
  bytes,
  usedTces,
});

const MS = 1_000_000;
const CHOSEN = columns([0, 5, 10, 4], [0, 7, 7, 3], [0, 0, 2 ** 20, 2 ** 19]);
const answer = (nowNs: number): IoSeriesAnswer => ({
  bucketNs: MS,
  nowNs,
  behind: 0,
  machine: CHOSEN,
  chosen: CHOSEN,
  functions: [{ id: 'vf0', columns: CHOSEN }],
});

describe('figures of a stretch of virtual time', () => {
  it('are told a second, the bucket that time is in by what has passed of it', () => {
    const now = answer(3.5 * MS);
    const stretch = stretchOf(now, Infinity);
    expect(stretch.seconds).toEqual([0.001, 0.002, 0.003, 0.0035]);
    expect(valuesOf(now.chosen, 'hcalls', now, stretch)).toEqual([0, 5000, 10_000, 8000]);
    expect(valuesOf(now.chosen, 'bytes', now, stretch)).toEqual([0, 0, 1000, 1000]);
    expect(valuesOf(now.chosen, 'usedTces', now, stretch)).toEqual([0, 7, 7, 3]);
  });

  it('leave out a bucket that has hardly begun', () => {
    const now = answer(3.1 * MS);
    expect(stretchOf(now, Infinity)).toEqual({ first: 0, last: 2, seconds: [0.001, 0.002, 0.003] });
  });

  it('are those of the last while when asked for', () => {
    const now = answer(3.5 * MS);
    expect(stretchOf(now, 1.2 * MS)).toEqual({ first: 2, last: 3, seconds: [0.003, 0.0035] });
    expect(stretchOf(now, 0)).toMatchObject({ first: 2, last: 3 });
  });

  it('of one chosen function are one line, not two that are the same', () => {
    expect(drawnFunctions(answer(MS), 1)).toEqual([]);
    expect(drawnFunctions(answer(MS), 2).map(({ id }) => id)).toEqual(['vf0']);
  });
});

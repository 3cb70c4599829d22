// Numbers for the charts and the table, out of what the core counted in buckets of virtual time.

import type { IoSeriesAnswer, SeriesColumns } from '../../../core/index.ts';

export type Figure = keyof SeriesColumns;

const MIB = 2 ** 20;
/** The bucket that time is in counts as soon as this part of it has passed. */
const ENOUGH = 0.25;

export interface Stretch {
  /** First and last bucket that are shown. */
  readonly first: number;
  readonly last: number;
  /** Ends of the buckets, seconds of virtual time. */
  readonly seconds: readonly number[];
}

/** The buckets of the last `rangeNs`; at least two. */
export function stretchOf({ bucketNs, nowNs, machine }: IoSeriesAnswer, rangeNs: number): Stretch {
  const part = nowNs / bucketNs - (machine.hcalls.length - 1);
  const last = Math.max(0, machine.hcalls.length - (part < ENOUGH ? 2 : 1));
  const first = Math.max(0, Math.min(last - 1, Math.floor((nowNs - rangeNs) / bucketNs)));
  const seconds: number[] = [];
  for (let i = first; i <= last; i++) seconds.push(Math.min(nowNs, (i + 1) * bucketNs) / 1e9);
  return { first, last, seconds };
}

/** One figure for each bucket of the stretch: levels as they are, all else a second; bytes as MiB. */
export function valuesOf(
  columns: SeriesColumns,
  figure: Figure,
  { bucketNs, nowNs }: Pick<IoSeriesAnswer, 'bucketNs' | 'nowNs'>,
  { first, last }: Stretch,
): readonly number[] {
  const counts = columns[figure].slice(first, last + 1);
  if (figure === 'usedTces') return counts;
  return counts.map((count, i) => {
    const begun = (first + i) * bucketNs;
    const length = Math.min(bucketNs, nowNs - begun);
    const value = length <= 0 ? 0 : (count * 1e9) / length;
    return figure === 'bytes' ? value / MIB : value;
  });
}

export const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** Functions drawn one by one when one is chosen: none, it is the line of what is chosen. */
export const drawnFunctions = (answer: IoSeriesAnswer, chosen: number): IoSeriesAnswer['functions'] =>
  chosen > 1 ? answer.functions : [];

// Answers what functions did over virtual time. The fold catches up with the trace when asked, in pieces that keep an answer short.

import type { U64 } from '../base/u64.ts';
import type { Machine } from '../machine/machine.ts';
import type { FigureQuery, IoSeriesAnswer, SeriesColumns } from '../machine/queries.ts';
import { divisionOf, IoSeriesFold } from '../projection/io-series.ts';
import type { Division } from '../projection/io-series.ts';

/** Events taken in for one answer: about 20 ms. */
const PIECE = 150_000;

export class IoSeries {
  private readonly fold = new IoSeriesFold();
  private done = 0;

  answer(machine: Machine, { ids, limit }: FigureQuery): IoSeriesAnswer {
    this.catchUp(machine);
    const { nowNs } = machine;
    const division = divisionOf(nowNs);
    const pes = this.pesOf(ids, division);
    return {
      bucketNs: division.bucketNs,
      nowNs,
      behind: machine.trace.length - this.done,
      machine: this.fold.total(division),
      chosen: sumOf([...new Map(pes.map(({ buid, columns }) => [buid, columns])).values()], division.length),
      functions: pes
        .map(({ id, columns }) => ({ id, columns, hcalls: total(columns.hcalls) }))
        .sort((a, b) => b.hcalls - a.hcalls)
        .slice(0, limit)
        .map(({ id, columns }) => ({ id, columns })),
    };
  }

  private catchUp(machine: Machine): void {
    const to = Math.min(machine.trace.length, this.done + PIECE);
    this.fold.feed(machine.trace, this.done, to);
    this.done = to;
    if (to < machine.trace.length) return;
    const status = machine.query({ ask: 'status' });
    if (!status.ok) return;
    const running = status.value.workloads.filter((work) => work.running !== false);
    this.fold.tell(running, machine.nowNs);
  }

  private pesOf(
    ids: readonly string[],
    division: Division,
  ): readonly { readonly id: string; readonly buid: U64; readonly columns: SeriesColumns }[] {
    const known = new Map<U64, SeriesColumns>();
    return ids.flatMap((id) => {
      const buid = this.fold.peOf(id);
      if (buid === undefined) return [];
      const columns = known.get(buid) ?? this.fold.ofPe(buid, division);
      known.set(buid, columns);
      return [{ id, buid, columns }];
    });
  }
}

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

function sumOf(series: readonly SeriesColumns[], length: number): SeriesColumns {
  const sum = (column: keyof SeriesColumns): readonly number[] => {
    const sums = new Array<number>(length).fill(0);
    for (const columns of series)
      for (const [i, value] of columns[column].entries()) sums[i] = (sums[i] ?? 0) + value;
    return sums;
  };
  return {
    hcalls: sum('hcalls'),
    mapped: sum('mapped'),
    unmapped: sum('unmapped'),
    bytes: sum('bytes'),
    usedTces: sum('usedTces'),
  };
}

// The events that pass a filter, as a list of their numbers: what a terminal, a grid or a search shows.

import type { Filter } from '../trace/filter/compile.ts';
import type { TraceReader } from '../trace/reader.ts';
import type { Fold } from './fold.ts';
import { SeqList } from './seq-list.ts';

export class MatchesFold implements Fold<SeqList> {
  readonly value = new SeqList();
  private readonly filter: Filter;

  constructor(filter: Filter) {
    this.filter = filter;
  }

  feed(log: TraceReader, from: number, to: number): void {
    for (let seq = from; seq < to; seq++) if (this.filter.test(log, seq)) this.value.push(seq);
  }
}

// Which events go out: all, or those that a filter lets through, from a range.

import type { TraceEvent } from '../trace/events.ts';
import type { Filter } from '../trace/filter/compile.ts';
import type { NameLookup } from '../trace/names.ts';
import { TraceNames } from '../trace/names.ts';
import type { TraceReader } from '../trace/reader.ts';

export interface Selection {
  /** First event, and the one behind the last; the whole trace when absent. */
  readonly from?: number;
  readonly to?: number;
  readonly filter?: Filter;
  /** Names for functions and LIOBNs; learned from the trace when absent. */
  readonly names?: NameLookup;
}

/** True when a selection is the whole trace. */
export function isWhole(log: TraceReader, { from = 0, to = log.length, filter }: Selection): boolean {
  return from === 0 && to >= log.length && (filter === undefined || filter.text === '');
}

/** The events of a selection, decoded one at a time. */
export function* selectedEvents(log: TraceReader, selection: Selection): Generator<TraceEvent, void, void> {
  const { from = 0, to = log.length, filter } = selection;
  for (let seq = from; seq < Math.min(to, log.length); seq++) {
    if (filter === undefined || filter.test(log, seq)) yield log.event(seq);
  }
}

export function namesFor(log: TraceReader, { names }: Selection): NameLookup {
  if (names !== undefined) return names;
  const learned = new TraceNames();
  learned.feed(log, 0, log.length);
  return learned;
}

// The row that a filter looks at: the event is decoded when something needs it, and then once.

import type { NewEvent, TraceEvent } from '../events.ts';
import { NO_NAMES } from '../names.ts';
import type { NameLookup } from '../names.ts';
import type { TraceReader } from '../reader.ts';

export class FilterRow {
  log: TraceReader;
  names: NameLookup = NO_NAMES;
  seq = 0;
  code = 0;
  /** The row is packed: its columns hold all there is. */
  packed = false;
  private decoded: TraceEvent | undefined;
  private record: NewEvent | undefined;

  constructor(log: TraceReader) {
    this.log = log;
  }

  moveTo(log: TraceReader, seq: number): this {
    this.log = log;
    this.seq = seq;
    this.code = log.codeAt(seq);
    this.record = log.recordAt(seq);
    this.packed = this.record === undefined;
    this.decoded = undefined;
    return this;
  }

  event(): TraceEvent {
    this.decoded ??= this.log.event(this.seq);
    return this.decoded;
  }

  /** The event without its number, time and cause: for rare events nothing is made. */
  content(): NewEvent {
    return this.record ?? this.event();
  }
}

export type RowTest = (row: FilterRow) => boolean;

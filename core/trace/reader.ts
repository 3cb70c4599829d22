// How filters, projections and formatters read a trace: whole events where a person looks, single columns where millions pass.

import type { NewEvent, TraceEvent, TraceEventKind } from './events.ts';

export interface TraceReader {
  /** Events recorded; sequence numbers are 0 … length - 1. */
  readonly length: number;
  /** Event `seq`, decoded into an object of its own; throws beyond the end. */
  event(seq: number): TraceEvent;
  /** Events `from` … `to` - 1 (default: to the end as it is when reached). */
  events(from?: number, to?: number): Generator<TraceEvent, void, void>;

  // Columns: no allocation for packed rows.
  kindAt(seq: number): TraceEventKind;
  /** Number of the kind (kinds.ts); the four TCE hcalls differ. */
  codeAt(seq: number): number;
  timeNsAt(seq: number): number;
  causeAt(seq: number): number;

  // Columns of TCE hcalls. For another kind of event they mean nothing.
  /** int32. */
  liobnAt(seq: number): number;
  iobaHiAt(seq: number): number;
  iobaLoAt(seq: number): number;
  /** Value written or read; for a list its first TCE. */
  tceHiAt(seq: number): number;
  tceLoAt(seq: number): number;
  /** Entries that the call names: 1 for get and put. */
  countAt(seq: number): number;
  retAt(seq: number): number;

  /** Runs of an indirect list; 0 when it is not known what the list held. */
  runCountAt(seq: number): number;
  /** Entries of run `run`, and the halves of its first TCE. */
  runLengthAt(seq: number, run: number): number;
  runTceHiAt(seq: number, run: number): number;
  runTceLoAt(seq: number, run: number): number;

  /** FNV-1a over all events, 16 hex digits (docs/trace-format.md). */
  hash(): string;

  /** The object behind a rare event, without seq, time and cause; undefined when the event is a packed row. */
  recordAt(seq: number): NewEvent | undefined;
}

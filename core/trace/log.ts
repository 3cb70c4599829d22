// The trace of a session: append-only, complete, in order. TCE hcalls and what comes with every I/O are rows of 32 bytes; all else
// is an object that a row points to. What a row cannot hold exactly becomes an object too: nothing is lost or rounded.

import { H_SUCCESS } from '../abi/papr/hcall.ts';
import type { Fnv64 } from '../base/fnv64.ts';
import { invariant } from '../base/invariant.ts';
import { hi32, lo32 } from '../base/u64.ts';
import { StringTable, WordArena } from './arena.ts';
import type { NewEvent, TraceEvent, TraceEventKind } from './events.ts';
import { IncrementalHash, mixNumber, mixRecord } from './hash.ts';
import { CODE_INDIRECT, LAST_TCE_CODE, codeOfKind, kindOfCode, opcodeOfCode } from './kinds.ts';
import { mixPacked, packEvent, unpackEvent, unsigned } from './pack.ts';
import type { TraceReader } from './reader.ts';
import {
  WORD_CAUSE,
  WORD_IOBA_HI,
  WORD_IOBA_LO,
  WORD_LIOBN,
  WORD_VALUE_HI,
  WORD_VALUE_LO,
} from './row-layout.ts';
import { TAG_WIDE, TraceRows, codeOfTag, countOfTag, packTag, statusOfTag } from './rows.ts';
import type { TraceClock } from './rows.ts';
import type { TraceSink } from './sink.ts';
import { CONTIGUOUS, decodeTce, firstOfList, mixTce, wordOfRun } from './tce-rows.ts';
import type { NewTceHcall } from './tce-rows.ts';
import { TceWriter } from './tce-writer.ts';

export interface TraceStats {
  readonly rows: number;
  /** Events kept as objects. */
  readonly records: number;
  /** Bytes of rows and arena (objects not counted). */
  readonly bytes: number;
}

export class TraceLog implements TraceSink, TraceReader {
  private readonly rows: TraceRows;
  private readonly arena = new WordArena();
  private readonly strings = new StringTable();
  private readonly stores;
  private readonly records: NewEvent[] = [];
  private readonly calls: TceWriter;
  private readonly hashing = new IncrementalHash((state, seq) => this.mix(state, seq));
  /** Open events, outermost first. */
  private readonly opened: number[] = [];

  constructor(clock: TraceClock) {
    this.rows = new TraceRows(clock);
    this.stores = { rows: this.rows, arena: this.arena, strings: this.strings };
    this.calls = new TceWriter(this.stores, this.records);
  }

  // Writing -----------------------------------------------------------------------------------------------------------------------

  get(liobn: number, iobaHi: number, iobaLo: number, tceHi: number, tceLo: number, ret: number): number {
    return this.calls.get(liobn, iobaHi, iobaLo, tceHi, tceLo, ret);
  }

  put(liobn: number, iobaHi: number, iobaLo: number, tceHi: number, tceLo: number, ret: number): number {
    return this.calls.put(liobn, iobaHi, iobaLo, tceHi, tceLo, ret);
  }

  stuff(...call: Parameters<TraceSink['stuff']>): number {
    return this.calls.stuff(...call);
  }

  indirect(...call: Parameters<TraceSink['indirect']>): number {
    return this.calls.indirect(...call);
  }

  emit(event: NewEvent): number {
    if (event.kind === 'tce-hcall') return this.calls.emit(event);
    const packed = packEvent(this.stores, event);
    if (packed !== undefined) return this.rows.append(...packed);
    const record = this.records.push(unsigned(event)) - 1;
    return this.rows.append(packTag(codeOfKind(event.kind), 0, 0) | TAG_WIDE, 0, 0, 0, record, 0);
  }

  open(event: NewEvent): number {
    const seq = this.emit(event);
    this.enter(seq);
    return seq;
  }

  /** Makes an earlier event the cause again until `close`: for a task that goes on after it gave way to others. */
  enter(seq: number): void {
    invariant(seq >= 0 && seq < this.length, `event ${seq} cannot be entered: the trace has ${this.length}`);
    this.opened.push(seq);
    this.rows.cause = seq;
  }

  close(): void {
    invariant(this.opened.length > 0, 'close() without an open event');
    this.opened.pop();
    this.rows.cause = this.opened.at(-1) ?? -1;
  }

  amend(seq: number, event: NewEvent): void {
    const code = this.codeAt(seq);
    invariant(seq >= 0 && seq < this.length, `event ${seq} cannot be amended: the trace has ${this.length}`);
    invariant(
      code > LAST_TCE_CODE && event.kind !== 'tce-hcall',
      `event ${seq} is a packed row and cannot be amended`,
    );
    this.hashing.forget(seq);
    const packed = packEvent(this.stores, event);
    if (packed !== undefined) return this.rows.replace(seq, ...packed);
    const old = this.isWide(seq) ? this.rows.word(seq, WORD_VALUE_HI) : this.records.length;
    this.records[old] = unsigned(event);
    this.rows.replace(seq, packTag(codeOfKind(event.kind), 0, 0) | TAG_WIDE, 0, 0, 0, old, 0);
  }

  /** Appends an event under a given cause: for traces read from files. Open events stay as they are. */
  emitUnder(cause: number, event: NewEvent): number {
    const current = this.rows.cause;
    this.rows.cause = cause;
    const seq = this.emit(event);
    this.rows.cause = current;
    return seq;
  }

  /** Forgets everything; the next event is number 0 and has no cause. */
  clear(): void {
    this.rows.clear();
    this.arena.clear();
    this.strings.clear();
    this.records.length = 0;
    this.hashing.clear();
    this.opened.length = 0;
  }

  // Reading -----------------------------------------------------------------------------------------------------------------------

  get length(): number {
    return this.rows.length;
  }

  event(seq: number): TraceEvent {
    invariant(seq >= 0 && seq < this.length, `no event ${seq}: the trace has ${this.length}`);
    const timeNs = this.timeNsAt(seq);
    const cause = this.causeAt(seq);
    const tag = this.rows.tag(seq);
    const code = codeOfTag(tag);
    if (code <= LAST_TCE_CODE && !this.isWide(seq)) return decodeTce(this.stores, seq, timeNs, cause);
    const content = this.recordAt(seq) ?? unpackEvent(this.stores, seq, code, countOfTag(tag));
    return { seq, timeNs, cause, ...content } as TraceEvent;
  }

  *events(from = 0, to?: number): Generator<TraceEvent, void, void> {
    for (let seq = from; seq < Math.min(to ?? this.length, this.length); seq++) yield this.event(seq);
  }

  codeAt(seq: number): number {
    return codeOfTag(this.rows.tag(seq));
  }

  kindAt(seq: number): TraceEventKind {
    return kindOfCode(this.codeAt(seq));
  }

  timeNsAt(seq: number): number {
    return this.rows.timeNsAt(seq);
  }

  causeAt(seq: number): number {
    return this.rows.word(seq, WORD_CAUSE);
  }

  liobnAt(seq: number): number {
    return this.rows.word(seq, WORD_LIOBN);
  }

  iobaHiAt(seq: number): number {
    return this.rows.word(seq, WORD_IOBA_HI);
  }

  iobaLoAt(seq: number): number {
    return this.rows.word(seq, WORD_IOBA_LO);
  }

  tceHiAt(seq: number): number {
    return this.tceHalf(seq, 0);
  }

  tceLoAt(seq: number): number {
    return this.tceHalf(seq, 1);
  }

  countAt(seq: number): number {
    const wide = this.wideTceAt(seq);
    return wide === undefined ? countOfTag(this.rows.tag(seq)) : (wide.count ?? 1);
  }

  retAt(seq: number): number {
    return this.wideTceAt(seq)?.ret ?? statusOfTag(this.rows.tag(seq));
  }

  runCountAt(seq: number): number {
    const wide = this.wideTceAt(seq);
    if (wide !== undefined) return wide.runs?.length ?? 0;
    const tag = this.rows.tag(seq);
    if (codeOfTag(tag) !== CODE_INDIRECT) return 0;
    const runs = this.rows.word(seq, WORD_VALUE_LO);
    if (runs !== CONTIGUOUS) return runs;
    return statusOfTag(tag) === H_SUCCESS ? 1 : 0;
  }

  runLengthAt(seq: number, run: number): number {
    const wide = this.wideTceAt(seq);
    if (wide !== undefined) return wide.runs?.[run]?.count ?? 0;
    if (this.rows.word(seq, WORD_VALUE_LO) === CONTIGUOUS) return this.countAt(seq);
    return wordOfRun(this.arena, this.rows.word(seq, WORD_VALUE_HI), run, 2);
  }

  runTceHiAt(seq: number, run: number): number {
    return this.runTceHalf(seq, run, 0);
  }

  runTceLoAt(seq: number, run: number): number {
    return this.runTceHalf(seq, run, 1);
  }

  recordAt(seq: number): NewEvent | undefined {
    return this.isWide(seq) ? this.records[this.rows.word(seq, WORD_VALUE_HI)] : undefined;
  }

  /** A piece of the hash's work, at most `most` events; true when none is left. */
  hashAhead(most: number): boolean {
    return this.hashing.ahead(this.length, most);
  }

  /** FNV-1a over all events, 16 hex digits; only what is new (or amended) since the last call is worked out. */
  hash(): string {
    return this.hashing.upTo(this.length);
  }

  get stats(): TraceStats {
    return { rows: this.length, records: this.records.length, bytes: this.rows.bytes + this.arena.bytes };
  }

  // Inside ------------------------------------------------------------------------------------------------------------------------

  private isWide(seq: number): boolean {
    return (this.rows.tag(seq) & TAG_WIDE) !== 0;
  }

  private wideTceAt(seq: number): NewTceHcall | undefined {
    const record = this.recordAt(seq);
    return record?.kind === 'tce-hcall' ? record : undefined;
  }

  private tceHalf(seq: number, half: 0 | 1): number {
    const wide = this.wideTceAt(seq);
    if (wide !== undefined) {
      const tce = wide.tce ?? wide.runs?.[0]?.first ?? 0n;
      return half === 0 ? hi32(tce) : lo32(tce);
    }
    if (this.codeAt(seq) === CODE_INDIRECT)
      return firstOfList(this.arena, this.rows.word(seq, WORD_VALUE_HI), half);
    return this.rows.word(seq, WORD_VALUE_HI + half);
  }

  private runTceHalf(seq: number, run: number, half: 0 | 1): number {
    const wide = this.wideTceAt(seq);
    const first = wide?.runs?.[run]?.first ?? 0n;
    if (wide !== undefined) return half === 0 ? hi32(first) : lo32(first);
    const place = this.rows.word(seq, WORD_VALUE_HI);
    if (this.rows.word(seq, WORD_VALUE_LO) === CONTIGUOUS) return firstOfList(this.arena, place, half);
    return wordOfRun(this.arena, place, run, half);
  }

  private mix(state: Fnv64, seq: number): void {
    mixNumber(state, this.timeNsAt(seq));
    state.add(0, this.causeAt(seq));
    const record = this.recordAt(seq);
    if (record !== undefined) return mixRecord(state, record);
    if (this.codeAt(seq) <= LAST_TCE_CODE)
      return mixTce(state, this.stores, seq, opcodeOfCode(this.codeAt(seq)));
    mixPacked(state, this.stores, seq, this.kindAt(seq));
  }
}

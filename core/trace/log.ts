// The trace of a session: append-only, complete, in order. TCE hcalls and what comes with every I/O are rows of 32 bytes; all else
// is an object that a row points to. What a row cannot hold exactly becomes an object too: nothing is lost or rounded.

import { H_SUCCESS } from '../abi/papr/hcall.ts';
import { invariant } from '../base/invariant.ts';
import type { Fnv64 } from '../base/fnv64.ts';
import { hi32, hiOfNumber, joinU64, lo32, loOfNumber } from '../base/u64.ts';
import { StringTable, WordArena } from './arena.ts';
import type { NewEvent, TceRun, TraceEvent, TraceEventKind } from './events.ts';
import { IncrementalHash, mixNumber, mixRecord } from './hash.ts';
import {
  CODE_GET,
  CODE_INDIRECT,
  CODE_PUT,
  CODE_STUFF,
  LAST_TCE_CODE,
  codeOfKind,
  codeOfOpcode,
  kindOfCode,
  opcodeOfCode,
} from './kinds.ts';
import { mixPacked, packEvent, unpackEvent, unsigned } from './pack.ts';
import type { TraceReader } from './reader.ts';
import {
  TAG_WIDE,
  TraceRows,
  WORD_CAUSE,
  WORD_IOBA_HI,
  WORD_IOBA_LO,
  WORD_LIOBN,
  WORD_VALUE_HI,
  WORD_VALUE_LO,
  codeOfTag,
  countOfTag,
  packTag,
  statusFits,
  statusOfTag,
} from './rows.ts';
import type { TraceClock } from './rows.ts';
import type { TraceSink } from './sink.ts';
import {
  CONTIGUOUS,
  countFits,
  decodeTce,
  firstOfList,
  hasRowFields,
  mixTce,
  pushList,
  runsFit,
  tceRecord,
  wordOfRun,
} from './tce-rows.ts';
import type { NewTceHcall } from './tce-rows.ts';

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
  private records: NewEvent[] = [];
  private readonly hashing = new IncrementalHash((state, seq) => this.mix(state, seq));
  /** Open events, outermost first. */
  private readonly opened: number[] = [];

  constructor(clock: TraceClock) {
    this.rows = new TraceRows(clock);
    this.stores = { rows: this.rows, arena: this.arena, strings: this.strings };
  }

  // Writing -----------------------------------------------------------------------------------------------------------------------

  get(liobn: number, iobaHi: number, iobaLo: number, tceHi: number, tceLo: number, ret: number): number {
    if (statusFits(ret))
      return this.rows.append(packTag(CODE_GET, 1, ret), liobn, iobaHi, iobaLo, tceHi, tceLo);
    return this.wide(
      tceRecord(opcodeOfCode(CODE_GET), liobn, iobaHi, iobaLo, ret, { tce: joinU64(tceHi, tceLo) }),
    );
  }

  put(liobn: number, iobaHi: number, iobaLo: number, tceHi: number, tceLo: number, ret: number): number {
    if (statusFits(ret))
      return this.rows.append(packTag(CODE_PUT, 1, ret), liobn, iobaHi, iobaLo, tceHi, tceLo);
    return this.wide(
      tceRecord(opcodeOfCode(CODE_PUT), liobn, iobaHi, iobaLo, ret, { tce: joinU64(tceHi, tceLo) }),
    );
  }

  stuff(
    liobn: number,
    iobaHi: number,
    iobaLo: number,
    tceHi: number,
    tceLo: number,
    countHi: number,
    countLo: number,
    ret: number,
  ): number {
    if (statusFits(ret) && countFits(countHi, countLo)) {
      return this.rows.append(packTag(CODE_STUFF, countLo, ret), liobn, iobaHi, iobaLo, tceHi, tceLo);
    }
    const tce = joinU64(tceHi, tceLo);
    return this.wide(
      tceRecord(opcodeOfCode(CODE_STUFF), liobn, iobaHi, iobaLo, ret, { tce }, countHi, countLo),
    );
  }

  indirect(
    liobn: number,
    iobaHi: number,
    iobaLo: number,
    listHi: number,
    listLo: number,
    countHi: number,
    countLo: number,
    firstHi: number,
    firstLo: number,
    runs: readonly TceRun[] | undefined,
    ret: number,
  ): number {
    if (statusFits(ret) && countFits(countHi, countLo) && runsFit(runs)) {
      const contiguous =
        runs === undefined || (runs.length === 1 && runs[0]?.count === countLo && ret === H_SUCCESS);
      const first = runs?.[0]?.first;
      const place = contiguous
        ? pushList(
            this.arena,
            listHi,
            listLo,
            first === undefined ? firstHi : hi32(first),
            first === undefined ? firstLo : lo32(first),
          )
        : pushList(this.arena, listHi, listLo, firstHi, firstLo, runs);
      const runCount = contiguous ? CONTIGUOUS : (runs?.length ?? 0);
      return this.rows.append(packTag(CODE_INDIRECT, countLo, ret), liobn, iobaHi, iobaLo, place, runCount);
    }
    const list = joinU64(listHi, listLo);
    const stored =
      runs ?? (ret === H_SUCCESS ? [{ first: joinU64(firstHi, firstLo), count: countLo >>> 0 }] : undefined);
    const rest = stored === undefined ? { list } : { list, runs: stored };
    return this.wide(
      tceRecord(opcodeOfCode(CODE_INDIRECT), liobn, iobaHi, iobaLo, ret, rest, countHi, countLo),
    );
  }

  emit(event: NewEvent): number {
    if (event.kind === 'tce-hcall') return this.emitTce(event);
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
    this.records = [];
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

  /** A TCE hcall that a row cannot hold: LIOBN and ioba stay in the row, for filters. */
  private wide(call: NewTceHcall): number {
    const record = this.records.push(call) - 1;
    const tag = packTag(codeOfOpcode(call.opcode), 0, 0) | TAG_WIDE;
    return this.rows.append(tag, call.liobn | 0, hi32(call.ioba), lo32(call.ioba), record, 0);
  }

  /** A TCE hcall in its decoded form: from a file, or a test. */
  private emitTce(call: NewTceHcall): number {
    invariant(codeOfOpcode(call.opcode) >= 0, `opcode ${call.opcode} is not a TCE hcall`);
    if (!hasRowFields(call)) return this.wide({ ...call, liobn: call.liobn >>> 0 });
    const { opcode, liobn, ioba, ret, tce = 0n, count = 0, list = 0n, runs } = call;
    const where = [liobn | 0, hi32(ioba), lo32(ioba)] as const;
    const countHi = hiOfNumber(count);
    const countLo = loOfNumber(count);
    switch (codeOfOpcode(opcode)) {
      case CODE_GET:
        return this.get(...where, hi32(tce), lo32(tce), ret);
      case CODE_PUT:
        return this.put(...where, hi32(tce), lo32(tce), ret);
      case CODE_STUFF:
        return this.stuff(...where, hi32(tce), lo32(tce), countHi, countLo, ret);
      default:
        return this.indirect(...where, hi32(list), lo32(list), countHi, countLo, 0, 0, runs, ret);
    }
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

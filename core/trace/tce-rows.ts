// TCE hcalls between their decoded form and a row: what a row can hold exactly, and back.

import { H_GET_TCE, H_PUT_TCE, H_PUT_TCE_INDIRECT, H_STUFF_TCE, H_SUCCESS } from '../abi/papr/hcall.ts';
import type { Fnv64 } from '../base/fnv64.ts';
import { joinU64, numberFromHalves } from '../base/u64.ts';
import type { WordArena } from './arena.ts';
import type { NewEvent, TceHcallEvent, TceRun } from './events.ts';
import { opcodeOfCode } from './kinds.ts';
import type { RunWords } from './run-words.ts';
import { RUN_WORDS } from './run-words.ts';
import type { RowStores } from './pack.ts';
import { WORD_IOBA_HI, WORD_IOBA_LO, WORD_LIOBN, WORD_VALUE_HI, WORD_VALUE_LO } from './row-layout.ts';
import { MAX_PACKED_COUNT, codeOfTag, countOfTag, statusOfTag } from './rows.ts';

export type NewTceHcall = NewEvent<TceHcallEvent>;

/** In place of a number of runs: the list is contiguous from its first TCE. */
export const CONTIGUOUS = -1;
const LIST_WORDS = 4;

/** True when every run's length is an int32, as the arena holds it. */
export function runsFit(runs: readonly TceRun[] | undefined): boolean {
  return runs === undefined || runs.every((run) => (run.count | 0) === run.count && run.count >= 0);
}

/** Stores list page, first TCE and runs; returns the place. */
export function pushList(
  arena: WordArena,
  listHi: number,
  listLo: number,
  firstHi: number,
  firstLo: number,
  runs?: RunWords,
): number {
  const place = arena.length;
  const hasRuns = runs !== undefined && runs.count > 0;
  arena.push(listHi);
  arena.push(listLo);
  arena.push(hasRuns ? (runs.words[0] ?? 0) : firstHi);
  arena.push(hasRuns ? (runs.words[1] ?? 0) : firstLo);
  if (hasRuns) arena.pushAll(runs.words, runs.count * RUN_WORDS);
  return place;
}

function runsAt(arena: WordArena, place: number, count: number): TceRun[] {
  return Array.from({ length: count }, (_, i) => {
    const at = place + LIST_WORDS + i * RUN_WORDS;
    return { first: joinU64(arena.word(at), arena.word(at + 1)), count: arena.word(at + 2) };
  });
}

/** Upper (`half` 0) or lower (1) half of the first TCE of a list. */
export function firstOfList(arena: WordArena, place: number, half: 0 | 1): number {
  return arena.word(place + 2 + half);
}

/** Word `n` of run `run`: 0 and 1 the halves of its first TCE, 2 its length. */
export function wordOfRun(arena: WordArena, place: number, run: number, n: 0 | 1 | 2): number {
  return arena.word(place + LIST_WORDS + run * RUN_WORDS + n);
}

/**
 * The decoded form of a packed TCE hcall. Whole literals instead of spread objects: those cost a microsecond each, and a trace view
 * decodes thousands at a time.
 */
export function decodeTce(stores: RowStores, seq: number, timeNs: number, cause: number): TceHcallEvent {
  const { rows } = stores;
  const tag = rows.tag(seq);
  const opcode = opcodeOfCode(codeOfTag(tag));
  const liobn = rows.word(seq, WORD_LIOBN) >>> 0;
  const ioba = joinU64(rows.word(seq, WORD_IOBA_HI), rows.word(seq, WORD_IOBA_LO));
  const ret = statusOfTag(tag);
  const kind = 'tce-hcall';
  if (opcode === H_PUT_TCE_INDIRECT)
    return decodeList(stores, seq, { seq, timeNs, cause, kind, opcode, liobn, ioba, ret });
  const tce = joinU64(rows.word(seq, WORD_VALUE_HI), rows.word(seq, WORD_VALUE_LO));
  if (opcode === H_STUFF_TCE) {
    return { seq, timeNs, cause, kind, opcode, liobn, ioba, ret, tce, count: countOfTag(tag) };
  }
  // A failed H_GET_TCE read nothing.
  if (opcode === H_GET_TCE && ret !== H_SUCCESS && tce === 0n) {
    return { seq, timeNs, cause, kind, opcode, liobn, ioba, ret };
  }
  return { seq, timeNs, cause, kind, opcode, liobn, ioba, ret, tce };
}

function decodeList({ rows, arena }: RowStores, seq: number, call: TceHcallEvent): TceHcallEvent {
  const place = rows.word(seq, WORD_VALUE_HI);
  const runCount = rows.word(seq, WORD_VALUE_LO);
  const list = joinU64(arena.word(place), arena.word(place + 1));
  const count = countOfTag(rows.tag(seq));
  if (runCount !== CONTIGUOUS) return { ...call, list, count, runs: runsAt(arena, place, runCount) };
  // A call that was refused stored nothing; what it wanted is known only when its runs were given.
  if (call.ret !== H_SUCCESS) return { ...call, list, count };
  const first = joinU64(firstOfList(arena, place, 0), firstOfList(arena, place, 1));
  return { ...call, list, count, runs: [{ first, count }] };
}

/** The record of a call whose count or status does not fit a row. */
export function tceRecord(
  opcode: number,
  liobn: number,
  iobaHi: number,
  iobaLo: number,
  ret: number,
  rest: Pick<NewTceHcall, 'tce' | 'list' | 'runs'>,
  countHi?: number,
  countLo?: number,
): NewTceHcall {
  const count = countHi === undefined || countLo === undefined ? {} : exactCount(countHi, countLo);
  return {
    kind: 'tce-hcall',
    opcode,
    liobn: liobn >>> 0,
    ioba: joinU64(iobaHi, iobaLo),
    ret,
    ...rest,
    ...count,
  };
}

function exactCount(hi: number, lo: number): Pick<NewTceHcall, 'count' | 'wideCount'> {
  const count = numberFromHalves(hi, lo);
  return Number.isSafeInteger(count) ? { count } : { count, wideCount: joinU64(hi, lo) };
}

/** True when a decoded call has just the fields that a row of its opcode gives back. */
export function hasRowFields(call: NewTceHcall): boolean {
  const { tce, count, list, runs, wideCount } = call;
  if (wideCount !== undefined) return false;
  if (call.opcode === H_PUT_TCE_INDIRECT) {
    return (
      tce === undefined &&
      count !== undefined &&
      list !== undefined &&
      (runs !== undefined || call.ret !== H_SUCCESS)
    );
  }
  if (list !== undefined || runs !== undefined) return false;
  if (call.opcode === H_STUFF_TCE) return tce !== undefined && count !== undefined;
  if (count !== undefined) return false;
  if (call.opcode === H_PUT_TCE) return tce !== undefined;
  return call.ret === H_SUCCESS ? tce !== undefined : tce !== 0n;
}

/** True when a count (two halves) fits a row. */
export function countFits(hi: number, lo: number): boolean {
  return hi === 0 && lo >= 0 && lo <= MAX_PACKED_COUNT;
}

/** Feeds a packed call into the hash: its content, not its place in arena or row. */
export function mixTce(state: Fnv64, { rows, arena }: RowStores, seq: number, opcode: number): void {
  const tag = rows.tag(seq);
  const valueHi = rows.word(seq, WORD_VALUE_HI);
  const valueLo = rows.word(seq, WORD_VALUE_LO);
  state.add(opcode, statusOfTag(tag));
  state.add(countOfTag(tag), rows.word(seq, WORD_LIOBN));
  state.add(rows.word(seq, WORD_IOBA_HI), rows.word(seq, WORD_IOBA_LO));
  if (opcode !== H_PUT_TCE_INDIRECT) return state.add(valueHi, valueLo);
  // List page, first TCE, number of runs, and the runs themselves.
  state.add(arena.word(valueHi), arena.word(valueHi + 1));
  state.add(arena.word(valueHi + 2), arena.word(valueHi + 3));
  state.add(0, valueLo);
  for (let run = 0; run < valueLo; run++) {
    state.add(wordOfRun(arena, valueHi, run, 0), wordOfRun(arena, valueHi, run, 1));
    state.add(0, wordOfRun(arena, valueHi, run, 2));
  }
}

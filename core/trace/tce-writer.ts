// Writes the four TCE hcalls: a row where one holds the call exactly, else a record that the row points to.

import { H_GET_TCE, H_PUT_TCE, H_PUT_TCE_INDIRECT, H_STUFF_TCE, H_SUCCESS } from '../abi/papr/hcall.ts';
import { invariant } from '../base/invariant.ts';
import { hi32, hiOfNumber, joinU64, lo32, loOfNumber } from '../base/u64.ts';
import type { NewEvent } from './events.ts';
import { CODE_GET, CODE_INDIRECT, CODE_PUT, CODE_STUFF, codeOfOpcode } from './kinds.ts';
import type { RowStores } from './pack.ts';
import type { TraceRows } from './rows.ts';
import { TAG_WIDE, packTag, statusFits } from './rows.ts';
import type { RunWords } from './run-words.ts';
import { runsOfWords, wordsOfRuns } from './run-words.ts';
import { CONTIGUOUS, countFits, hasRowFields, pushList, runsFit, tceRecord } from './tce-rows.ts';
import type { NewTceHcall } from './tce-rows.ts';

export class TceWriter {
  private readonly stores: RowStores;
  private readonly rows: TraceRows;
  private readonly records: NewEvent[];

  constructor(stores: RowStores, records: NewEvent[]) {
    this.stores = stores;
    this.rows = stores.rows;
    this.records = records;
  }

  get(liobn: number, iobaHi: number, iobaLo: number, tceHi: number, tceLo: number, ret: number): number {
    if (statusFits(ret))
      return this.rows.append(packTag(CODE_GET, 1, ret), liobn, iobaHi, iobaLo, tceHi, tceLo);
    return this.wide(tceRecord(H_GET_TCE, liobn, iobaHi, iobaLo, ret, { tce: joinU64(tceHi, tceLo) }));
  }

  put(liobn: number, iobaHi: number, iobaLo: number, tceHi: number, tceLo: number, ret: number): number {
    if (statusFits(ret))
      return this.rows.append(packTag(CODE_PUT, 1, ret), liobn, iobaHi, iobaLo, tceHi, tceLo);
    return this.wide(tceRecord(H_PUT_TCE, liobn, iobaHi, iobaLo, ret, { tce: joinU64(tceHi, tceLo) }));
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
    return this.wide(tceRecord(H_STUFF_TCE, liobn, iobaHi, iobaLo, ret, { tce }, countHi, countLo));
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
    runs: RunWords | undefined,
    ret: number,
  ): number {
    if (!statusFits(ret) || !countFits(countHi, countLo)) {
      const first = joinU64(firstHi, firstLo);
      const given = runs === undefined ? undefined : runsOfWords(runs);
      const stored = given ?? (ret === H_SUCCESS ? [{ first, count: countLo >>> 0 }] : undefined);
      const list = joinU64(listHi, listLo);
      const rest = stored === undefined ? { list } : { list, runs: stored };
      return this.wide(tceRecord(H_PUT_TCE_INDIRECT, liobn, iobaHi, iobaLo, ret, rest, countHi, countLo));
    }
    const { arena } = this.stores;
    const tag = packTag(CODE_INDIRECT, countLo, ret);
    const only = runs?.count === 1 && ret === H_SUCCESS ? runs.words : undefined;
    // A list in one run has one form, however it was handed in: the same event must give the same hash.
    if (only?.[2] === countLo) {
      const place = pushList(arena, listHi, listLo, only[0] ?? 0, only[1] ?? 0);
      return this.rows.append(tag, liobn, iobaHi, iobaLo, place, CONTIGUOUS);
    }
    const isStored = runs === undefined && ret === H_SUCCESS;
    const place = pushList(arena, listHi, listLo, isStored ? firstHi : 0, isStored ? firstLo : 0, runs);
    return this.rows.append(tag, liobn, iobaHi, iobaLo, place, runs?.count ?? CONTIGUOUS);
  }

  /** A TCE hcall that a row cannot hold: LIOBN and ioba stay in the row, for filters. */
  private wide(call: NewTceHcall): number {
    const record = this.records.push(call) - 1;
    const tag = packTag(codeOfOpcode(call.opcode), 0, 0) | TAG_WIDE;
    return this.rows.append(tag, call.liobn | 0, hi32(call.ioba), lo32(call.ioba), record, 0);
  }

  /** A TCE hcall in its decoded form: from a file, or a test. */
  emit(call: NewTceHcall): number {
    invariant(codeOfOpcode(call.opcode) >= 0, `opcode ${call.opcode} is not a TCE hcall`);
    if (!hasRowFields(call) || !runsFit(call.runs)) return this.wide({ ...call, liobn: call.liobn >>> 0 });
    const { opcode, liobn, ioba, ret, tce = 0n, count = 0, list = 0n, runs } = call;
    const where = [liobn | 0, hi32(ioba), lo32(ioba)] as const;
    const countHi = hiOfNumber(count);
    const countLo = loOfNumber(count);
    const words = runs === undefined ? undefined : wordsOfRuns(runs);
    switch (codeOfOpcode(opcode)) {
      case CODE_GET:
        return this.get(...where, hi32(tce), lo32(tce), ret);
      case CODE_PUT:
        return this.put(...where, hi32(tce), lo32(tce), ret);
      case CODE_STUFF:
        return this.stuff(...where, hi32(tce), lo32(tce), countHi, countLo, ret);
      default:
        return this.indirect(...where, hi32(list), lo32(list), countHi, countLo, 0, 0, words, ret);
    }
  }
}

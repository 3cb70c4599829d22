// The TCEs inside one call: `any(tce.perm) == rw`, `all(tce.address) in 0..4G`. Get, put and stuff have one value, however many
// entries a stuff fills; a list has as many as it held. A call whose list is not known has none, and passes neither word.

import { permissionText, TCE_PERM_MASK } from '../../abi/papr/tce.ts';
import { hi32, joinU64, lo32 } from '../../base/u64.ts';
import { CODE_INDIRECT, LAST_TCE_CODE } from '../kinds.ts';
import type { Quantifier } from './ast.ts';
import type { NumberCondition } from './numbers.ts';
import type { FilterRow, RowTest } from './row.ts';
import type { TextCondition } from './texts.ts';

/** A condition on one TCE by its halves. */
type TceTest = (hi: number, lo: number) => boolean;

export interface NumberElement {
  readonly name: string;
  readonly meaning: string;
  readonly type: 'number';
  readonly test: (condition: NumberCondition) => TceTest;
}

export interface TextElement {
  readonly name: string;
  readonly meaning: string;
  readonly type: 'text';
  readonly words: readonly string[];
  readonly test: (condition: TextCondition) => TceTest;
}

export type ElementField = NumberElement | TextElement;

/** Bits 0 … 11 of a TCE hold permissions and flags; above them stands the real address of the page (LoPAR, TCE definition). */
const FLAG_BITS = 0xfff;

export const ELEMENT_FIELDS: readonly ElementField[] = [
  {
    name: 'tce.value',
    meaning: 'the whole TCE, 64 bits',
    type: 'number',
    test: (condition) => condition.halves,
  },
  {
    name: 'tce.address',
    meaning: 'the real address in it, flags cleared',
    type: 'number',
    test: (condition) => (hi, lo) => condition.halves(hi, lo & ~FLAG_BITS),
  },
  {
    name: 'tce.perm',
    meaning: 'its permissions',
    type: 'text',
    words: ['rw', 'r-', '-w', '--'],
    test: (condition) => {
      const judged = [0, 1, 2, 3].map((low) => condition(permissionText(low)));
      return (_hi, lo) => judged[lo & TCE_PERM_MASK] === true;
    },
  },
];

const BY_NAME: ReadonlyMap<string, ElementField> = new Map(
  ELEMENT_FIELDS.map((field) => [field.name, field]),
);

export const findElement = (name: string): ElementField | undefined => BY_NAME.get(name.toLowerCase());

/** A test that any, or all, of a call's TCEs meet the condition. An event without TCEs passes neither. */
export function eachTest(quantifier: Quantifier, test: TceTest): RowTest {
  /** The verdict of one TCE that settles the whole. */
  const settles = quantifier === 'any';
  return (row) => {
    if (row.code > LAST_TCE_CODE) return false;
    if (row.code === CODE_INDIRECT) return listTest(row, test, settles);
    if (!row.packed && !hasValue(row)) return false;
    return test(row.log.tceHiAt(row.seq), row.log.tceLoAt(row.seq));
  };
}

function hasValue(row: FilterRow): boolean {
  const event = row.content();
  return event.kind === 'tce-hcall' && event.tce !== undefined;
}

function listTest({ log, seq, names }: FilterRow, test: TceTest, settles: boolean): boolean {
  const runs = log.runCountAt(seq);
  if (runs === 0) return false;
  const shift = names.pageShiftOfLiobn(log.liobnAt(seq));
  for (let run = 0; run < runs; run++) {
    const length = log.runLengthAt(seq, run);
    const [hi, lo] = [log.runTceHiAt(seq, run), log.runTceLoAt(seq, run)];
    if (runSettles(test, settles, hi, lo, length, shift)) return settles;
  }
  return !settles;
}

/** Without the window's page size only the first TCE of a run is known. */
function runSettles(
  test: TceTest,
  settles: boolean,
  hi: number,
  lo: number,
  length: number,
  shift: number | undefined,
): boolean {
  if (test(hi, lo) === settles) return true;
  if (shift === undefined || length < 2) return false;
  let tce: bigint = joinU64(hi, lo);
  for (let i = 1; i < length; i++) {
    tce += 1n << BigInt(shift);
    if (test(hi32(tce), lo32(tce)) === settles) return true;
  }
  return false;
}

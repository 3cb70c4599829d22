// Conditions on numbers: one meaning, three forms, because a column may hold an int32, a 64-bit value in halves, or a bigint.

import { hi32, joinU64, lo32 } from '../../base/u64.ts';
import type { CompareOp } from './ast.ts';
import type { FilterField, NumberField } from './fields.ts';
import type { RowTest } from './row.ts';

export interface NumberCondition {
  readonly of: (value: bigint) => boolean;
  readonly int: (value: number) => boolean;
  readonly halves: (hi: number, lo: number) => boolean;
}

const TWO_64 = 1n << 64n;

function holds(op: CompareOp, order: number): boolean {
  switch (op) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '!=':
      return order !== 0;
    default:
      return order === 0;
  }
}

export function compareWith(op: CompareOp, value: bigint): NumberCondition {
  const of = (v: bigint): boolean => holds(op, v < value ? -1 : v > value ? 1 : 0);
  const exact = Number(value);
  const isSafe = Number.isSafeInteger(exact);
  const int = isSafe
    ? (v: number): boolean => holds(op, v < exact ? -1 : v > exact ? 1 : 0)
    : (v: number): boolean => of(BigInt(v));
  if (value < 0n || value >= TWO_64) return { of, int, halves: (hi, lo) => of(joinU64(hi, lo)) };
  const high = hi32(value) >>> 0;
  const low = lo32(value) >>> 0;
  const order = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);
  return { of, int, halves: (hi, lo) => holds(op, order(hi >>> 0, high) || order(lo >>> 0, low)) };
}

export function within(low: bigint, high: bigint): NumberCondition {
  const least = compareWith('>=', low);
  const most = compareWith('<=', high);
  return {
    of: (v) => least.of(v) && most.of(v),
    int: (v) => least.int(v) && most.int(v),
    halves: (hi, lo) => least.halves(hi, lo) && most.halves(hi, lo),
  };
}

export function oneOf(values: readonly bigint[]): NumberCondition {
  const each = values.map((value) => compareWith('==', value));
  return {
    of: (v) => values.includes(v),
    int: (v) => each.some((condition) => condition.int(v)),
    halves: (hi, lo) => each.some((condition) => condition.halves(hi, lo)),
  };
}

/** Any number at all: for `has:`. */
export const PRESENT: NumberCondition = { of: () => true, int: () => true, halves: () => true };

/** A test that the field of a row meets the condition. An event without the field meets none. */
export function numberTest(
  field: Exclude<FilterField, { type: 'text' }>,
  condition: NumberCondition,
): RowTest {
  if (field.type === 'row') return (row) => condition.int(field.read(row.log, row.seq));
  if (field.type === 'number') return columnTest(field, condition);
  return (row) => {
    for (let seq = row.log.causeAt(row.seq); seq >= 0; seq = row.log.causeAt(seq)) {
      if (condition.int(seq)) return true;
    }
    return false;
  };
}

function columnTest(field: NumberField, condition: NumberCondition): RowTest {
  const { column, of } = field;
  const slow: RowTest = (row) => {
    const value = of(row.content());
    if (value === undefined) return false;
    return typeof value === 'number' ? condition.int(value) : condition.of(value);
  };
  if (column === undefined) return slow;
  const [first, last] = column.codes;
  if (column.width === 32) {
    return (row) =>
      row.packed && row.code >= first && row.code <= last
        ? condition.int(column.read(row.log, row.seq))
        : slow(row);
  }
  return (row) =>
    row.packed && row.code >= first && row.code <= last
      ? condition.halves(column.hi(row.log, row.seq), column.lo(row.log, row.seq))
      : slow(row);
}

// Conditions on texts: upper and lower case are the same, as nobody remembers how a name is spelt.

import type { TextField } from './fields.ts';
import type { RowTest } from './row.ts';

export type TextCondition = (value: string) => boolean;

export function textEquals(wanted: readonly string[]): TextCondition {
  const all = new Set(wanted.map((text) => text.toLowerCase()));
  return (value) => all.has(value.toLowerCase());
}

export function textContains(wanted: string): TextCondition {
  const part = wanted.toLowerCase();
  return (value) => value.toLowerCase().includes(part);
}

/** A test that the text of a row meets the condition. An event without the text meets none. */
export function textTest(field: TextField, condition: TextCondition): RowTest {
  const { column, of } = field;
  const slow: RowTest = (row) => {
    const value = of(row.content(), row.names);
    return value !== undefined && condition(value);
  };
  if (column === undefined) return slow;
  const [first, last] = column.codes;
  // Few texts recur in millions of rows: each is judged once.
  const judged = new Map<string, boolean>();
  return (row) => {
    if (!row.packed || row.code < first || row.code > last) return slow(row);
    const value = column.read(row.log, row.seq, row.names);
    if (value === undefined) return false;
    let verdict = judged.get(value);
    if (verdict === undefined) {
      verdict = condition(value);
      judged.set(value, verdict);
    }
    return verdict;
  };
}

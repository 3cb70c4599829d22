// From a comparison to a condition on a value: texts and numbers, with mistakes told at their column.

import { ok } from '../../base/result.ts';
import type { CompareOp, FieldTest, FilterWord } from './ast.ts';
import type { FilterResult } from './error.ts';
import { filterError } from './error.ts';
import { nearest } from './nearest.ts';
import type { NumberCondition } from './numbers.ts';
import { compareWith, oneOf, within } from './numbers.ts';
import type { TextCondition } from './texts.ts';
import { textContains, textEquals } from './texts.ts';
import type { NumberNames } from './values.ts';
import { parseNumber, parseTime } from './values.ts';

/** What is compared: a field of an event, or of each TCE in it. */
export interface TextSubject {
  readonly name: string;
  /** All texts it can be, when there are few. */
  readonly words?: readonly string[];
}

export interface NumberSubject {
  readonly name: string;
  /** Names that stand for numbers, and how they are spelt. */
  readonly names?: NumberNames;
  readonly words?: readonly string[];
  readonly isTime?: true;
}

export function textConditionOf(subject: TextSubject, test: FieldTest): FilterResult<TextCondition> {
  if (test.type === 'compare') return textComparison(subject, test.op, test.value);
  if (test.type === 'range') {
    return filterError(
      test.low.column,
      `${subject.name} is a text: it has no ranges`,
      `write ${subject.name} in {a, b}`,
    );
  }
  for (const value of test.values) {
    const word = checkWord(subject, value);
    if (!word.ok) return word;
  }
  return ok(textEquals(test.values.map((value) => value.text)));
}

function textComparison(subject: TextSubject, op: CompareOp, value: FilterWord): FilterResult<TextCondition> {
  if (op === '~' || (op === ':' && subject.words === undefined)) return ok(textContains(value.text));
  if (op !== '==' && op !== '!=' && op !== ':') {
    return filterError(
      value.column,
      `${subject.name} is a text: it cannot be ${op} anything`,
      `use ==, != or ~ (contains)`,
    );
  }
  const word = checkWord(subject, value);
  if (!word.ok) return word;
  const equals = textEquals([value.text]);
  return ok(op === '!=' ? (text) => !equals(text) : equals);
}

/** A text that the subject can be at all. */
function checkWord({ name, words }: TextSubject, value: FilterWord): FilterResult<true> {
  if (words === undefined || words.some((word) => word.toLowerCase() === value.text.toLowerCase()))
    return ok(true);
  return unknownWord(name, value, words);
}

export function unknownWord(
  subject: string,
  value: FilterWord,
  words: readonly string[],
): ReturnType<typeof filterError> {
  const meant = nearest(value.text, words);
  return filterError(
    value.column,
    `${subject} is never "${value.text}"`,
    meant === undefined ? `it is one of ${words.join(', ')}` : `did you mean ${meant}?`,
  );
}

export function numberConditionOf(subject: NumberSubject, test: FieldTest): FilterResult<NumberCondition> {
  if (test.type === 'range') return numberRange(subject, test.low, test.high);
  if (test.type === 'set') return numberSet(subject, test.values);
  if (test.op === '~') {
    return filterError(
      test.value.column,
      `${subject.name} is a number: "contains" is for texts`,
      `write ${subject.name} in low..high`,
    );
  }
  const number = readNumber(subject, test.value);
  return number.ok ? ok(compareWith(test.op, number.value)) : number;
}

function numberRange(
  subject: NumberSubject,
  low: FilterWord,
  high: FilterWord,
): FilterResult<NumberCondition> {
  const from = readNumber(subject, low);
  if (!from.ok) return from;
  const to = readNumber(subject, high);
  if (!to.ok) return to;
  if (from.value > to.value)
    return filterError(low.column, 'the range ends before it begins', 'swap its two ends');
  return ok(within(from.value, to.value));
}

function numberSet(subject: NumberSubject, values: readonly FilterWord[]): FilterResult<NumberCondition> {
  const numbers: bigint[] = [];
  for (const value of values) {
    const number = readNumber(subject, value);
    if (!number.ok) return number;
    numbers.push(number.value);
  }
  return ok(oneOf(numbers));
}

function readNumber(subject: NumberSubject, value: FilterWord): FilterResult<bigint> {
  const isTime = subject.isTime === true;
  const named = subject.names?.get(value.text.toLowerCase());
  const number = named ?? (isTime ? parseTime(value.text) : parseNumber(value.text));
  if (number !== undefined) return ok(number);
  if (isTime)
    return filterError(
      value.column,
      `"${value.text}" is no time`,
      'write 250us, 1.5ms, 2s, or seconds with a point: 1.203',
    );
  const meant = subject.words === undefined ? undefined : nearest(value.text, subject.words);
  return filterError(
    value.column,
    `"${value.text}" is no number`,
    meant === undefined ? 'write 512, 0x200, 64K or 2M' : `did you mean ${meant}?`,
  );
}

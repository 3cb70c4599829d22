// From the tree to a test over rows: fields are looked up, values are read as what the field holds, and mistakes point at their column.

import { ok } from '../../base/result.ts';
import { TRACE_KINDS } from '../kinds.ts';
import { NO_NAMES } from '../names.ts';
import type { NameLookup } from '../names.ts';
import type { TraceReader } from '../reader.ts';
import { EVENT_CLASSES } from '../schema.ts';
import type { CompareOp, FilterNode, FilterWord } from './ast.ts';
import { printFilter } from './ast.ts';
import type { FilterResult } from './error.ts';
import { filterError } from './error.ts';
import { FILTER_FIELDS, findField } from './fields.ts';
import type { FilterField, TextField } from './fields.ts';
import { nearest } from './nearest.ts';
import { PRESENT, compareWith, numberTest, oneOf, within } from './numbers.ts';
import { parseFilter } from './parse.ts';
import { FilterRow } from './row.ts';
import type { RowTest } from './row.ts';
import { searchTest } from './search.ts';
import { textContains, textEquals, textTest } from './texts.ts';
import { parseNumber, parseTime } from './values.ts';

export interface Filter {
  /** The filter in its plain form: what printFilter() writes; empty when it lets all through. */
  readonly text: string;
  /** True when event `seq` passes. */
  test(log: TraceReader, seq: number): boolean;
}

/**
 * A filter from its text (docs/filter-language.md). `names` lets it know functions by their ids. Errors: `bad-filter` with the column
 * and, where one is near, the word that was meant.
 */
export function compileFilter(text: string, names: NameLookup = NO_NAMES): FilterResult<Filter> {
  const tree = parseFilter(text);
  if (!tree.ok) return tree;
  if (tree.value === undefined) return ok({ text: '', test: () => true });
  const compiled = compile(tree.value);
  if (!compiled.ok) return compiled;
  const test = compiled.value;
  let row: FilterRow | undefined;
  return ok({
    text: printFilter(tree.value),
    test: (log, seq) => {
      row ??= new FilterRow(log);
      row.names = names;
      return test(row.moveTo(log, seq));
    },
  });
}

function compile(node: FilterNode): FilterResult<RowTest> {
  switch (node.type) {
    case 'and':
    case 'or':
      return compileBoth(node);
    case 'not': {
      const inner = compile(node.inner);
      if (!inner.ok) return inner;
      const test = inner.value;
      return ok((row) => !test(row));
    }
    case 'search':
      return ok(searchTest(node.word.text));
    case 'is':
      return compileIs(node.what);
    case 'has':
      return withField(node.field, (field) =>
        ok(field.type === 'text' ? textTest(field, () => true) : numberTest(field, PRESENT)),
      );
    case 'compare':
      return withField(node.field, (field) => compileComparison(field, node.op, node.value));
    case 'range':
      return withField(node.field, (field) => compileRange(field, node.low, node.high));
    case 'set':
      return withField(node.field, (field) => compileSet(field, node.values));
  }
}

function compileBoth(node: Extract<FilterNode, { type: 'and' | 'or' }>): FilterResult<RowTest> {
  const left = compile(node.left);
  if (!left.ok) return left;
  const right = compile(node.right);
  if (!right.ok) return right;
  const [a, b] = [left.value, right.value];
  return ok(node.type === 'and' ? (row) => a(row) && b(row) : (row) => a(row) || b(row));
}

function withField(
  word: FilterWord,
  then: (field: FilterField) => FilterResult<RowTest>,
): FilterResult<RowTest> {
  const field = findField(word.text);
  if (field !== undefined) return then(field);
  const known = FILTER_FIELDS.map((f) => f.name);
  const meant = nearest(word.text, known);
  return filterError(
    word.column,
    `there is no field "${word.text}"`,
    meant === undefined ? `fields are: ${known.join(', ')}` : `did you mean ${meant}?`,
  );
}

function compileComparison(field: FilterField, op: CompareOp, value: FilterWord): FilterResult<RowTest> {
  if (field.type === 'text') return compileTextComparison(field, op, value);
  if (op === '~') {
    return filterError(
      value.column,
      `${field.name} is a number: "contains" is for texts`,
      `write ${field.name} in low..high`,
    );
  }
  const number = readNumber(field, value);
  return number.ok ? ok(numberTest(field, compareWith(op, number.value))) : number;
}

function compileTextComparison(field: TextField, op: CompareOp, value: FilterWord): FilterResult<RowTest> {
  if (op === '~' || (op === ':' && field.words === undefined)) {
    return ok(textTest(field, textContains(value.text)));
  }
  if (op !== '==' && op !== '!=' && op !== ':') {
    return filterError(
      value.column,
      `${field.name} is a text: it cannot be ${op} anything`,
      `use ==, != or ~ (contains)`,
    );
  }
  const word = checkWord(field, value);
  if (!word.ok) return word;
  const equals = textEquals([value.text]);
  return ok(textTest(field, op === '!=' ? (text) => !equals(text) : equals));
}

function compileRange(field: FilterField, low: FilterWord, high: FilterWord): FilterResult<RowTest> {
  if (field.type === 'text') {
    return filterError(
      low.column,
      `${field.name} is a text: it has no ranges`,
      `write ${field.name} in {a, b}`,
    );
  }
  const from = readNumber(field, low);
  if (!from.ok) return from;
  const to = readNumber(field, high);
  if (!to.ok) return to;
  if (from.value > to.value)
    return filterError(low.column, 'the range ends before it begins', 'swap its two ends');
  return ok(numberTest(field, within(from.value, to.value)));
}

function compileSet(field: FilterField, values: readonly FilterWord[]): FilterResult<RowTest> {
  if (field.type === 'text') {
    for (const value of values) {
      const word = checkWord(field, value);
      if (!word.ok) return word;
    }
    return ok(textTest(field, textEquals(values.map((value) => value.text))));
  }
  const numbers: bigint[] = [];
  for (const value of values) {
    const number = readNumber(field, value);
    if (!number.ok) return number;
    numbers.push(number.value);
  }
  return ok(numberTest(field, oneOf(numbers)));
}

/** A text that the field can hold at all. */
function checkWord(field: TextField, value: FilterWord): FilterResult<true> {
  const { words } = field;
  if (words === undefined || words.some((word) => word.toLowerCase() === value.text.toLowerCase()))
    return ok(true);
  return unknownWord(field.name, value, words);
}

function unknownWord(
  field: string,
  value: FilterWord,
  words: readonly string[],
): ReturnType<typeof filterError> {
  const meant = nearest(value.text, words);
  return filterError(
    value.column,
    `${field} is never "${value.text}"`,
    meant === undefined ? `it is one of ${words.join(', ')}` : `did you mean ${meant}?`,
  );
}

function readNumber(field: Exclude<FilterField, TextField>, value: FilterWord): FilterResult<bigint> {
  const isTime = field.type === 'row' && field.isTime === true;
  const names = field.type === 'number' ? field.names : undefined;
  const number =
    names?.get(value.text.toLowerCase()) ?? (isTime ? parseTime(value.text) : parseNumber(value.text));
  if (number !== undefined) return ok(number);
  if (isTime)
    return filterError(
      value.column,
      `"${value.text}" is no time`,
      'write 250us, 1.5ms, 2s, or seconds with a point: 1.203',
    );
  const meant =
    field.type === 'number' && field.words !== undefined ? nearest(value.text, field.words) : undefined;
  return filterError(
    value.column,
    `"${value.text}" is no number`,
    meant === undefined ? 'write 512, 0x200, 64K or 2M' : `did you mean ${meant}?`,
  );
}

function compileIs(what: FilterWord): FilterResult<RowTest> {
  const wanted = what.text.toLowerCase();
  const classField = findField('class');
  const kindField = findField('kind');
  const classes = Object.keys(EVENT_CLASSES);
  const field = classes.includes(wanted) ? classField : kindField;
  if (field?.type === 'text' && [...classes, ...TRACE_KINDS].includes(wanted)) {
    return ok(textTest(field, textEquals([wanted])));
  }
  return unknownWord('an event', what, [...classes, ...TRACE_KINDS]);
}

// From the tree to a test over rows: fields are looked up, values are read as what the field holds, and mistakes point at their column.

import { ok } from '../../base/result.ts';
import { TRACE_KINDS } from '../kinds.ts';
import { NO_NAMES } from '../names.ts';
import type { NameLookup } from '../names.ts';
import type { TraceReader } from '../reader.ts';
import { EVENT_CLASSES } from '../schema.ts';
import type { FieldTest, FilterNode, FilterWord, Quantifier } from './ast.ts';
import { printFilter } from './ast.ts';
import { numberConditionOf, textConditionOf, unknownWord } from './conditions.ts';
import { ELEMENT_FIELDS, eachTest, findElement } from './elements.ts';
import type { FilterResult } from './error.ts';
import { filterError } from './error.ts';
import { FILTER_FIELDS, findField } from './fields.ts';
import type { FilterField } from './fields.ts';
import { nearest } from './nearest.ts';
import { PRESENT, numberTest } from './numbers.ts';
import { parseFilter } from './parse.ts';
import { FilterRow } from './row.ts';
import type { RowTest } from './row.ts';
import { searchTest } from './search.ts';
import { textEquals, textTest } from './texts.ts';

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
    case 'range':
    case 'set':
      return withField(node.field, (field) => compileTest(field, node));
    case 'each':
      return compileEach(node.quantifier, node.test);
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
  if (findElement(word.text) !== undefined) {
    return filterError(
      word.column,
      `a call may have many TCEs: which ${word.text}?`,
      `write any(${word.text}) or all(${word.text})`,
    );
  }
  const known = FILTER_FIELDS.map((f) => f.name);
  const meant = nearest(word.text, known);
  return filterError(
    word.column,
    `there is no field "${word.text}"`,
    meant === undefined ? `fields are: ${known.join(', ')}` : `did you mean ${meant}?`,
  );
}

/** A field compared with something. An event without the field meets no condition. */
function compileTest(field: FilterField, test: FieldTest): FilterResult<RowTest> {
  if (field.type === 'text') {
    const condition = textConditionOf(field, test);
    return condition.ok ? ok(textTest(field, condition.value)) : condition;
  }
  const condition = numberConditionOf(field, test);
  return condition.ok ? ok(numberTest(field, condition.value)) : condition;
}

function compileEach(quantifier: Quantifier, test: FieldTest): FilterResult<RowTest> {
  const element = findElement(test.field.text);
  if (element === undefined) return noElement(quantifier, test.field);
  if (element.type === 'text') {
    const condition = textConditionOf(element, test);
    return condition.ok ? ok(eachTest(quantifier, element.test(condition.value))) : condition;
  }
  const condition = numberConditionOf(element, test);
  return condition.ok ? ok(eachTest(quantifier, element.test(condition.value))) : condition;
}

function noElement(quantifier: Quantifier, word: FilterWord): ReturnType<typeof filterError> {
  if (findField(word.text) !== undefined) {
    return filterError(
      word.column,
      `an event has one ${word.text}, not several`,
      `leave ${quantifier}( ) out`,
    );
  }
  const known = ELEMENT_FIELDS.map((field) => field.name);
  const meant = nearest(word.text, known);
  return filterError(
    word.column,
    `a TCE has no "${word.text}"`,
    meant === undefined ? `it has: ${known.join(', ')}` : `did you mean ${meant}?`,
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

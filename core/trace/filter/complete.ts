// What may stand at the cursor of a filter: fields, operators, and values, those first that occur in the trace at hand.

import { TRACE_KINDS } from '../kinds.ts';
import { NO_NAMES } from '../names.ts';
import type { NameLookup } from '../names.ts';
import type { TraceReader } from '../reader.ts';
import { EVENT_CLASSES } from '../schema.ts';
import { ELEMENT_FIELDS, findElement } from './elements.ts';
import { FILTER_FIELDS, findField } from './fields.ts';
import { FilterRow } from './row.ts';

export interface Completion {
  /** What replaces the text from `from` to the cursor. */
  readonly text: string;
  /** What it means; empty for values. */
  readonly meaning: string;
}

export interface Completions {
  /** Offset of the first character that is replaced. */
  readonly from: number;
  readonly items: readonly Completion[];
}

/** Values of a field that occur, the most frequent first. */
export type Occurring = (field: string) => readonly string[];

const MOST = 50;

/** Where the cursor stands: in a value of a field, in a field's name, or behind a field. */
interface Place {
  readonly from: number;
  readonly begun: string;
  readonly candidates: readonly Completion[];
}

const plain = (texts: readonly string[]): Completion[] => texts.map((text) => ({ text, meaning: '' }));

const OPERATORS: readonly Completion[] = [
  { text: '==', meaning: 'is' },
  { text: '!=', meaning: 'is another' },
  { text: '<', meaning: 'is less than' },
  { text: '<=', meaning: 'is at most' },
  { text: '>', meaning: 'is more than' },
  { text: '>=', meaning: 'is at least' },
  { text: 'in', meaning: 'lies in low..high, or is one of {a, b}' },
  { text: '~', meaning: 'has the text in it' },
];
/** What texts can be compared by. */
const TEXT_OPERATORS = ['==', '!=', 'in', '~'];

/** What may begin a term. */
const BEGINNINGS: readonly Completion[] = [
  ...FILTER_FIELDS.map(({ name, meaning }) => ({ text: name, meaning })),
  { text: 'is:', meaning: 'a class or kind of event: is:error, is:map' },
  { text: 'has:', meaning: 'the event has that field' },
  { text: 'any(', meaning: 'any TCE of the call' },
  { text: 'all(', meaning: 'every TCE of the call' },
  { text: 'not ', meaning: 'events that do not pass what follows' },
];

/** A field, its operator and the value begun; `{a, b` and `low..` too. */
const VALUE =
  /(?:(?:any|all)\(\s*([a-z.]+)\s*\)|([a-z]+))\s*(?:==|!=|<=|>=|[=<>~]|\bin\s*\{(?:[^{}]*,)?|\bin\s+(?:\S+\.\.)?|\bcontains\s)\s*("?)([^\s"{}(),]*)$/i;
const SHORT = /(?:^|[\s(!-])([a-z][a-z-]*):("?)([^\s"{}()]*)$/i;
const ELEMENT = /(?:^|[\s(!])(?:any|all)\(\s*([a-z.]*)$/i;
const BEHIND = /(?:^|[\s(!-])(?:(?:any|all)\(\s*([a-z.]+)\s*\)|([a-z]+))\s+([=!<>~]{0,2}|[a-z]{0,2})$/i;
const BEGUN = /([a-z]*)$/i;

/**
 * What may stand in `text` before offset `cursor` (default: its end). Empty where nothing can be offered. `occurring` gives the values
 * of a field in the trace at hand.
 */
export function completeFilter(
  text: string,
  cursor: number = text.length,
  occurring: Occurring = () => [],
): Completions {
  const before = text.slice(0, cursor);
  if (quoteIsOpen(before) && !/[:=<>~\s{,]"[^"]*$/.test(before)) return { from: cursor, items: [] };
  const place = valuePlace(before, occurring) ?? elementPlace(before) ?? behindPlace(before) ?? begin(before);
  const begun = place.begun.toLowerCase();
  const fitting = place.candidates.filter(
    ({ text: candidate }) => candidate.toLowerCase().includes(begun) && candidate.toLowerCase() !== begun,
  );
  const first = fitting.filter((item) => item.text.toLowerCase().startsWith(begun));
  const rest = fitting.filter((item) => !first.includes(item));
  return { from: place.from, items: [...first, ...rest].slice(0, MOST) };
}

const quoteIsOpen = (text: string): boolean => (text.match(/"/g) ?? []).length % 2 === 1;

function valuePlace(before: string, occurring: Occurring): Place | undefined {
  const short = SHORT.exec(before);
  if (short !== null) return shortPlace(before, short, occurring);
  const match = VALUE.exec(before);
  if (match === null) return undefined;
  const field = (match[1] ?? match[2] ?? '').toLowerCase();
  const values = valuesOf(field, occurring);
  // A number has no values to offer; its operator may still go on.
  return values.length === 0 ? undefined : placeOf(before, match[3] ?? '', match[4] ?? '', values);
}

function shortPlace(before: string, match: RegExpExecArray, occurring: Occurring): Place {
  const field = (match[1] ?? '').toLowerCase();
  const [quote, begun] = [match[2] ?? '', match[3] ?? ''];
  if (field === 'is') return placeOf(before, quote, begun, [...Object.keys(EVENT_CLASSES), ...TRACE_KINDS]);
  const names = FILTER_FIELDS.map(({ name }) => name);
  return placeOf(before, quote, begun, field === 'has' ? names : valuesOf(field, occurring));
}

function placeOf(before: string, quote: string, begun: string, values: readonly string[]): Place {
  const from = before.length - begun.length - quote.length;
  return { from, begun, candidates: plain([...new Set(values)].map(asValue)) };
}

/** As it may stand in a filter. */
const asValue = (value: string): string =>
  /^-?[\w.:/-]+$/.test(value) && !value.includes('..') ? value : `"${value.replace(/["\\]/g, '\\$&')}"`;

function valuesOf(name: string, occurring: Occurring): readonly string[] {
  const field = findField(name) ?? findElement(name);
  if (field === undefined) return [];
  const words = 'words' in field && field.words !== undefined ? field.words : [];
  return [...occurring(name), ...words];
}

function elementPlace(before: string): Place | undefined {
  const match = ELEMENT.exec(before);
  if (match === null) return undefined;
  const begun = match[1] ?? '';
  const candidates = ELEMENT_FIELDS.map(({ name, meaning }) => ({ text: `${name})`, meaning }));
  return { from: before.length - begun.length, begun, candidates };
}

function behindPlace(before: string): Place | undefined {
  const match = BEHIND.exec(before);
  if (match === null) return undefined;
  const name = match[1] ?? match[2] ?? '';
  const field = findField(name) ?? findElement(name);
  if (field === undefined) return undefined;
  const begun = match[3] ?? '';
  const isText = field.type === 'text';
  const candidates = OPERATORS.filter(({ text }) => (isText ? TEXT_OPERATORS.includes(text) : text !== '~'));
  return { from: before.length - begun.length, begun, candidates };
}

function begin(before: string): Place {
  const begun = BEGUN.exec(before)?.[1] ?? '';
  return { from: before.length - begun.length, begun, candidates: BEGINNINGS };
}

/** Rows looked at: enough to know what occurs, few enough to answer between two keystrokes. */
const SAMPLE = 20_000;

/** Values of a text field in a trace, the most frequent of its newest events first. Numbers are not counted: they hardly recur. */
export function occurringIn(log: TraceReader, names: NameLookup = NO_NAMES): Occurring {
  return (name) => {
    const field = findField(name);
    if (field?.type !== 'text') return [];
    const row = new FilterRow(log);
    row.names = names;
    const counts = new Map<string, number>();
    for (let seq = Math.max(0, log.length - SAMPLE); seq < log.length; seq++) {
      row.moveTo(log, seq);
      const { column } = field;
      const inColumn =
        column !== undefined && row.packed && row.code >= column.codes[0] && row.code <= column.codes[1];
      const value = inColumn ? column.read(log, seq, names) : field.of(row.content(), names);
      if (value !== undefined && value !== '') counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    return [...counts].sort(([, a], [, b]) => b - a).map(([value]) => value);
  };
}

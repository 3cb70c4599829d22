// Recursive descent over the tokens of a filter. Whether a field exists and a value fits it is the compiler's question.

import { ok } from '../../base/result.ts';
import type { CompareOp, FieldTest, FilterNode, FilterWord, Quantifier } from './ast.ts';
import type { FilterResult } from './error.ts';
import { filterError } from './error.ts';
import type { Token, TokenType } from './tokens.ts';
import { tokenize } from './tokens.ts';

/** Longest filter, in characters, and deepest nesting: filters come from files too. */
export const MAX_FILTER = 4096;
const MAX_DEPTH = 100;

/** The names in front of a colon: letters, then letters and hyphens. `0103:01:00.0` is none. */
const SHORTHAND = /^([a-z][a-z-]*):(.*)$/is;

interface Parser {
  readonly tokens: readonly Token[];
  at: number;
  depth: number;
}

/** The tree of a filter; undefined for an empty one, which all events pass. Errors: `bad-filter` with its column. */
export function parseFilter(text: string): FilterResult<FilterNode | undefined> {
  if (text.length > MAX_FILTER) {
    return filterError(MAX_FILTER + 1, `a filter has at most ${MAX_FILTER} characters`);
  }
  const tokens = tokenize(text);
  if (!tokens.ok) return tokens;
  const parser: Parser = { tokens: tokens.value, at: 0, depth: 0 };
  if (peek(parser).type === 'end') return ok(undefined);
  const node = parseOr(parser);
  if (!node.ok) return node;
  const rest = peek(parser);
  if (rest.type === 'end') return node;
  if (rest.type === ')') return filterError(rest.column, 'there is no ( for this )');
  return unexpected(rest);
}

const END: Token = { type: 'end', text: '', column: 1, end: 1 };

function peek(parser: Parser): Token {
  return parser.tokens[parser.at] ?? parser.tokens.at(-1) ?? END;
}

function take(parser: Parser): Token {
  const token = peek(parser);
  if (token.type !== 'end') parser.at++;
  return token;
}

function unexpected(token: Token): ReturnType<typeof filterError> {
  if (token.type === 'end') return filterError(token.column, 'something is missing at the end');
  return filterError(token.column, `${token.text} cannot stand here`);
}

function parseOr(parser: Parser): FilterResult<FilterNode> {
  let left = parseAnd(parser);
  while (left.ok && peek(parser).type === 'or') {
    take(parser);
    const right = parseAnd(parser);
    if (!right.ok) return right;
    left = ok({ type: 'or', left: left.value, right: right.value });
  }
  return left;
}

/** What a term can begin with; two terms side by side mean "and". */
const BEGINS: readonly TokenType[] = ['word', 'quoted', 'not', '('];

function parseAnd(parser: Parser): FilterResult<FilterNode> {
  let left = parseNot(parser);
  while (left.ok && (peek(parser).type === 'and' || BEGINS.includes(peek(parser).type))) {
    if (peek(parser).type === 'and') take(parser);
    const right = parseNot(parser);
    if (!right.ok) return right;
    left = ok({ type: 'and', left: left.value, right: right.value });
  }
  return left;
}

function parseNot(parser: Parser): FilterResult<FilterNode> {
  if (parser.depth >= MAX_DEPTH) return filterError(peek(parser).column, 'this is nested too deeply');
  parser.depth++;
  const node = parseNegated(parser);
  parser.depth--;
  return node;
}

function parseNegated(parser: Parser): FilterResult<FilterNode> {
  if (peek(parser).type !== 'not') return parseTerm(parser);
  take(parser);
  const inner = parseNot(parser);
  return inner.ok ? ok({ type: 'not', inner: inner.value }) : inner;
}

/** A comparison, a group, a search; a hyphen in front of a name negates it. */
function parseTerm(parser: Parser): FilterResult<FilterNode> {
  return parseTermFrom(parser, take(parser));
}

function parseTermFrom(parser: Parser, token: Token): FilterResult<FilterNode> {
  if (token.type === '(') return parseGroup(parser, token);
  if (token.type === 'quoted') return ok({ type: 'search', word: wordOf(token) });
  if (token.type !== 'word') return unexpected(token);
  if (/^-[a-z]/i.test(token.text)) {
    const inner = parseTermFrom(parser, { ...token, text: token.text.slice(1), column: token.column + 1 });
    return inner.ok ? ok({ type: 'not', inner: inner.value }) : inner;
  }
  const quantifier = quantifierAt(parser, token);
  if (quantifier !== undefined) return parseEach(parser, quantifier);
  return parseTest(parser, wordOf(token)) ?? parseWord(parser, token);
}

/** What a field is compared with; undefined when no operator follows. */
function parseTest(parser: Parser, field: FilterWord): FilterResult<FieldTest> | undefined {
  const next = peek(parser);
  if (next.type === 'compare') return parseComparison(parser, field);
  if (next.type !== 'word') return undefined;
  const word = next.text.toLowerCase();
  if (word === 'contains') return parseComparison(parser, field);
  return word === 'in' ? parseIn(parser, field) : undefined;
}

/** `any(field)` and `all(field)`; without the operator behind it, `any` is a word like others. */
function quantifierAt({ tokens, at }: Parser, token: Token): Quantifier | undefined {
  const word = token.text.toLowerCase();
  if (word !== 'any' && word !== 'all') return undefined;
  const shape = [tokens[at]?.type, tokens[at + 1]?.type, tokens[at + 2]?.type].join(' ');
  const behind = tokens[at + 3];
  const compares = behind?.type === 'compare' || /^(in|contains)$/i.test(behind?.text ?? '');
  return shape === '( word )' && compares ? word : undefined;
}

function parseEach(parser: Parser, quantifier: Quantifier): FilterResult<FilterNode> {
  take(parser);
  const field = wordOf(take(parser));
  take(parser);
  const test = parseTest(parser, field);
  if (test === undefined) return unexpected(peek(parser));
  return test.ok ? ok({ type: 'each', quantifier, test: test.value }) : test;
}

function parseGroup(parser: Parser, open: Token): FilterResult<FilterNode> {
  const inner = parseOr(parser);
  if (!inner.ok) return inner;
  if (peek(parser).type === ')') {
    take(parser);
    return inner;
  }
  return peek(parser).type === 'end' ? filterError(open.column, 'this ( has no )') : unexpected(peek(parser));
}

function wordOf(token: Token): FilterWord {
  return { text: token.text, column: token.column };
}

function parseValue(parser: Parser): FilterResult<FilterWord> {
  const token = take(parser);
  if (token.type === 'word' || token.type === 'quoted') return ok(wordOf(token));
  if (token.type === 'end') return filterError(token.column, 'a value is missing here');
  return filterError(token.column, `a value is expected here, not ${token.text}`);
}

function parseComparison(parser: Parser, field: FilterWord): FilterResult<FieldTest> {
  const sign = take(parser);
  const op = sign.type === 'word' ? '~' : sign.text === '=' ? '==' : (sign.text as CompareOp);
  const value = parseValue(parser);
  return value.ok ? ok({ type: 'compare', field, op, value: value.value }) : value;
}

function parseIn(parser: Parser, field: FilterWord): FilterResult<FieldTest> {
  take(parser);
  if (peek(parser).type === '{') return parseSet(parser, field);
  const low = parseValue(parser);
  if (!low.ok) return low;
  const dots = take(parser);
  if (dots.type !== '..') {
    return filterError(
      dots.column,
      'after "in" comes a range or a set',
      `write ${field.text} in low..high, or ${field.text} in {a, b}`,
    );
  }
  const high = parseValue(parser);
  return high.ok ? ok({ type: 'range', field, low: low.value, high: high.value }) : high;
}

function parseSet(parser: Parser, field: FilterWord): FilterResult<FieldTest> {
  const open = take(parser);
  const values: FilterWord[] = [];
  for (;;) {
    const value = parseValue(parser);
    if (!value.ok) return value;
    values.push(value.value);
    const sign = take(parser);
    if (sign.type === '}') return ok({ type: 'set', field, values });
    if (sign.type === 'end') return filterError(open.column, 'this { has no }');
    if (sign.type !== ',') return filterError(sign.column, 'a comma or } is expected here');
  }
}

/** A word with no operator behind it: `field:value`, or a search. */
function parseWord(parser: Parser, token: Token): FilterResult<FilterNode> {
  const match = SHORTHAND.exec(token.text);
  const name = match?.[1];
  if (name === undefined) return ok({ type: 'search', word: wordOf(token) });
  const value = shorthandValue(parser, token, name.length);
  return value === undefined
    ? ok({ type: 'search', word: wordOf(token) })
    : ok(shorthand({ text: name, column: token.column }, value));
}

/** What stands behind the colon, quoted or not; undefined for nothing (`iommu:` is a word of the kernel log). */
function shorthandValue(parser: Parser, token: Token, colon: number): FilterWord | undefined {
  const text = token.text.slice(colon + 1);
  if (text !== '') return { text, column: token.column + colon + 1 };
  const next = peek(parser);
  if (next.type !== 'quoted' || next.column !== token.end) return undefined;
  take(parser);
  return wordOf(next);
}

function shorthand(field: FilterWord, value: FilterWord): FilterNode {
  const name = field.text.toLowerCase();
  if (name === 'is') return { type: 'is', what: value };
  if (name === 'has') return { type: 'has', field: value };
  return { type: 'compare', field, op: ':', value };
}

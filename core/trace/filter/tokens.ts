// The filter language cut into tokens (docs/filter-language.md).

import { ok } from '../../base/result.ts';
import type { FilterResult } from './error.ts';
import { filterError } from './error.ts';

export type TokenType =
  | 'word'
  | 'quoted'
  /** == = != < <= > >= ~ */
  | 'compare'
  | 'and'
  | 'or'
  | 'not'
  | '('
  | ')'
  | '{'
  | '}'
  | ','
  | '..'
  | 'end';

export interface Token {
  readonly type: TokenType;
  /** A word as written, a quoted text without its quotes, an operator. */
  readonly text: string;
  /** From 1. */
  readonly column: number;
  /** Column behind its last character. */
  readonly end: number;
}

const KEYWORDS: ReadonlyMap<string, TokenType> = new Map([
  ['and', 'and'],
  ['or', 'or'],
  ['not', 'not'],
]);

/** Operators, the longer ones first. */
const OPERATORS: readonly (readonly [text: string, type: TokenType])[] = [
  ['&&', 'and'],
  ['||', 'or'],
  ['==', 'compare'],
  ['!=', 'compare'],
  ['<=', 'compare'],
  ['>=', 'compare'],
  ['..', '..'],
  ['=', 'compare'],
  ['<', 'compare'],
  ['>', 'compare'],
  ['~', 'compare'],
  ['!', 'not'],
  ['(', '('],
  [')', ')'],
  ['{', '{'],
  ['}', '}'],
];

/** True for a character that no word holds. */
function endsWord(text: string, at: number): boolean {
  return /[\s(){}"=!<>~&|]/.test(text.charAt(at)) || text.startsWith('..', at);
}

export function tokenize(text: string): FilterResult<readonly Token[]> {
  const tokens: Token[] = [];
  let at = 0;
  let inSet = false;
  for (;;) {
    while (/\s/.test(text.charAt(at))) at++;
    if (at >= text.length) break;
    const token = readToken(text, at, inSet);
    if (!token.ok) return token;
    if (token.value.type === '{') inSet = true;
    if (token.value.type === '}') inSet = false;
    tokens.push(token.value);
    at = token.value.end - 1;
  }
  tokens.push({ type: 'end', text: '', column: text.length + 1, end: text.length + 1 });
  return ok(tokens);
}

function readToken(text: string, at: number, inSet: boolean): FilterResult<Token> {
  if (text.charAt(at) === '"') return readQuoted(text, at);
  if (inSet && text.charAt(at) === ',') return ok(token(',', ',', at, at + 1));
  const operator = OPERATORS.find(([sign]) => text.startsWith(sign, at));
  if (operator !== undefined) return ok(token(operator[1], operator[0], at, at + operator[0].length));
  const sign = text.charAt(at);
  if (sign === '&' || sign === '|') {
    return filterError(
      at + 1,
      `a single ${sign} means nothing here`,
      `write ${sign}${sign}, or ${sign === '&' ? 'and' : 'or'}`,
    );
  }
  let end = at;
  while (end < text.length && !endsWord(text, end) && !(inSet && text.charAt(end) === ',')) end++;
  const word = text.slice(at, end);
  return ok(token(KEYWORDS.get(word.toLowerCase()) ?? 'word', word, at, end));
}

function readQuoted(text: string, at: number): FilterResult<Token> {
  let value = '';
  for (let i = at + 1; i < text.length; i++) {
    const char = text.charAt(i);
    if (char === '"') return ok(token('quoted', value, at, i + 1));
    // A backslash takes the next character as it is.
    if (char === '\\') i++;
    value += char === '\\' ? text.charAt(i) : char;
  }
  return filterError(at + 1, 'this quote has no end', 'close it with another "');
}

function token(type: TokenType, text: string, from: number, to: number): Token {
  return { type, text, column: from + 1, end: to + 1 };
}

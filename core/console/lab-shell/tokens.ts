// The lab shell's lines cut into statements and words. A statement ends at `;` or at the end of its line; `#` begins a comment;
// quotes hold a word together. Every word knows where it stood, so that an error can point at it.

import { fail, ok } from '../../base/result.ts';
import type { Result, UserError } from '../../base/result.ts';

export interface Word {
  readonly text: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** It was written with quotes: never an option or a keyword. */
  readonly quoted: boolean;
}

export interface Statement {
  /** At least one. */
  readonly words: readonly Word[];
  /** As typed, trimmed, without its comment. */
  readonly text: string;
}

/** Longest text that the shell takes, in characters. */
export const MAX_SCRIPT = 1_000_000;

export interface Place {
  readonly line: number;
  readonly column: number;
}

/** An error that points at a place in the lines. */
export function syntaxError(
  place: Place,
  message: string,
  hint?: string,
): { readonly ok: false; readonly error: UserError } {
  return fail('syntax', `line ${place.line}, column ${place.column}: ${message}`, hint);
}

/** Statements of one or more lines. */
export function splitStatements(script: string): Result<readonly Statement[]> {
  if (script.length > MAX_SCRIPT) {
    return fail(
      'syntax',
      `the lines hold ${script.length} characters, more than ${MAX_SCRIPT}`,
      'split them into several files',
    );
  }
  const statements: Statement[] = [];
  for (const [index, text] of script.split(/\r\n|\r|\n/).entries()) {
    const line = splitLine(text, index + 1, statements);
    if (!line.ok) return line;
  }
  return ok(statements);
}

function splitLine(text: string, line: number, statements: Statement[]): Result<true> {
  let words: Word[] = [];
  let begin = 0;
  let at = 0;
  const close = (end: number): void => {
    if (words.length > 0) statements.push({ words, text: text.slice(begin, end).trim() });
    words = [];
  };
  while (at < text.length && text[at] !== '#') {
    const char = text.charAt(at);
    if (char === ';') {
      close(at);
      begin = ++at;
    } else if (/\s/.test(char)) {
      at++;
    } else {
      const word = readWord(text, at, line);
      if (!word.ok) return word;
      words.push(word.value.word);
      at = word.value.end;
    }
  }
  close(at);
  return ok(true);
}

function readWord(
  text: string,
  from: number,
  line: number,
): Result<{ readonly word: Word; readonly end: number }> {
  let value = '';
  let quoted = false;
  let at = from;
  for (; at < text.length; at++) {
    const char = text.charAt(at);
    if (/[\s;]/.test(char)) break;
    if (char !== '"' && char !== "'") {
      value += char;
      continue;
    }
    const end = text.indexOf(char, at + 1);
    if (end < 0) {
      return syntaxError({ line, column: at + 1 }, 'this quote has no end', `close it with another ${char}`);
    }
    value += text.slice(at + 1, end);
    quoted = true;
    at = end;
  }
  return ok({ word: { text: value, line, column: from + 1, quoted }, end: at });
}

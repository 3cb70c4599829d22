// The words after a verb: plain ones, options with a value (`--size 64K`, `--size=64K`) and flags (`--json`).

import { parseDuration, parseInteger, parseSize } from '../../base/quantities.ts';
import { ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { syntaxError } from './tokens.ts';
import type { Word } from './tokens.ts';

export interface ArgumentShape {
  /** Shown when something is missing or too much. */
  readonly usage: string;
  /** Plain words: fewest and most. */
  readonly least: number;
  readonly most: number;
  readonly options?: readonly string[];
  readonly flags?: readonly string[];
}

export interface Arguments {
  readonly verb: Word;
  readonly plain: readonly Word[];
  readonly options: ReadonlyMap<string, Word>;
  readonly flags: ReadonlySet<string>;
}

/** `words` begin with the verb's last word. */
export function readArguments(verb: Word, words: readonly Word[], shape: ArgumentShape): Result<Arguments> {
  const plain: Word[] = [];
  const options = new Map<string, Word>();
  const flags = new Set<string>();
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word.quoted || !word.text.startsWith('--')) {
      plain.push(word);
      continue;
    }
    const taken = readOption(word, rest, shape, options, flags);
    if (!taken.ok) return taken;
  }
  if (plain.length < shape.least)
    return syntaxError(verb, `"${verb.text}" needs more words`, `type: ${shape.usage}`);
  const extra = plain[shape.most];
  if (extra !== undefined) {
    return syntaxError(extra, `"${extra.text}" is one word too many`, `type: ${shape.usage}`);
  }
  return ok({ verb, plain, options, flags });
}

function readOption(
  word: Word,
  rest: Word[],
  shape: ArgumentShape,
  options: Map<string, Word>,
  flags: Set<string>,
): Result<true> {
  const equals = word.text.indexOf('=');
  const name = word.text.slice(2, equals < 0 ? undefined : equals);
  if (shape.flags?.includes(name) === true && equals < 0) {
    flags.add(name);
    return ok(true);
  }
  if (shape.options?.includes(name) !== true) {
    return syntaxError(word, `there is no option --${name} here`, `type: ${shape.usage}`);
  }
  if (options.has(name)) return syntaxError(word, `--${name} is given twice`, 'leave one of them out');
  const value =
    equals < 0
      ? rest.shift()
      : { ...word, text: word.text.slice(equals + 1), column: word.column + equals + 1 };
  if (value === undefined || value.text === '') {
    return syntaxError(word, `--${name} needs a value`, `type: ${shape.usage}`);
  }
  options.set(name, value);
  return ok(true);
}

/** A number in [least, most]; `fallback` when the word is absent. */
export function integerOf(
  word: Word | undefined,
  what: string,
  least: number,
  most: number,
  fallback: number,
): Result<number> {
  if (word === undefined) return ok(fallback);
  const value = parseInteger(word.text);
  if (value === undefined)
    return syntaxError(
      word,
      `"${word.text}" is not a whole number`,
      `${what} is a number, such as ${fallback}`,
    );
  if (value < least || value > most) {
    return syntaxError(word, `${what} must be ${least} to ${most}, not ${value}`);
  }
  return ok(value);
}

export function sizeOf(word: Word | undefined, what: string, fallback: number): Result<number> {
  if (word === undefined) return ok(fallback);
  const value = parseSize(word.text);
  if (value === undefined || value === 0) {
    return syntaxError(word, `"${word.text}" is not a size`, `${what} is written like 64K, 128G or 4096`);
  }
  return ok(value);
}

export function durationOf(word: Word | undefined, what: string, fallback: number): Result<number> {
  if (word === undefined) return ok(fallback);
  const value = parseDuration(word.text);
  if (value === undefined) {
    return syntaxError(word, `"${word.text}" is not a time`, `${what} is written like 10ms, 5us or 100ns`);
  }
  return ok(value);
}

export function oneOf<T extends string>(
  word: Word | undefined,
  what: string,
  allowed: readonly T[],
  fallback: T,
): Result<T> {
  if (word === undefined) return ok(fallback);
  const value = allowed.find((choice) => choice === word.text);
  if (value === undefined) {
    return syntaxError(word, `${what} cannot be "${word.text}"`, `type one of: ${allowed.join(', ')}`);
  }
  return ok(value);
}

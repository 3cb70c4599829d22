// Shapes of plain data that came from outside (a file, the window): checked by a table, with the path of the first thing wrong.

import { sizeText } from '../base/quantities.ts';
import { fail, ok } from '../base/result.ts';
import type { Result, UserError } from '../base/result.ts';

/** Says what is wrong with `value`, or nothing. `path` is how a person finds it: `config.functions[3].id`. */
export interface Shape<T> {
  readonly check: (value: unknown, path: string) => UserError | undefined;
  /** Never there: carries the type. */
  readonly value?: T;
}

type ValueOf<S> = S extends Shape<infer T> ? T : never;
type Fields = Readonly<Record<string, Shape<unknown>>>;
type RecordOf<R extends Fields, O extends Fields> = { readonly [K in keyof R]: ValueOf<R[K]> } & {
  readonly [K in keyof O]?: ValueOf<O[K]>;
};

const wrong = (path: string, message: string, hint?: string): UserError =>
  fail('bad-value', `${path} ${message}`, hint).error;

/** The value, typed, when it has the shape. Errors: `bad-value`, `unknown-field`. */
export function checkShape<T>(shape: Shape<T>, value: unknown, path: string): Result<T> {
  const error = shape.check(value, path);
  return error === undefined ? ok(value as T) : { ok: false, error };
}

export function integer(least: number, most: number): Shape<number> {
  return {
    check: (value, path) =>
      Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most
        ? undefined
        : wrong(path, `must be a whole number from ${least} to ${most}`),
  };
}

/** A whole number of bytes, its bounds told as people write sizes. */
export function sizeInBytes(least: number, most: number): Shape<number> {
  return {
    check: (value, path) =>
      Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most
        ? undefined
        : wrong(path, `must be a size from ${sizeText(least)} to ${sizeText(most)}`),
  };
}

/** Any number in a range: percentages. */
export function number(least: number, most: number): Shape<number> {
  return {
    check: (value, path) =>
      typeof value === 'number' && value >= least && value <= most
        ? undefined
        : wrong(path, `must be a number from ${least} to ${most}`),
  };
}

export const boolean: Shape<boolean> = {
  check: (value, path) => (typeof value === 'boolean' ? undefined : wrong(path, 'must be true or false')),
};

export function text(most: number): Shape<string> {
  return {
    check: (value, path) =>
      typeof value === 'string' && value.length <= most
        ? undefined
        : wrong(path, `must be a text of at most ${most} characters`),
  };
}

/** A text that matches; `what` says it in words: "0x and up to 16 hex digits". */
export function pattern(expression: RegExp, what: string): Shape<string> {
  return {
    check: (value, path) =>
      typeof value === 'string' && value.length <= 256 && expression.test(value)
        ? undefined
        : wrong(path, `must be ${what}`),
  };
}

export function literal<const T extends string | number>(...allowed: readonly T[]): Shape<T> {
  return {
    check: (value, path) =>
      allowed.some((choice) => choice === value)
        ? undefined
        : wrong(path, `must be ${allowed.map((choice) => JSON.stringify(choice)).join(' or ')}`),
  };
}

export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return { check: (value, path) => (value === null ? undefined : shape.check(value, path)) };
}

export function list<T>(item: Shape<T>, most: number): Shape<readonly T[]> {
  return {
    check: (value, path) => {
      if (!Array.isArray(value)) return wrong(path, 'must be a list');
      if (value.length > most) return wrong(path, `has ${value.length} entries, more than ${most}`);
      for (const [index, entry] of value.entries()) {
        const error = item.check(entry, `${path}[${index}]`);
        if (error !== undefined) return error;
      }
      return undefined;
    },
  };
}

const noFields = {};

/** An object with these fields and no others. */
export function record<R extends Fields, O extends Fields = Record<never, never>>(
  required: R,
  optional?: O,
): Shape<RecordOf<R, O>> {
  const maybe: Fields = optional ?? noFields;
  return {
    check: (value, path) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value))
        return wrong(path, 'must be an object');
      for (const name of Object.keys(value)) {
        if (!Object.hasOwn(required, name) && !Object.hasOwn(maybe, name)) return unknownField(path, name);
      }
      return checkFields(required, value, path, true) ?? checkFields(maybe, value, path, false);
    },
  };
}

function checkFields(fields: Fields, value: object, path: string, needed: boolean): UserError | undefined {
  const entries = new Map(Object.entries(value));
  for (const [name, shape] of Object.entries(fields)) {
    const entry = entries.get(name);
    if (entry === undefined && !needed) continue;
    if (entry === undefined) return wrong(`${path}.${name}`, 'is missing');
    const error = shape.check(entry, `${path}.${name}`);
    if (error !== undefined) return error;
  }
  return undefined;
}

function unknownField(path: string, name: string): UserError {
  const short = name.length > 60 ? `${name.slice(0, 60)}…` : name;
  return fail('unknown-field', `${path} has a field "${short}" that this version does not know`).error;
}

/** Objects told apart by one text field: `{ do: 'boot' } | { do: 'mark', … }`. */
export function union<T>(tag: string, shapes: ReadonlyMap<string, Shape<T>>): Shape<T> {
  return {
    check: (value, path) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value))
        return wrong(path, 'must be an object');
      const name: unknown = new Map(Object.entries(value)).get(tag);
      const shape = typeof name === 'string' ? shapes.get(name) : undefined;
      if (shape === undefined)
        return wrong(`${path}.${tag}`, `must be one of ${[...shapes.keys()].join(', ')}`);
      return shape.check(value, path);
    },
  };
}

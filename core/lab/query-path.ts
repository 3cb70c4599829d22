// `windows[id=vf0,isDefault=true].usedTces`: a question, then the way into its answer. Brackets choose rows of a list.

import type { Plain } from './condition.ts';
import { isObject } from './json-schema.ts';

/** Questions that need nothing but their name. */
export const ASKABLE = [
  'status',
  'config',
  'functions',
  'windows',
  'plans',
  'dmesg',
  'vfio',
  'meminfo',
] as const;
export type Askable = (typeof ASKABLE)[number];

interface Segment {
  readonly field: string;
  readonly where: readonly { readonly field: string; readonly value: string }[];
}

export interface QueryPath {
  readonly text: string;
  readonly ask: Askable;
  readonly segments: readonly Segment[];
}

const SEGMENT = /^([a-zA-Z]\w*)(?:\[([^[\]]*)\])?$/;
const WHERE = /^([a-zA-Z][\w.]*)=(.+)$/;

/** Undefined: it cannot be read. */
export function readQueryPath(text: string): QueryPath | undefined {
  const segments: Segment[] = [];
  // A point inside brackets belongs to the value.
  for (const part of text.trim().split(/\.(?![^[]*\])/)) {
    const [, field, inside] = SEGMENT.exec(part) ?? [];
    const where = readWhere(inside);
    if (field === undefined || where === undefined) return undefined;
    segments.push({ field, where });
  }
  const [first] = segments;
  const ask = ASKABLE.find((name) => name === first?.field);
  return ask === undefined ? undefined : { text: text.trim(), ask, segments };
}

function readWhere(inside: string | undefined): Segment['where'] | undefined {
  if (inside === undefined) return [];
  const tests = inside.split(',').map((test) => WHERE.exec(test.trim()));
  const where = tests.flatMap((test) =>
    test === null ? [] : [{ field: test[1] ?? '', value: test[2] ?? '' }],
  );
  return where.length === tests.length ? where : undefined;
}

/** All plain values at the end of the path; where it ends at rows, one `true` for each of them. */
export function valuesAt(path: QueryPath, answer: unknown): readonly Plain[] {
  let values: readonly unknown[] = [answer];
  for (const [at, { field, where }] of path.segments.entries()) {
    if (at > 0) values = values.map((value) => fieldOf(value, field));
    values = values.flatMap((value) => (Array.isArray(value) ? (value as unknown[]) : [value]));
    values = values.filter((value) => where.every((test) => String(inner(value, test.field)) === test.value));
  }
  return values.flatMap((value) => {
    if (value === undefined) return [];
    return [isPlain(value) ? value : true];
  });
}

const fieldOf = (value: unknown, field: string): unknown =>
  isObject(value) && Object.hasOwn(value, field) ? value[field] : undefined;

function inner(value: unknown, fields: string): unknown {
  return fields.split('.').reduce((at: unknown, field) => fieldOf(at, field), value);
}

function isPlain(value: unknown): value is Plain {
  return value === null || ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
}

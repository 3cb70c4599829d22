// What a value is compared with: "== 4194304", ">= 1", "!= direct", "~ text", "in 1..5"; numbers may be sizes (64K) or hex.

import { parseSize } from '../base/quantities.ts';

export interface Condition {
  /** As written. */
  readonly text: string;
  /** Of the values at a path: each of them, how many there are, or their sum. */
  readonly of: 'each' | 'count' | 'sum';
  readonly holds: (value: Plain) => boolean;
}

export type Plain = string | number | bigint | boolean | null;

const FORM = /^(?:(count|sum) )?(==|!=|<=|>=|<|>|~|in)\s*(\S.*)$/;

/** Undefined: it cannot be read. */
export function readCondition(text: string): Condition | undefined {
  const [, of, op, right] = FORM.exec(text.trim()) ?? [];
  if (op === undefined || right === undefined) return undefined;
  const holds = comparison(op, right);
  if (holds === undefined) return undefined;
  return { text: text.trim(), of: of === 'count' || of === 'sum' ? of : 'each', holds };
}

function comparison(op: string, right: string): Condition['holds'] | undefined {
  if (op === '~') return (value) => String(value).toLowerCase().includes(right.toLowerCase());
  if (op === 'in') return range(right);
  const number = numberOf(right);
  if (op === '==') return (value) => same(value, right, number);
  if (op === '!=') return (value) => !same(value, right, number);
  if (number === undefined) return undefined;
  return ordered(op, number);
}

function range(text: string): Condition['holds'] | undefined {
  const [low, high, more] = text.split('..').map((part) => numberOf(part.trim()));
  if (low === undefined || high === undefined || more !== undefined) return undefined;
  return (value) => {
    const number = numberOf(value);
    return number !== undefined && number >= low && number <= high;
  };
}

function ordered(op: string, right: bigint): Condition['holds'] {
  return (value) => {
    const left = numberOf(value);
    if (left === undefined) return false;
    if (op === '<') return left < right;
    if (op === '<=') return left <= right;
    return op === '>' ? left > right : left >= right;
  };
}

function same(value: Plain, text: string, number: bigint | undefined): boolean {
  const left = typeof value === 'string' ? undefined : numberOf(value);
  return left !== undefined && number !== undefined ? left === number : String(value) === text;
}

/** Addresses are above 2^53, so whole numbers are compared as bigints. */
export function numberOf(value: Plain): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined;
  if (typeof value !== 'string') return undefined;
  if (/^(0x[0-9a-f]{1,16}|\d{1,20})$/i.test(value)) return BigInt(value);
  if (/^-\d{1,20}$/.test(value)) return BigInt(value);
  const size = parseSize(value);
  return size === undefined ? undefined : BigInt(size);
}

// How each type of field is written in JSON and read back. 64-bit values and LIOBNs are hex strings: a JSON number would drop bits.

import { HCALLS } from '../abi/papr/hcall.ts';
import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { hex, hex16, hex8, u64 } from '../base/u64.ts';
import type { FieldSchema, FieldType } from './schema.ts';

/** What JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

interface FieldCodec {
  readonly encode: (value: unknown) => Json;
  /** Undefined when it is not a value of this type. */
  readonly decode: (json: unknown) => unknown;
  /** What a reader is told it should have been. */
  readonly expected: string;
}

const OPCODES: ReadonlyMap<string, number> = new Map(HCALLS.map((call) => [call.name, call.opcode]));
const NAMES: ReadonlyMap<number, string> = new Map(HCALLS.map((call) => [call.opcode, call.name]));

const asText = (json: unknown): string | undefined => (typeof json === 'string' ? json : undefined);
const asInteger = (json: unknown): number | undefined =>
  Number.isSafeInteger(json) ? (json as number) : undefined;
const asFlag = (json: unknown): boolean | undefined => (typeof json === 'boolean' ? json : undefined);

function asHex(json: unknown, digits: number): bigint | undefined {
  if (typeof json !== 'string' || json.length > digits + 2) return undefined;
  return /^0x[0-9a-f]+$/i.test(json) ? BigInt(json) : undefined;
}

function asU64(json: unknown): unknown {
  const value = asHex(json, 16);
  return value === undefined ? undefined : u64(value);
}

function asU32(json: unknown): number | undefined {
  const value = asHex(json, 8);
  return value === undefined ? undefined : Number(value);
}

function asOpcode(json: unknown): number | undefined {
  if (typeof json !== 'string') return undefined;
  const number = asHex(json, 14);
  return OPCODES.get(json) ?? (number === undefined ? undefined : asInteger(Number(number)));
}

function asBytes(json: unknown): Uint8Array | undefined {
  if (typeof json !== 'string' || !/^([0-9a-f]{2})*$/i.test(json)) return undefined;
  return Uint8Array.from({ length: json.length / 2 }, (_, i) => parseInt(json.slice(2 * i, 2 * i + 2), 16));
}

/** A list in which every item can be decoded. */
function asList(json: unknown, item: (json: unknown) => unknown): unknown[] | undefined {
  if (!Array.isArray(json)) return undefined;
  const items = json.map(item);
  return items.includes(undefined) ? undefined : items;
}

/** Fields of an object in sight of its table: decoded, or undefined when one is missing, wrong or unknown. */
type ObjectTable = Readonly<Record<string, { readonly type: FieldType; readonly optional?: true }>>;

function encodeObject(table: ObjectTable, value: unknown): Json {
  const from = new Map(Object.entries(value ?? {}));
  const entries = Object.entries(table).flatMap(([name, field]): [string, Json][] => {
    const item: unknown = from.get(name);
    return item === undefined ? [] : [[name, CODECS[field.type].encode(item)]];
  });
  return Object.fromEntries(entries);
}

function decodeObject(table: ObjectTable, json: unknown): object | undefined {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined;
  const from = new Map<string, unknown>(Object.entries(json));
  const entries: [string, unknown][] = [];
  for (const [name, field] of Object.entries(table)) {
    const item = from.get(name);
    if (item === undefined && field.optional === true) continue;
    const value = CODECS[field.type].decode(item);
    if (value === undefined) return undefined;
    entries.push([name, value]);
  }
  return Object.fromEntries(entries);
}

const WINDOW: ObjectTable = {
  liobn: { type: 'liobn' },
  start: { type: 'u64' },
  pageShift: { type: 'int' },
  entries: { type: 'int' },
  isDefault: { type: 'flag' },
};
const FUNCTION: ObjectTable = {
  id: { type: 'text' },
  fn: { type: 'text' },
  slotClass: { type: 'text' },
  device: { type: 'text' },
  buid: { type: 'u64' },
  defaultLiobn: { type: 'liobn' },
};
const RUN: ObjectTable = { first: { type: 'u64' }, count: { type: 'int' } };
const COMPARED: ObjectTable = {
  left: { type: 'text' },
  op: { type: 'text' },
  right: { type: 'text' },
  holds: { type: 'flag' },
};

function encodeStep(step: unknown): Json {
  const { where, text, compared } = step as { where: string; text: string; compared?: object };
  return compared === undefined
    ? { where, text }
    : { where, text, compared: encodeObject(COMPARED, compared) };
}

function decodeStep(json: unknown): unknown {
  const step = decodeObject({ where: { type: 'text' }, text: { type: 'text' } }, json);
  if (step === undefined || !('compared' in (json as object))) return step;
  const compared = decodeObject(COMPARED, (json as { compared: unknown }).compared);
  return compared === undefined ? undefined : { ...step, compared };
}

const same = (value: unknown): Json => value as Json;
const listOf = (value: unknown, item: (value: unknown) => Json): Json =>
  (value as readonly unknown[]).map(item);
const CODECS: Readonly<Record<FieldType, FieldCodec>> = {
  u64: { encode: (v) => hex16(v as bigint), decode: asU64, expected: '"0x" and up to 16 hex digits' },
  u64s: {
    encode: (v) => listOf(v, (item) => hex16(item as bigint)),
    decode: (json) => asList(json, asU64),
    expected: 'a list of hex strings',
  },
  liobn: { encode: (v) => hex8(v as number), decode: asU32, expected: '"0x" and up to 8 hex digits' },
  opcode: {
    encode: (v) => NAMES.get(v as number) ?? hex(v as number),
    decode: asOpcode,
    expected: 'the name of an hcall, or its number as "0x…"',
  },
  status: { encode: same, decode: asInteger, expected: 'a whole number' },
  int: { encode: same, decode: asInteger, expected: 'a whole number' },
  ints: { encode: same, decode: (json) => asList(json, asInteger), expected: 'a list of whole numbers' },
  text: { encode: same, decode: asText, expected: 'a text' },
  flag: { encode: same, decode: asFlag, expected: 'true or false' },
  bytes: {
    encode: (v) => Array.from(v as Uint8Array, (b) => b.toString(16).padStart(2, '0')).join(''),
    decode: asBytes,
    expected: 'pairs of hex digits',
  },
  runs: {
    encode: (v) => listOf(v, (run) => encodeObject(RUN, run)),
    decode: (json) => asList(json, (run) => decodeObject(RUN, run)),
    expected: 'a list of { first, count }',
  },
  window: {
    encode: (v) => encodeObject(WINDOW, v),
    decode: (json) => decodeObject(WINDOW, json),
    expected: 'a window: liobn, start, pageShift, entries, isDefault',
  },
  function: {
    encode: (v) => encodeObject(FUNCTION, v),
    decode: (json) => decodeObject(FUNCTION, json),
    expected: 'a function: id, fn, slotClass, device, buid, defaultLiobn',
  },
  steps: {
    encode: (v) => listOf(v, encodeStep),
    decode: (json) => asList(json, decodeStep),
    expected: 'a list of { where, text, compared? }',
  },
};

export function encodeField(type: FieldType, value: unknown): Json {
  return CODECS[type].encode(value);
}

/** The value of a field; errors say what it should have been. */
export function decodeField(name: string, field: FieldSchema, json: unknown): Result<unknown> {
  const codec = CODECS[field.type];
  const value = codec.decode(json);
  if (value === undefined) return fail('bad-trace', `${name} must be ${codec.expected}`);
  if (field.values !== undefined && !field.values.includes(String(value))) {
    return fail('bad-trace', `${name} must be one of ${field.values.join(', ')}`);
  }
  return ok(value);
}

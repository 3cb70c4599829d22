// Numbers as filters write them: decimal, hex, sizes (64K, 2M, 1G), times (1.5ms), and names of hcalls and statuses.

import { HCALLS, RETURN_CODES } from '../../abi/papr/hcall.ts';

const SIZES: ReadonlyMap<string, bigint> = new Map([
  ['k', 1n << 10n],
  ['m', 1n << 20n],
  ['g', 1n << 30n],
  ['t', 1n << 40n],
  ['p', 1n << 50n],
]);

const TIMES: ReadonlyMap<string, number> = new Map([
  ['ns', 1],
  ['us', 1e3],
  ['µs', 1e3],
  ['ms', 1e6],
  ['s', 1e9],
  ['', 1e9],
]);

/** Decimal or hex (`_` may part digits), with K, M, G, T or P behind it (1024 each); undefined when it is no number. */
export function parseNumber(text: string): bigint | undefined {
  const plain = text.replace(/(?<=[0-9a-f])_(?=[0-9a-f])/gi, '');
  if (/^0x[0-9a-f]+$/i.test(plain)) return BigInt(plain);
  const match = /^(-?)(\d+)(?:([kmgtp])(?:i?b)?)?$/i.exec(plain);
  if (match === null) return undefined;
  const value = BigInt(match[2] ?? 0) * (SIZES.get((match[3] ?? '').toLowerCase()) ?? 1n);
  return match[1] === '-' ? -value : value;
}

/** Virtual time in ns: `1.2ms`, `3s`; seconds when it has a point and no unit, as in a trace line: `1.203114160`. */
export function parseTime(text: string): bigint | undefined {
  const match = /^(\d+)(\.\d+)?(ns|us|µs|ms|s|)$/i.exec(text);
  if (match === null || (match[2] === undefined && match[3] === '' && Number(text) !== 0)) return undefined;
  const unit = TIMES.get((match[3] ?? '').toLowerCase()) ?? 1;
  return BigInt(match[1] ?? 0) * BigInt(unit) + BigInt(Math.round(Number(`0${match[2] ?? ''}`) * unit));
}

/** Names that stand for a number in a field. */
export type NumberNames = ReadonlyMap<string, bigint>;

const lower = (entries: readonly (readonly [string, number])[]): NumberNames =>
  new Map(entries.map(([name, value]) => [name.toLowerCase(), BigInt(value)]));

export const OPCODE_NAMES: NumberNames = lower(HCALLS.map((call) => [call.name, call.opcode]));
export const STATUS_NAMES: NumberNames = lower([
  ['ok', 0],
  ...RETURN_CODES.map((status) => [status.name, status.code] as const),
]);
/** As they are written, for suggestions and completion. */
export const OPCODE_WORDS: readonly string[] = HCALLS.map((call) => call.name);
export const STATUS_WORDS: readonly string[] = ['ok', ...RETURN_CODES.map((status) => status.name)];

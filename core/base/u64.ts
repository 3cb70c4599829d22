// 64-bit values at the edges of the machine (addresses, TCEs, BUIDs, masks): a branded bigint in [0, 2^64).
// The hot path carries the same values as two int32 halves; this module is the only place that converts.

declare const u64Brand: unique symbol;
/** An unsigned 64-bit value, 0 <= v < 2^64. */
export type U64 = bigint & { readonly [u64Brand]: true };

/** The low 64 bits of `value` (negative numbers wrap as two's complement). */
export function u64(value: bigint | number): U64 {
  return BigInt.asUintN(64, BigInt(value)) as U64;
}

/** Upper half as int32. */
export function hi32(value: bigint): number {
  return Number(BigInt.asIntN(32, value >> 32n));
}

/** Lower half as int32. */
export function lo32(value: bigint): number {
  return Number(BigInt.asIntN(32, value));
}

/** Two halves (int32 or uint32, both are taken modulo 2^32) as one value. */
export function joinU64(hi: number, lo: number): U64 {
  return ((BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0)) as U64;
}

/** Halves of a safe non-negative integer (< 2^53): a guest real address, a size in bytes. */
export function hiOfNumber(value: number): number {
  return Math.floor(value / 0x1_0000_0000) | 0;
}

/** See {@link hiOfNumber}. */
export function loOfNumber(value: number): number {
  return (value % 0x1_0000_0000) | 0;
}

/** Halves as a JavaScript number; exact only below 2^53. */
export function numberFromHalves(hi: number, lo: number): number {
  return (hi >>> 0) * 0x1_0000_0000 + (lo >>> 0);
}

/** `0x` and as many lower-case digits as needed, as the kernel's %llx would print it. */
export function hex(value: bigint | number): string {
  return `0x${u64(value).toString(16)}`;
}

/** `0x` and 16 digits: the form used in traces. */
export function hex16(value: bigint | number): string {
  return `0x${u64(value).toString(16).padStart(16, '0')}`;
}

/** `0x` and 8 digits, for LIOBNs and RTAS cells (int32 or uint32). */
export function hex8(value: number): string {
  return `0x${(value >>> 0).toString(16).padStart(8, '0')}`;
}

/** Signed reading of a 64-bit value: how hcall return codes are meant. */
export function asSigned(value: bigint): bigint {
  return BigInt.asIntN(64, value);
}

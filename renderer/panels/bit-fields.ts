// What the 64 bits of a bus address and of a TCE are, most significant first, for a picture of eight bytes.
// Bits are numbered from the least significant (0); LoPAR numbers them the other way round.

export type BitKind = 'base' | 'index' | 'offset' | 'page' | 'ignored' | 'reserved' | 'write' | 'read';

export interface BitField {
  readonly kind: BitKind;
  /** Most and least significant bit, both included. */
  readonly high: number;
  readonly low: number;
  readonly value: bigint;
}

const part = (value: bigint, high: number, low: number): bigint =>
  (value >> BigInt(low)) & ((1n << BigInt(high - low + 1)) - 1n);

function fields(
  value: bigint,
  cuts: readonly (readonly [kind: BitKind, low: number])[],
): readonly BitField[] {
  let above = 64;
  return cuts.flatMap(([kind, low]) => {
    const high = above - 1;
    if (low > high) return [];
    above = low;
    return [{ kind, high, low, value: part(value, high, low) }];
  });
}

/** Bits that count entries: the window's length is a power of two nearly always; else one more. */
export const indexBits = (entries: number): number => (entries <= 1 ? 0 : (entries - 1).toString(2).length);

/**
 * Window base, index and offset. Where the window does not begin on a multiple of its length (none of Linux' does not), the parts
 * are those of the distance from its start, and the base is left out.
 */
export function busFields(
  address: bigint,
  window: { readonly start: bigint; readonly pageShift: number; readonly entries: number },
): { readonly fields: readonly BitField[]; readonly aligned: boolean } {
  const { start, pageShift, entries } = window;
  const length = pageShift + indexBits(entries);
  const aligned = part(start, Math.max(0, length - 1), 0) === 0n || length === 0;
  const value = aligned ? address : address - start;
  return {
    aligned,
    fields: fields(value, [
      ['base', Math.min(64, length)],
      ['index', pageShift],
      ['offset', 0],
    ]),
  };
}

/** Real page number, the bits of it below the window's page size, reserved bits, write, read (LoPAR, TCE Definition). */
export function tceFields(tce: bigint, pageShift: number): readonly BitField[] {
  return fields(tce, [
    ['page', pageShift],
    ['ignored', 12],
    ['reserved', 2],
    ['write', 1],
    ['read', 0],
  ]);
}

export interface Bit {
  readonly bit: number;
  readonly on: boolean;
  readonly kind: BitKind;
  /** The first (most significant) of its field. */
  readonly first: boolean;
}

/** Eight bytes of eight bits. */
export function bytesOf(value: bigint, of: readonly BitField[]): readonly (readonly Bit[])[] {
  return Array.from({ length: 8 }, (_, byte) =>
    Array.from({ length: 8 }, (__, n) => {
      const bit = 63 - 8 * byte - n;
      const field = of.find(({ high, low }) => bit <= high && bit >= low);
      return {
        bit,
        on: ((value >> BigInt(bit)) & 1n) === 1n,
        kind: field?.kind ?? 'reserved',
        first: field?.high === bit,
      };
    }),
  );
}

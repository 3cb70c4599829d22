// Where a person wants to go in a TCE table, as typed: an index in decimal, or a bus address in hex.

export type Place =
  { readonly kind: 'index'; readonly index: number } | { readonly kind: 'address'; readonly address: bigint };

/** A number in hex, with or without 0x, spaces and underscores between digits allowed; undefined: it is none of 64 bits. */
export function parseHex(text: string): bigint | undefined {
  const digits = text
    .trim()
    .replace(/^0x/i, '')
    .replace(/[\s_']/g, '');
  return /^[0-9a-f]{1,16}$/i.test(digits) ? BigInt(`0x${digits}`) : undefined;
}

/** `1204`, `1,204`: an index; `0x8000…`, `8000a000`: an address. Undefined: neither. */
export function parsePlace(text: string): Place | undefined {
  const trimmed = text.trim();
  const plain = trimmed.replace(/,/g, '');
  if (/^\d{1,10}$/.test(plain)) return { kind: 'index', index: Number(plain) };
  const address = parseHex(trimmed);
  return address === undefined ? undefined : { kind: 'address', address };
}

interface Window {
  readonly start: bigint;
  readonly pageShift: number;
  readonly entries: number;
}

/** The entry of a place in a window; undefined: it lies outside. */
export function indexOfPlace({ start, pageShift, entries }: Window, place: Place): number | undefined {
  if (place.kind === 'index') return place.index < entries ? place.index : undefined;
  const index = (place.address - start) >> BigInt(pageShift);
  return place.address >= start && index < BigInt(entries) ? Number(index) : undefined;
}

export const iobaOf = ({ start, pageShift }: Window, index: number): bigint =>
  start + (BigInt(index) << BigInt(pageShift));

export const endOf = ({ start, pageShift, entries }: Window): bigint =>
  start + (BigInt(entries) << BigInt(pageShift)) - 1n;

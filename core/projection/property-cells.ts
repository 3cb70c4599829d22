// Bytes of a device tree property taken in order: big-endian cells and NUL-ended strings (Devicetree Specification 2.2.4).

import { binarySizeText } from '../trace/numbers.ts';

/** What a number is, so that a panel can point at the thing. */
export type FieldKind = 'liobn' | 'buid' | 'bus-address' | 'real-address' | 'token' | 'plain';

/** A part of a value and what it means. */
export interface PropertyField {
  readonly name: string;
  /** Byte offset and length in the value. */
  readonly at: number;
  readonly bytes: number;
  /** As hex digits or characters stand for it: `0x70004000`, `2^38`, `IBM,Logical_PHB`. */
  readonly text: string;
  /** In words: "256 GiB". */
  readonly note?: string;
  readonly kind: FieldKind;
  readonly value?: bigint;
}

interface FieldWords {
  readonly kind?: FieldKind;
  readonly note?: (value: bigint) => string;
  /** In decimal: counts, shifts. */
  readonly decimal?: boolean;
}

/** Takes fields off a value from its beginning; what does not fit is left as it is. */
export class FieldReader {
  readonly fields: PropertyField[] = [];
  private readonly value: Uint8Array;
  private at = 0;

  constructor(value: Uint8Array) {
    this.value = value;
  }

  get left(): number {
    return this.value.length - this.at;
  }

  /** A number of `cells` cells; undefined when so many are not left. */
  number(name: string, cells: number, words: FieldWords = {}): bigint | undefined {
    const bytes = 4 * cells;
    if (cells === 0 || this.left < bytes) return undefined;
    let value = 0n;
    for (const byte of this.value.subarray(this.at, this.at + bytes)) value = (value << 8n) | BigInt(byte);
    const digits = value.toString(16).padStart(2 * bytes, '0');
    const { kind = 'plain', note, decimal = false } = words;
    this.fields.push({
      name,
      at: this.at,
      bytes,
      text: decimal ? String(value) : `0x${digits}`,
      kind,
      value,
      ...(note === undefined ? {} : { note: note(value) }),
    });
    this.at += bytes;
    return value;
  }

  /** The strings that are left. */
  strings(name: string): void {
    let begun = this.at;
    for (; this.at < this.value.length; this.at++) {
      if (this.value[this.at] !== 0) continue;
      this.text(name, begun, this.at);
      begun = this.at + 1;
    }
    if (begun < this.at) this.text(name, begun, this.at);
  }

  /** What is left, cell by cell, and bytes that make no cell. */
  rest(name: string): void {
    const first = this.fields.length;
    while (this.left >= 4) this.number(`${name} ${this.fields.length - first}`, 1);
    if (this.left === 0) return;
    const text = [...this.value.subarray(this.at)]
      .map((byte) => byte.toString(16).padStart(2, '0'))
      .join(' ');
    this.fields.push({ name: `${name}: bytes`, at: this.at, bytes: this.left, text, kind: 'plain' });
    this.at = this.value.length;
  }

  private text(name: string, from: number, to: number): void {
    const text = [...this.value.subarray(from, to)].map((byte) => String.fromCharCode(byte)).join('');
    this.fields.push({ name, at: from, bytes: to - from + 1, text, kind: 'plain' });
  }
}

export const sizeNote = (value: bigint): string => binarySizeText(Number(value));

/** True when a value reads as one or more strings of printable characters. */
export function looksLikeText(value: Uint8Array): boolean {
  if (value.length < 2 || value.at(-1) !== 0) return false;
  return value.every((byte, i) => (byte === 0 ? i > 0 && value[i - 1] !== 0 : byte >= 0x20 && byte < 0x7f));
}

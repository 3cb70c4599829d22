import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { busFields, bytesOf, indexBits, tceFields } from './bit-fields.ts';

const DDW = { start: 1n << 59n, pageShift: 16, entries: 2 ** 22 };

describe('a bus address', () => {
  it('is window, index and offset', () => {
    const { fields, aligned } = busFields((1n << 59n) + 0x5_0123n, DDW);
    expect(aligned).toBe(true);
    expect(fields).toEqual([
      { kind: 'base', high: 63, low: 38, value: 1n << 21n },
      { kind: 'index', high: 37, low: 16, value: 5n },
      { kind: 'offset', high: 15, low: 0, value: 0x123n },
    ]);
  });

  it('in a window that begins anywhere is told by its distance from the start', () => {
    const { fields, aligned } = busFields(0x3000n, { start: 0x1000n, pageShift: 12, entries: 16 });
    expect(aligned).toBe(false);
    expect(fields.find(({ kind }) => kind === 'index')?.value).toBe(2n);
  });

  it.each([
    [1, 0],
    [2, 1],
    [2 ** 22, 22],
    [2 ** 22 + 1, 23],
  ])('in a table of %i has %i bits of index', (entries, bits) => expect(indexBits(entries)).toBe(bits));
});

describe('a TCE', () => {
  it('of a 64K window has a page number, four bits that nobody looks at, reserved bits and permissions', () =>
    expect(tceFields(0x1230_3002n, 16)).toEqual([
      { kind: 'page', high: 63, low: 16, value: 0x1230n },
      { kind: 'ignored', high: 15, low: 12, value: 3n },
      { kind: 'reserved', high: 11, low: 2, value: 0n },
      { kind: 'write', high: 1, low: 1, value: 1n },
      { kind: 'read', high: 0, low: 0, value: 0n },
    ]));

  it('of a 4K window has no such four bits', () =>
    expect(tceFields(0n, 12).map(({ kind }) => kind)).toEqual(['page', 'reserved', 'write', 'read']));
});

it('eight bytes show each bit once, and add up to the value', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
      fc.integer({ min: 12, max: 34 }),
      (value, shift) => {
        const bits = bytesOf(value, tceFields(value, shift)).flat();
        expect(bits.map(({ bit }) => bit)).toEqual(Array.from({ length: 64 }, (_, n) => 63 - n));
        expect(bits.reduce((sum, { bit, on }) => sum + (on ? 1n << BigInt(bit) : 0n), 0n)).toBe(value);
      },
    ),
  );
});

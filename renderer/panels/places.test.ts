import { describe, expect, it } from 'vitest';
import { endOf, indexOfPlace, iobaOf, parseHex, parsePlace } from './places.ts';

const DDW = { start: 1n << 59n, pageShift: 16, entries: 2 ** 22 };

describe('what a person typed', () => {
  it.each([
    ['1204', { kind: 'index', index: 1204 }],
    ['1,204', { kind: 'index', index: 1204 }],
    ['0x800', { kind: 'address', address: 0x800n }],
    ['0800 0000 0012 0000', { kind: 'address', address: 0x0800_0000_0012_0000n }],
    ['0x0800_0000_0012_0000', { kind: 'address', address: 0x0800_0000_0012_0000n }],
    ['a0', { kind: 'address', address: 0xa0n }],
    ['', undefined],
    ['page 4', undefined],
    ['0x10000000000000000', undefined],
  ])('%j', (text, place) => expect(parsePlace(text)).toEqual(place));

  it('in hex is hex even without a letter', () => expect(parseHex('800')).toBe(0x800n));
});

describe('a place in a window', () => {
  it.each([
    [{ kind: 'index', index: 4_194_303 }, 4_194_303],
    [{ kind: 'index', index: 4_194_304 }, undefined],
    [{ kind: 'address', address: (1n << 59n) + 0x1_ffffn }, 1],
    [{ kind: 'address', address: (1n << 59n) - 1n }, undefined],
    [{ kind: 'address', address: endOf(DDW) + 1n }, undefined],
  ] as const)('%o', (place, index) => expect(indexOfPlace(DDW, place)).toBe(index));

  it('has its bus address', () => expect(iobaOf(DDW, 3)).toBe((1n << 59n) + 0x3_0000n));
});

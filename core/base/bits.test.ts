import { describe, expect, it } from 'vitest';
import { alignDown, alignUp, bswap32, ilog2, orderBase2, pageSizeName } from './bits.ts';

describe('order_base_2', () => {
  it.each([
    [0, 0],
    [1, 0],
    [2, 1],
    [3, 2],
    [2 ** 30, 30],
    [2 ** 30 + 1, 31],
    [2 ** 51, 51],
  ])('of %d is %d', (value, order) => expect(orderBase2(value)).toBe(order));
});

describe('bit arithmetic', () => {
  it('finds the highest bit', () => expect([0, 1, 0x107, 2 ** 40].map(ilog2)).toEqual([-1, 0, 8, 40]));
  it('aligns above 2^32', () => {
    expect(alignUp(2 ** 40 + 1, 65536)).toBe(2 ** 40 + 65536);
    expect(alignDown(2 ** 40 + 65535, 65536)).toBe(2 ** 40);
  });
  it('swaps bytes', () => expect(bswap32(0x0102_0304)).toBe(0x0403_0201));
  it('names page sizes as people do', () =>
    expect([12, 16, 21, 24, 34].map(pageSizeName)).toEqual(['4K', '64K', '2M', '16M', '16G']));
});

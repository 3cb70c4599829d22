import { describe, expect, it } from 'vitest';
import { clampTop, rowAfterKey, thumbOf, topAround, topOfThumb, topShowing } from './row-window.ts';

const HUGE = 2 ** 30;

describe('the rows in sight of a table of 2^30', () => {
  it.each([
    [-5, 0],
    [HUGE, HUGE - 20],
    [1e9, 1e9],
  ])('begin, asked for %i, at %i', (top, expected) => expect(clampTop(top, HUGE, 20)).toBe(expected));

  it('follow the chosen row no further than needed', () => {
    expect(topShowing(100, 50, HUGE, 20)).toBe(81);
    expect(topShowing(10, 50, HUGE, 20)).toBe(10);
    expect(topShowing(60, 50, HUGE, 20)).toBe(50);
    expect(topAround(HUGE - 1, HUGE, 20)).toBe(HUGE - 20);
  });

  it('reach the first and the last by the thumb, whose size can be grabbed', () => {
    expect(topOfThumb(0, HUGE, 20)).toBe(0);
    expect(topOfThumb(0.94, HUGE, 20)).toBe(HUGE - 20);
    expect(thumbOf(HUGE - 20, HUGE, 20)).toEqual({ from: 0.94, size: 0.06 });
  });

  it('are all when there are few', () => {
    expect(thumbOf(0, 5, 20)).toEqual({ from: 0, size: 1 });
    expect(clampTop(3, 5, 20)).toBe(0);
    expect(topOfThumb(0.5, 5, 20)).toBe(0);
  });
});

it.each([
  ['ArrowDown', 7, 8],
  ['ArrowUp', 0, 0],
  ['PageDown', 0, 19],
  ['PageUp', 30, 11],
  ['End', 0, HUGE - 1],
  ['Home', 99, 0],
  ['x', 3, undefined],
  ['toString', 3, undefined],
])('%s from row %i leads to %s', (key, row, expected) =>
  expect(rowAfterKey(key, row, HUGE, 20)).toBe(expected),
);

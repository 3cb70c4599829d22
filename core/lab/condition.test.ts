import { describe, expect, it } from 'vitest';
import { readCondition } from './condition.ts';
import type { Plain } from './condition.ts';
import { readQueryPath, valuesAt } from './query-path.ts';

describe('a comparison', () => {
  it.each<[string, Plain, boolean]>([
    ['== 64K', 65_536, true],
    ['== 0x800000000000000', 0x800000000000000n, true],
    ['== 0x800000000000000', 0x800000000000001n, false],
    ['>= 2', 2, true],
    ['> 2', 2, false],
    ['< 2', -1, true],
    ['<= 1T', 2 ** 40, true],
    ['== direct', 'direct', true],
    ['!= direct', 'indirect', true],
    ['== true', true, true],
    ['~ NO window', 'there is no window', true],
    ['in 1..5', 5, true],
    ['in 1..5', 6, false],
    ['> 2', 'many', false],
  ])('%s holds for a value or not', (text, value, holds) => {
    expect(readCondition(text)?.holds(value)).toBe(holds);
  });

  it.each(['', '==', 'about 5', '> many', 'in 1', 'in 1..2..3', '=> 1'])('%j is none', (text) => {
    expect(readCondition(text)).toBeUndefined();
  });
});

describe('a path', () => {
  const rows = [
    { id: 'vf0', tces: 5, parts: [{ n: 1 }, { n: 2 }], at: { bus: '0:1.0' } },
    { id: 'vf1', tces: 6n, parts: [], at: { bus: '0:2.0' } },
  ];
  it.each<[string, readonly Plain[]]>([
    ['windows.tces', [5, 6n]],
    ['windows[id=vf1].tces', [6n]],
    ['windows[id=vf0].parts.n', [1, 2]],
    ['windows[id=vf0].parts[n=2]', [true]],
    ['windows[at.bus=0:2.0].id', ['vf1']],
    ['windows[id=vf9].tces', []],
    ['windows.constructor', []],
    ['windows', [true, true]],
  ])('%s leads to what lies there', (text, values) => {
    const path = readQueryPath(text);
    expect(path === undefined ? path : valuesAt(path, rows)).toEqual(values);
  });

  it.each(['', 'trace', 'windows[', 'windows[id]', 'windows..tces', '__proto__.x', 'windows[id=a][id=b]'])(
    '%j is none',
    (text) => {
      expect(readQueryPath(text)).toBeUndefined();
    },
  );
});

import { expect, it } from 'vitest';
import { markAll, pseudo } from './pseudo-locale.ts';

it('marks and lengthens every text, however deep, and what functions make of their values', () => {
  const words = { a: 'off', b: { c: (n: number) => `${n} of 8`, list: ['x y', 'z'] }, n: 3, none: '' };
  markAll(words);
  expect(words.a).toBe('⟦off~~⟧');
  expect(words.b.c(2)).toBe('⟦2 of 8~~~⟧');
  expect(words.b.list).toEqual(['⟦x y~~⟧', '⟦z~⟧']);
  expect([words.n, words.none]).toEqual([3, '']);
  expect(pseudo('')).toBe('');
});

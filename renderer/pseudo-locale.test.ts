import { expect, it } from 'vitest';
import type { LabBridge } from '../electron/ipc-contract.ts';
import { markAll, noting, pseudo } from './pseudo-locale.ts';

it('marks and lengthens every text, however deep, and what functions make of their values', () => {
  const words = { a: 'off', b: { c: (n: number) => `${n} of 8`, list: ['x y', 'z'] }, n: 3, none: '' };
  markAll(words);
  expect(words.a).toBe('⟦off~~⟧');
  expect(words.b.c(2)).toBe('⟦2 of 8~~~⟧');
  expect(words.b.list).toEqual(['⟦x y~~⟧', '⟦z~⟧']);
  expect([words.n, words.none]).toEqual([3, '']);
  expect(pseudo('')).toBe('');
});

it('notes what comes over the bridge, and hands it on', async () => {
  let tell: (told: unknown) => void = () => undefined;
  const bridge = {
    hello: () => Promise.resolve({ a: 'one', b: [{ c: 'two' }, 3n, null] }),
    on: (_name: string, hear: (told: unknown) => void) => {
      tell = hear;
      return () => undefined;
    },
  } as unknown as LabBridge;
  const heard = new Set<string>();
  const noted = noting(bridge, heard);
  expect(await noted.hello()).toEqual({ a: 'one', b: [{ c: 'two' }, 3n, null] });
  const told: unknown[] = [];
  noted.on('progress', (payload) => told.push(payload));
  tell({ message: 'three' });
  expect(told).toEqual([{ message: 'three' }]);
  expect([...heard]).toEqual(['one', 'two', 'three']);
});

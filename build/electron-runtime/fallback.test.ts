import { expect, test } from 'vitest';
import { asarOf } from './asar.mjs';
import { checkHash } from './fallback.mjs';

test('a carrier package whose bytes changed is refused', () => {
  const sha512OfNothing =
    'sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==';
  expect(() => checkHash(Buffer.from(''), sha512OfNothing)).not.toThrow();
  expect(() => checkHash(Buffer.from('x'), sha512OfNothing)).toThrow(/has hash sha512-/);
});

test('an asar is four lengths, a padded JSON index, and the files one after the other', () => {
  const archive = asarOf({ 'a.js': Buffer.from('one'), 'b.js': Buffer.from('four') });
  const jsonSize = archive.readUInt32LE(12);
  const padded = Math.ceil(jsonSize / 4) * 4;
  expect(JSON.parse(archive.toString('utf8', 16, 16 + jsonSize))).toEqual({
    files: { 'a.js': { size: 3, offset: '0' }, 'b.js': { size: 4, offset: '3' } },
  });
  expect([0, 4, 8].map((at) => archive.readUInt32LE(at))).toEqual([4, padded + 8, padded + 4]);
  expect(archive.toString('utf8', 16 + padded)).toBe('onefour');
});

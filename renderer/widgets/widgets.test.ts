import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { hexFull, hexGroups } from './hex-groups.ts';
import { counted, grouped, percent, roughly, sizeWords, timeWords } from './numbers.ts';
import { hintSentence, sentence } from './sentence.ts';

describe('hex for people', () => {
  it('stands in groups of four, its leading zeros apart', () => {
    expect(hexGroups(0x0800_0000_0012_0000n)).toEqual([
      { zeros: '0', digits: '800' },
      { zeros: '', digits: '0000' },
      { zeros: '', digits: '0012' },
      { zeros: '', digits: '0000' },
    ]);
    expect(hexGroups(0x3f4e_0000, 16).map(({ zeros }) => zeros)).toEqual(['0000', '0000', '', '']);
  });

  it('keeps one bright digit of zero', () =>
    expect(hexGroups(0, 8)).toEqual([
      { zeros: '0000', digits: '' },
      { zeros: '000', digits: '0' },
    ]));

  it('says all of its digits, in order, whatever the value', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), (value) => {
        const text = hexGroups(value)
          .map(({ zeros, digits }) => zeros + digits)
          .join('');
        expect(`0x${text}`).toBe(hexFull(value));
      }),
    );
  });
});

describe('numbers for people', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1,000'],
    [4_194_304, '4,194,304'],
  ])('%d is %s', (value, words) => expect(grouped(value)).toBe(words));

  it.each([
    [512, '512 bytes'],
    [65_536, '64 KiB'],
    [64 * 2 ** 30, '64 GiB'],
    [1.25 * 2 ** 40, '1.25 TiB'],
    [2 ** 59, '512 PiB'],
  ])('%d bytes are %s', (bytes, words) => expect(sizeWords(bytes)).toBe(words));

  it.each([
    [0, '0 s'],
    [160, '160 ns'],
    [3100, '3.1 µs'],
    [97_451_472, '97.451 ms'],
    [1_203_114_160, '1.203 s'],
  ])('%d ns are %s', (ns, words) => expect(timeWords(ns)).toBe(words));

  it.each([
    [0, '0'],
    [748_300, '748 k'],
    [6200, '6.2 k'],
    [1_420_000, '1.4 M'],
  ])('about %d is %s', (value, words) => expect(roughly(value)).toBe(words));

  it.each([
    [0, 100, '0 %'],
    [1, 4_194_304, '< 0.01 %'],
    [3, 10_000, '0.03 %'],
    [1, 2, '50 %'],
  ])('%d of %d is %s: something is never nothing', (part, whole, words) =>
    expect(percent(part, whole)).toBe(words),
  );

  it('counts one and many', () =>
    expect([counted(1, 'TCE'), counted(2048, 'TCE')]).toEqual(['1 TCE', '2,048 TCEs']));
});

describe('sentences', () => {
  it.each([
    ['there is no vf9', 'There is no vf9.'],
    ['Already one.', 'Already one.'],
    ['“a.ddwrun” cannot be opened: it is empty', '“a.ddwrun” cannot be opened: it is empty.'],
    ['', ''],
  ])('%j reads %j', (text, read) => expect(sentence(text)).toBe(read));

  it('a hint about what to type in a shell is none in a window', () =>
    expect(['type: boot', 'choose one of: a, b', undefined].map(hintSentence)).toEqual([
      '',
      'Choose one of: a, b.',
      '',
    ]));
});

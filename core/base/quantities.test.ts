import { describe, expect, it } from 'vitest';
import { durationText, parseDuration, parseInteger, parseSize, sizeText } from './quantities.ts';

describe('sizes as people type them', () => {
  it.each([
    ['4096', 4096],
    ['0x1000', 4096],
    ['64K', 65_536],
    ['64k', 65_536],
    ['64KiB', 65_536],
    ['64KB', 65_536],
    ['1.5G', 1_610_612_736],
    ['128G', 137_438_953_472],
    ['1T', 1_099_511_627_776],
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each(['', 'K', '64X', '-1G', '0.0001K', '1e9', '64 K', '99999999T'])('"%s" is no size', (text) => {
    expect(parseSize(text)).toBeUndefined();
  });

  it.each([
    [65_536, '64K'],
    [137_438_953_472, '128G'],
    [1_342_177_280, '1280M'],
    [4097, '4097'],
    [0, '0'],
  ])('%d bytes are written %s', (bytes, text) => {
    expect(sizeText(bytes)).toBe(text);
  });
});

describe('times as people type them', () => {
  it.each([
    ['100ns', 100],
    ['2.5us', 2500],
    ['10ms', 10_000_000],
    ['3s', 3_000_000_000],
  ])('%s is %d ns', (text, ns) => {
    expect(parseDuration(text)).toBe(ns);
  });

  it.each(['10', 'ms', '1h', '-1ms'])('"%s" is no time', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it.each([
    [100, '100ns'],
    [2500, '2500ns'],
    [10_000, '10us'],
    [3_000_000_000, '3s'],
    [0, '0ns'],
  ])('%d ns are written %s', (ns, text) => {
    expect(durationText(ns)).toBe(text);
  });
});

describe('whole numbers', () => {
  it.each([
    ['17', 17],
    ['0x80000001', 2_147_483_649],
    ['1.5', undefined],
    ['9007199254740993', undefined],
  ])('%s is %s', (text, value) => {
    expect(parseInteger(text)).toBe(value);
  });
});

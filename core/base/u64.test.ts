import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  asSigned,
  hex,
  hex16,
  hex8,
  hi32,
  hiOfNumber,
  joinU64,
  lo32,
  loOfNumber,
  numberFromHalves,
  u64,
} from './u64.ts';

describe('a 64-bit value', () => {
  it('survives the way through two int32 halves', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), (v) => joinU64(hi32(v), lo32(v)) === v),
    );
  });

  it('keeps the low bits of the 64-bit window that a double would lose', () => {
    const ioba = u64(0x0800_0000_0000_1001n);
    expect(joinU64(hi32(ioba), lo32(ioba))).toBe(0x0800_0000_0000_1001n);
    expect([hi32(ioba), lo32(ioba)]).toEqual([0x0800_0000, 0x1001]);
  });

  it('wraps as the registers do', () => {
    expect(u64(-4)).toBe(0xffff_ffff_ffff_fffcn);
    expect(asSigned(u64(-4))).toBe(-4n);
    expect(u64(1n << 64n)).toBe(0n);
  });

  it.each([
    [0x1_0000_0000, 1, 0],
    [0x8000_0000, 0, -0x8000_0000],
    [0x7_ffff_ffff, 7, -1],
    [Number.MAX_SAFE_INTEGER, 0x1f_ffff, -1],
  ])('takes the guest real address %d apart', (value, hi, lo) => {
    expect([hiOfNumber(value), loOfNumber(value)]).toEqual([hi, lo]);
    expect(numberFromHalves(hi, lo)).toBe(value);
  });

  it('is written in hex as traces write it', () => {
    expect(hex(0x800000000000000n)).toBe('0x800000000000000');
    expect(hex16(0x1000)).toBe('0x0000000000001000');
    expect(hex8(-0x8000_0000)).toBe('0x80000000');
  });
});

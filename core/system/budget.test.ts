import { describe, expect, it } from 'vitest';
import { indirectCalls, preallocatedTces, tableBytes, tcesFor } from './budget.ts';
import { u64 } from '../base/u64.ts';

const GIB = 2 ** 30;
const MIB = 2 ** 20;

describe('the worked numbers of the economy of TCEs', () => {
  it.each([
    ['64 GiB in 64K pages', 64 * GIB, 16, 1_048_576, 8 * MIB, 2048],
    ['a default window of 2 GiB in 4K pages', 2 * GIB, 12, 524_288, 4 * MIB, 1024],
    ['64 GiB in 2M pages', 64 * GIB, 21, 32_768, 256 * 1024, 64],
    ['a VF block as 64K pages', 256 * GIB, 16, 0x40_0000, 32 * MIB, 8192],
    ['a dedicated block as 64K pages', 1024 * GIB, 16, 0x100_0000, 128 * MIB, 32_768],
    ['one byte more than a page', 65_537, 16, 2, 16, 1],
  ])('%s', (_what, bytes, pageShift, tces, memory, calls) => {
    expect(tcesFor(bytes, pageShift)).toBe(tces);
    expect(tableBytes(tces)).toBe(memory);
    expect(indirectCalls(tces)).toBe(calls);
  });

  it('48 VFs that map 64 GiB in 64K pages each take 384 MiB', () => {
    expect(48 * tableBytes(tcesFor(64 * GIB, 16))).toBe(384 * MIB);
  });
});

describe('a PE sets aside', () => {
  const defaultWindow = { liobn: 1, start: u64(0n), sizeBytes: 2 * GIB, pageShift: 12 };
  it.each([
    ['its block where it has one window in all', 1, 0x40_0000, 0x40_0000],
    ['its default window where that is more than the block', 1, 0x1000, 0x8_0000],
    ['its block and the default window where it may have both', 2, 0x100_0000, 0x108_0000],
  ])('%s', (_what, maxWindows, blockTces, tces) => {
    expect(preallocatedTces({ defaultWindow, maxWindows, blockTces })).toBe(tces);
  });
});

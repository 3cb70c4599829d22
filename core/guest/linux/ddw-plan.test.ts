import { describe, expect, it } from 'vitest';
import type { DdwQueryAnswer } from '../../abi/papr/ddw.ts';
import { asBuild, documented } from './kernels/builds.ts';
import { kernelById } from './kernels/index.ts';
import type { KernelBuild } from './kernels/kernel-build.ts';
import { linux515 } from './kernels/linux-5.15.ts';
import { planExisting, planMask, planQuery, planRemoval, wantsDdw } from './ddw-plan.ts';
import { pageShiftOf, planWindow } from './window-plan.ts';

const GiB = 2 ** 30;
const K = (id: string): KernelBuild => {
  const kernel = kernelById(id);
  if (kernel === undefined) throw new Error(id);
  return kernel;
};

const answer = (block: number, mask: number, windows = 1): DdwQueryAnswer => ({
  windowsAvailable: windows,
  largestBlockTces: block,
  pageSizeMask: mask,
  migrationMask: 0,
});

/** "direct 16/32": mode, page shift / window shift; "none": the default window stays. */
function decide(
  id: string,
  maxGiB: number,
  block: number,
  mask: number,
  how: { removed?: boolean; pmem?: boolean; maskBits?: number } = {},
): string {
  const facts = {
    kernel: K(id),
    maskBits: how.maskBits ?? 64,
    memoryEnd: { bytes: maxGiB * GiB, from: 'test' },
    pmem: how.pmem ?? false,
  };
  const decision = planWindow(facts, answer(block, mask), how.removed ?? false);
  if (decision.window === undefined) return 'none';
  const { direct, dynamic, pageShift, windowShift } = decision.window;
  return `${direct ? (dynamic ? 'hybrid' : 'direct') : 'indirect'} ${pageShift}/${windowShift}`;
}

describe('enable_ddw, branch by branch', () => {
  // [branch, kernel, maximum GiB, block in TCEs, page mask, circumstances, decision]
  it.each([
    // The block holds all memory 1:1.
    ['fits, a window is free', '5.13', 4, 0x10000, 0x3, {}, 'direct 16/32'],
    ['fits, a window is free', '5.15', 4, 0x10000, 0x3, {}, 'direct 16/32'],
    ['fits, a window is free', '6.1.176', 4, 0x10000, 0x3, {}, 'direct 16/32'],
    ['fits, a window is free', '6.12.107', 4, 0x10000, 0x3, {}, 'direct 16/32'],
    ['fits, a window is free', '7.2.13', 4, 0x10000, 0x3, {}, 'direct 16/32'],
    ['fits, default window replaced', '5.13', 4, 0x10000, 0x3, { removed: true }, 'direct 16/32'],
    ['fits, default window replaced', '5.15', 4, 0x10000, 0x3, { removed: true }, 'direct 16/32'],
    ['fits, default window replaced', '6.12.107', 4, 0x10000, 0x3, { removed: true }, 'direct 16/32'],
    // The block is too small.
    ['too small: no other way before 5.15', '5.13', 4, 0x4000, 0x3, {}, 'none'],
    ['too small: indirect', '5.15', 4, 0x4000, 0x3, {}, 'indirect 16/30'],
    ['too small: indirect', '6.1.176', 4, 0x4000, 0x3, { removed: true }, 'indirect 16/30'],
    ['too small: indirect', '6.12.107', 4, 0x4000, 0x3, { removed: true }, 'indirect 16/30'],
    ['too small: indirect', '7.2.13', 4, 0x4000, 0x3, { removed: true }, 'indirect 16/30'],
    ['512 GiB maximum on a P9 VF', '5.15', 512, 0x40_0000, 0x3, { removed: true }, 'indirect 16/38'],
    ['512 GiB maximum on a P9 VF', '5.13', 512, 0x40_0000, 0x3, { removed: true }, 'none'],
    // A block that is no power of two is rounded up.
    ['0x6000 TCEs: asks for 2 GiB', '6.1.176', 4, 0x6000, 0x3, { removed: true }, 'indirect 16/31'],
    [
      '0xC000 TCEs: too small, asks for 4 GiB',
      '6.1.176',
      4,
      0xc000,
      0x3,
      { removed: true },
      'indirect 16/32',
    ],
    ['0xC000 TCEs: taken as big enough', '6.12.107', 4, 0xc000, 0x3, { removed: true }, 'direct 16/32'],
    // Page sizes.
    ['4K only', '6.1.176', 4, 0x10000, 0x1, { removed: true }, 'indirect 12/28'],
    ['2M, known since 5.16', '6.1.176', 4, 0x800, 0x103, { removed: true }, 'direct 21/32'],
    ['2M is not known', '5.15', 4, 0x800, 0x103, { removed: true }, 'indirect 16/27'],
    ['16M before 64K and 4K', '5.13', 1, 2 ** 37, 0x107, {}, 'direct 24/30'],
    ['256M', '6.1.176', 1, 2 ** 37, 0x41, {}, 'direct 28/30'],
    ['no size at all', '6.1.176', 1, 2 ** 37, 0x0, {}, 'none'],
    // Memory facts.
    ['1280 MiB is rounded up', '6.1.176', 1.25, 2 ** 37, 0x107, {}, 'direct 24/31'],
    ['no dynamic-memory facts: length 2^0', '6.12.107', 0, 2 ** 37, 0x107, {}, 'direct 24/0'],
    ['no dynamic-memory facts: length 2^0', '7.2.13', 0, 2 ** 37, 0x107, {}, 'direct 24/0'],
    // Persistent memory.
    ['pmem, all of it fits', '6.1.176', 8, 2 ** 37, 0x107, { pmem: true }, 'direct 24/51'],
    ['pmem left out, default window stays', '6.1.176', 8, 2 ** 37, 0x1, { pmem: true }, 'direct 12/33'],
    [
      'pmem, one window: all dynamic',
      '6.1.176',
      8,
      0x80000,
      0x3,
      { pmem: true, removed: true },
      'indirect 16/33',
    ],
    ['pmem, one window: split', '6.12.107', 8, 0x80000, 0x3, { pmem: true, removed: true }, 'hybrid 16/35'],
    [
      'pmem, one window of RAM size: all dynamic',
      '6.12.107',
      8,
      0x20000,
      0x3,
      { pmem: true, removed: true },
      'indirect 16/33',
    ],
    [
      'pmem, 5.13 takes what RAM needs',
      '5.13',
      8,
      0x80000,
      0x3,
      { pmem: true, removed: true },
      'direct 16/33',
    ],
    // The generations that nobody recorded, row by row of the digest's section 9.
    ['fits, a window is free', '4.19', 4, 0x10000, 0x3, {}, 'direct 16/32'],
    ['fits, a window is free', '5.4', 4, 0x10000, 0x3, {}, 'direct 16/32'],
    ['fits, default window replaced', '5.10', 4, 0x10000, 0x3, { removed: true }, 'direct 16/32'],
    ['fits, default window replaced', '6.11', 4, 0x10000, 0x3, { removed: true }, 'direct 16/32'],
    ['fits, default window replaced', '6.15', 4, 0x10000, 0x3, { removed: true }, 'direct 16/32'],
    ['too small: no other way before 5.15', '5.4', 4, 0x4000, 0x3, {}, 'none'],
    ['too small: no other way before 5.15', '5.10', 4, 0x4000, 0x3, { removed: true }, 'none'],
    ['too small: indirect', '5.17', 4, 0x4000, 0x3, { removed: true }, 'indirect 16/30'],
    ['too small: indirect', '6.1', 4, 0x4000, 0x3, { removed: true }, 'indirect 16/30'],
    ['too small: indirect', '6.6', 4, 0x4000, 0x3, { removed: true }, 'indirect 16/30'],
    ['too small: indirect', '6.10', 4, 0x4000, 0x3, { removed: true }, 'indirect 16/30'],
    ['too small: indirect', '6.11', 4, 0x4000, 0x3, { removed: true }, 'indirect 16/30'],
    ['too small: indirect', '6.15', 4, 0x4000, 0x3, { removed: true }, 'indirect 16/30'],
    ['0x6000 TCEs hold 1.25 GiB, and 2^31 is asked for', '5.10', 1.25, 0x6000, 0x3, {}, 'direct 16/31'],
    ['0x6000 TCEs are fewer than 2^31 bytes take', '5.13', 1.25, 0x6000, 0x3, {}, 'none'],
    ['0xC000 TCEs: too small, asks for 4 GiB', '6.11', 4, 0xc000, 0x3, { removed: true }, 'indirect 16/32'],
    ['0xC000 TCEs: taken as big enough', '6.15', 4, 0xc000, 0x3, { removed: true }, 'direct 16/32'],
    ['32M is not known before 5.13', '5.10', 1, 2 ** 37, 0xf, {}, 'direct 24/30'],
    ['32M is known since 5.13', '5.13', 1, 2 ** 37, 0xf, {}, 'direct 25/30'],
    ['2M is known since 5.16', '5.17', 4, 0x800, 0x103, { removed: true }, 'direct 21/32'],
    ['2M is known since 5.16', '6.15', 4, 0x800, 0x103, { removed: true }, 'direct 21/32'],
    ['no dynamic-memory facts: length 2^0', '6.15', 0, 2 ** 37, 0x107, {}, 'direct 24/0'],
    ['pmem is not known', '5.4', 8, 0x20000, 0x3, { pmem: true }, 'direct 16/33'],
    [
      'pmem, one window: all dynamic',
      '5.17',
      8,
      0x80000,
      0x3,
      { pmem: true, removed: true },
      'indirect 16/33',
    ],
    [
      'pmem, one window: all dynamic',
      '6.10',
      8,
      0x80000,
      0x3,
      { pmem: true, removed: true },
      'indirect 16/33',
    ],
    ['pmem, one window: split', '6.11', 8, 0x80000, 0x3, { pmem: true, removed: true }, 'hybrid 16/35'],
    [
      'pmem, 10 GiB of 0x28000 TCEs: split',
      '6.11',
      8,
      0x28000,
      0x3,
      { pmem: true, removed: true },
      'hybrid 16/34',
    ],
    [
      'pmem, 9 GiB of 0x24000 TCEs: not split',
      '6.11',
      8,
      0x24000,
      0x3,
      { pmem: true, removed: true },
      'indirect 16/34',
    ],
    [
      'pmem, 9 GiB count as 16: split',
      '6.15',
      8,
      0x24000,
      0x3,
      { pmem: true, removed: true },
      'hybrid 16/34',
    ],
    // Masks below 64 bits cap the window's length.
    ['40-bit device, 2 TiB maximum', '6.12.107', 2048, 2 ** 37, 0x3, { maskBits: 40 }, 'indirect 16/40'],
    ['40-bit device, 4 GiB maximum', '6.12.107', 4, 2 ** 37, 0x3, { maskBits: 40 }, 'direct 16/32'],
  ] as const)('%s (%s): %d GiB, %d TCEs, mask %d', (_, kernel, maxGiB, block, mask, how, decision) =>
    expect(decide(kernel, maxGiB, block, mask, how)).toBe(decision),
  );
});

describe('no window is free', () => {
  const state = { defaultInUse: false, hasDefaultProperty: true, canReset: true };
  it.each([
    ['4.19', state, 'give-up'],
    ['5.4', state, 'give-up'],
    ['5.10', { ...state, defaultInUse: true }, 'remove-default'],
    ['5.17', { ...state, defaultInUse: true }, 'give-up'],
    ['6.1', state, 'remove-default'],
    ['6.11', { ...state, canReset: false }, 'give-up'],
    ['5.13', state, 'remove-default'],
    ['5.13', { ...state, defaultInUse: true }, 'remove-default'],
    ['5.13', { ...state, canReset: false }, 'give-up'],
    ['5.15', state, 'remove-default'],
    ['5.15', { ...state, defaultInUse: true }, 'give-up'],
    ['6.1.176', { ...state, hasDefaultProperty: false }, 'give-up'],
    ['6.1.176', { ...state, defaultInUse: true }, 'give-up'],
    ['6.12.107', { ...state, defaultInUse: true }, 'give-up'],
    ['7.2.13', state, 'remove-default'],
  ] as const)('%s with %o: %s', (id, circumstances, go) =>
    expect(planRemoval(K(id), circumstances).go).toBe(go),
  );

  it('a kernel that never gives the default window up says so in its own words', () => {
    const kernel = asBuild(K('5.13'), { allowDefaultRemoval: documented(false, 'S9') });
    const decision = planRemoval(kernel, state);
    expect(decision.go === 'give-up' && decision.log).toEqual([
      { level: 'debug', text: 'no free dynamic windows' },
    ]);
  });

  it('mappings in the default window are told as a warning', () => {
    const decision = planRemoval(K('6.1.176'), { ...state, defaultInUse: true });
    expect(decision.go === 'give-up' && decision.log).toEqual([
      { level: 'warn', text: "current IOMMU table in use, can't be replaced." },
    ]);
  });
});

describe('which masks ask for a window', () => {
  it.each([
    ['4.19', 63, false],
    ['6.11', 40, false],
    ['6.15', 40, true],
    ['5.13', 63, false],
    ['6.1.176', 63, false],
    ['6.1.176', 64, true],
    ['6.12.107', 32, false],
    ['6.12.107', 33, true],
    ['7.2.13', 40, true],
  ] as const)('%s, %d bits: %s', (id, bits, wants) => {
    expect(wantsDdw(K(id), bits)).toBe(wants);
    expect(planMask(K(id), bits).compared?.holds).toBe(wants);
  });
});

describe('a window that the PE has already', () => {
  const facts = (id: string) => ({
    kernel: K(id),
    maskBits: 64,
    memoryEnd: { bytes: 4 * GiB, from: 'test' },
    pmem: false,
  });
  it.each([
    ['5.4', 30, false, true],
    ['5.17', 33, false, true],
    ['6.6', 33, false, true],
    ['6.10', 33, false, false],
    ['6.11', 33, false, false],
    ['5.13', 30, false, true],
    ['5.15', 32, false, true],
    ['5.15', 30, true, false],
    ['6.1.176', 33, false, true],
    ['6.12.107', 33, false, false],
    ['6.12.107', 30, true, true],
  ] as const)(
    '%s: window 2^%d, stored as direct %s, counts as direct: %s',
    (id, windowShift, stored, direct) =>
      expect(planExisting(facts(id), { windowShift, direct: stored }).direct).toBe(direct),
  );
});

describe('page sizes', () => {
  it.each([
    ['6.1.176', 0x107, 24],
    ['6.1.176', 0x101, 21],
    ['6.1.176', 0x100, 21],
    ['6.1.176', 0x3, 16],
    ['6.1.176', 0x1, 12],
    ['6.1.176', 0x41, 28],
    ['6.1.176', 0x80, 34],
    ['6.1.176', 0, 0],
    ['5.15', 0x100, 0],
    ['5.17', 0x107, 24],
    ['5.10', 0x78, 0],
    ['5.13', 0x107, 24],
  ] as const)('%s takes of mask 0x%s the shift %d', (id, mask, shift) =>
    expect(pageShiftOf(K(id), mask)).toBe(shift),
  );
});

describe('the words of a plan', () => {
  it('name the two numbers that decided', () => {
    const facts = {
      kernel: linux515,
      maskBits: 64,
      memoryEnd: { bytes: 512 * GiB, from: '/rtas ibm,lrdr-capacity' },
      pmem: false,
    };
    const decision = planWindow(facts, answer(0x40_0000, 0x3), true);
    expect(decision.steps.map((s) => s.text)).toEqual([
      'Of the offered page sizes (mask 0x3) the largest is taken: 64K.',
      'The window must reach the end of all memory that may ever be added: 549,755,813,888 bytes (/rtas ibm,lrdr-capacity), as a power of two 2^39.',
      'Memory of 2^39 bytes does not fit 1:1 into 4,194,304 TCEs of 64K: indirect mapping in a window of 2^38 bytes.',
    ]);
    expect(decision.steps.at(-1)?.compared).toEqual({
      left: '4,194,304 TCEs available',
      op: '>=',
      right: '8,388,608 TCEs needed',
      holds: false,
    });
    expect(decision.log).toEqual([
      { level: 'debug', text: "can't map partition max 0x8000000000 with 4194304 65536-sized pages" },
    ]);
  });

  it('say when the window asked for is larger than the block', () => {
    const facts = {
      kernel: K('6.1.176'),
      maskBits: 64,
      memoryEnd: { bytes: 4 * GiB, from: 'RAM' },
      pmem: false,
    };
    expect(planWindow(facts, answer(0x3000, 0x3), true).steps.at(-1)?.text).toBe(
      'The block is no power of two: the window asked for is larger than what the firmware has.',
    );
  });

  it('tell what the firmware offered', () =>
    expect(planQuery(answer(0x4000, 0x3, 0), false).text).toBe(
      'The firmware offers 0 windows, a largest block of 16,384 TCEs, page mask 0x3.',
    ));
});

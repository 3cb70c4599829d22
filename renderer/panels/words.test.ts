import { describe, expect, it } from 'vitest';
import type { DmaMode, FunctionAnswer, U64, WindowAnswer } from '../../core/index.ts';
import { modeWord, summarise } from './adapters/words.ts';
import { permissionsText, reachWords } from './window-words.ts';

const window = (more: Partial<WindowAnswer>): WindowAnswer => ({
  id: 'w',
  buid: 0n as U64,
  liobn: 1,
  start: 0n as U64,
  pageShift: 12,
  entries: 524_288,
  isDefault: true,
  usedTces: 0,
  active: true,
  use: 'none',
  ...more,
});

const fn = (
  state: FunctionAnswer['state'],
  mode: DmaMode = 'none',
  windows: readonly WindowAnswer[] = [],
): FunctionAnswer => ({
  description: {
    id: 'vf3',
    fn: '0103:01:00.0',
    slotClass: 'sriov-vf',
    device: 'nic',
    buid: 0n as U64,
    defaultLiobn: 1,
  },
  driver: null,
  mode,
  maskBits: 64,
  blockTces: 4_194_304,
  usedTces: 0,
  state,
  windows,
});

describe('functions in one sentence', () => {
  it.each([
    [[], 'No virtual function yet.'],
    [[fn('present')], '1 function, waiting for a kernel to drive it.'],
    [[fn('present'), fn('present')], '2 functions, waiting for a kernel to drive them.'],
    [[fn('bound', 'indirect'), fn('bound', 'indirect')], '2 functions, all indirect.'],
    [[fn('bound', 'direct')], '1 function: direct.'],
    [
      [fn('bound', 'indirect'), fn('bound', 'default'), fn('frozen', 'indirect')],
      '3 functions: 1 indirect, 1 default 4K, 1 frozen.',
    ],
  ])('%#', (functions, sentence) => expect(summarise(functions)).toBe(sentence));

  it('a function without a driver has no mapping to speak of', () =>
    expect(modeWord(fn('present', 'default'))).toBe('no driver'));
});

describe('what a function reaches', () => {
  it.each([
    [fn('present'), 'vf3 has no window: no DMA reaches memory.'],
    [fn('present', 'none', [window({})]), 'vf3 has its default window of 2 GiB, and no kernel uses it yet.'],
    [
      fn('bound', 'default', [window({ use: 'default' })]),
      'vf3 reaches memory through its default window of 2 GiB at 0x0.',
    ],
    [
      fn('bound', 'indirect', [
        window({ active: false }),
        window({
          start: (1n << 59n) as U64,
          pageShift: 16,
          entries: 4_194_304,
          isDefault: false,
          use: 'indirect',
        }),
      ]),
      'vf3 reaches memory through a window of 256 GiB at 2^59.',
    ],
    [
      fn('frozen', 'default', [window({ use: 'default' })]),
      'The PE of vf3 is frozen: none of its DMA reaches memory.',
    ],
  ])('%#', (f, sentence) => expect(reachWords(f)).toBe(sentence));
});

it('permissions are written as the device has them', () =>
  expect([0, 1, 2, 3].map(permissionsText)).toEqual(['--', 'r-', '-w', 'rw']));

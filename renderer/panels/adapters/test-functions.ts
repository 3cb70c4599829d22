// Functions for the tests of this folder.

import type { FunctionAnswer, U64, WindowAnswer } from '../../../core/index.ts';

export const testWindow = (more: Partial<WindowAnswer> = {}): WindowAnswer => ({
  id: 'w',
  buid: 0n as U64,
  liobn: 0x7000_4000,
  start: (1n << 59n) as U64,
  pageShift: 16,
  entries: 4_194_304,
  isDefault: false,
  usedTces: 0,
  active: true,
  use: 'indirect',
  ...more,
});

export const testFunction = (
  id: string,
  more: Partial<FunctionAnswer> = {},
  description: Partial<FunctionAnswer['description']> = {},
): FunctionAnswer => ({
  description: {
    id,
    fn: `${(0x4000 + Number(/\d+/.exec(id)?.[0] ?? 0)).toString(16)}:01:00.0`,
    slotClass: 'sriov-vf',
    device: 'nic',
    buid: BigInt(0x4000 + Number(/\d+/.exec(id)?.[0] ?? 0)) as U64,
    defaultLiobn: 0x1000_0000,
    ...description,
  },
  driver: 'vfnet',
  mode: 'indirect',
  maskBits: 64,
  blockTces: 1000,
  usedTces: 0,
  state: 'bound',
  windows: [testWindow()],
  ...more,
});

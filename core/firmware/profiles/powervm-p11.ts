// PowerVM on POWER11: as POWER10, and limited addressing (PAPR 2.13) for devices that cannot reach 2^59.

import { u64 } from '../../base/u64.ts';
import { assumed, carriedOver, documented, observed } from './graded.ts';
import { powervmP10 } from './powervm-p10.ts';
import type { PlatformProfile, SlotClass } from './profile.ts';

const P10 = 'POWER10';
const LOG = 'log: 0019:01:00.0, Power11-era thread, linuxppc-dev 2026-03 (query: lb=1000000 ps=103 wn=1)';
const LIMITED = 'PAPR 2.13; kernel patch "DDW limited addressing mode", 2025-01: windows start at 4 GB';

const slotClasses = powervmP10.slotClasses.map((slotClass): SlotClass => {
  const values = carriedOver(slotClass.values, P10);
  if (slotClass.isVf) return { ...slotClass, values };
  return {
    ...slotClass,
    values: {
      ...values,
      pageShifts: observed([12, 16, 21], LOG),
      queryPageMask: observed(0x103, LOG),
      maxWindows: observed(2, LOG),
      blockTces: observed(0x100_0000, LOG),
    },
  };
});

export const powervmP11: PlatformProfile = {
  ...powervmP10,
  id: 'powervm-p11',
  title: 'PowerVM on Power11',
  story:
    'Power11 can put a window at 4 GB on request (limited addressing), so that a device of 40 or 48 address bits gets a large window too.',
  make: {
    hypervisor: documented('PowerVM (pHyp)', LIMITED),
    processor: assumed('Power11', `${LOG}: the thread does not say it of this machine`),
    mmu: assumed('radix', 'as POWER10'),
    firmwareLevels: documented(
      ['FW1110'],
      'IBM community blog 2025-08: a setting of I/O slots came with FW1060 (POWER10) and FW1110 (Power11)',
    ),
  },
  ddw: {
    ...carriedOver(powervmP10.ddw, P10),
    limitedStart: documented(u64(0x1_0000_0000n), LIMITED),
  },
  tokens: carriedOver(powervmP10.tokens, P10),
  costs: carriedOver(powervmP10.costs, P10),
  tree: {
    ...carriedOver(powervmP10.tree, P10),
    model: assumed('IBM,9824-22A', 'a Power11 scale-out model; no log shows the property'),
  },
  slotClasses,
};

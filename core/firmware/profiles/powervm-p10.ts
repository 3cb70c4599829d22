// PowerVM on POWER10: I/O pages of 2M, and LoPAR's limit of 512 TCEs in one H_STUFF_TCE.

import { assumed, carriedOver, documented, observed } from './graded.ts';
import { powervmP9 } from './powervm-p9.ts';
import type { PlatformProfile, SlotClass } from './profile.ts';

const P9 = 'POWER9';
const LOG_NVME =
  'log: NVMe 0524:28:00.0, linux mailing lists 2025-12 (query: lb=1000000 ps=103 wn=1; create 15 25; POWER10 or 11 by its firmware)';
const LOG_9105 = 'log: 9105-22A, FW1120.00, linuxppc-dev 2026-03';
const VF_PAGES = 'a dedicated slot was logged with 2M pages; no VF was';

const slotClasses = powervmP9.slotClasses.map((slotClass): SlotClass => {
  const values = carriedOver(slotClass.values, P9);
  const pages = slotClass.isVf
    ? { pageShifts: assumed([12, 16, 21], VF_PAGES), queryPageMask: assumed(0x103, VF_PAGES) }
    : {
        pageShifts: observed([12, 16, 21], LOG_NVME),
        queryPageMask: observed(0x103, LOG_NVME),
        maxWindows: observed(2, LOG_NVME),
        blockTces: observed(0x100_0000, LOG_NVME),
        ddwStart: observed(values.ddwStart.value, LOG_NVME),
        ddwLiobn: observed(values.ddwLiobn.value, `${LOG_NVME}: liobn 0x70000524`),
      };
  return { ...slotClass, values: { ...values, ...pages } };
});

export const powervmP10: PlatformProfile = {
  ...powervmP9,
  id: 'powervm-p10',
  title: 'PowerVM on POWER10',
  story:
    'POWER10 adds I/O pages of 2M: the same block of TCEs maps 32 times as much memory, so that direct mapping comes back within reach.',
  make: {
    hypervisor: observed('PowerVM (pHyp)', LOG_9105),
    processor: observed('POWER10', LOG_9105),
    mmu: assumed('radix', 'PowerVM offers radix from POWER10 on; boot with disable_radix for hash'),
    firmwareLevels: observed(['FW1120.00'], LOG_9105),
  },
  system: {
    installedMemoryBytes: assumed(4096 * 2 ** 30, 'a big machine, as the profile of POWER9'),
  },
  tce: {
    ...powervmP9.tce,
    stuffLimit: documented(512, 'LoPAR H_STUFF_TCE: H_P4; kernel commit 9d2ccf00bddc: firmware enforces it'),
  },
  ddw: carriedOver(powervmP9.ddw, P9),
  tokens: {
    ...carriedOver(powervmP9.tokens, P9),
    'ibm,query-pe-dma-window': observed(0x53, LOG_NVME),
    'ibm,create-pe-dma-window': observed(0x54, LOG_NVME),
  },
  costs: carriedOver(powervmP9.costs, P9),
  tree: {
    ...carriedOver(powervmP9.tree, P9),
    model: observed('IBM,9105-22A', LOG_9105),
  },
  slotClasses,
};

// PowerVM on POWER8: LoPAR's rules; kernels of its time printed little of what the firmware answered, so most values are POWER9's.

import { u64 } from '../../base/u64.ts';
import { assumed, carriedOver, documented, observed } from './graded.ts';
import { powervmP9 } from './powervm-p9.ts';
import type { PlatformProfile, SlotClass } from './profile.ts';

const P9 = 'POWER9';
const GIB = 2 ** 30;
const LOG_QLA = 'log: qla2xxx 0007:01:00.1 on POWER8, "Using 64-bit direct DMA at offset 800000000000000"';
const OLD_LOGS = 'kernels of its time do not print the sizes; firmware with 2M pages came with POWER10';

const slotClasses = powervmP9.slotClasses.map((slotClass): SlotClass => {
  const values = carriedOver(slotClass.values, P9);
  return {
    ...slotClass,
    values: {
      ...values,
      ddwStart: observed(u64(0x0800_0000_0000_0000n), LOG_QLA),
      pageShifts: assumed([12, 16], OLD_LOGS),
      queryPageMask: assumed(0x3, OLD_LOGS),
    },
  };
});

export const powervmP8: PlatformProfile = {
  ...powervmP9,
  id: 'powervm-p8',
  title: 'PowerVM on POWER8',
  story:
    'POWER8 moved the 64-bit window to 2^59 and brought slots that can map all memory (Huge DMA); its query still has five outputs.',
  make: {
    hypervisor: observed('PowerVM (pHyp)', LOG_QLA),
    processor: observed('POWER8', LOG_QLA),
    mmu: documented('hash', 'POWER8 has no other; Linux arch/powerpc/mm/book3s64'),
    firmwareLevels: assumed([], 'no source of its windows names a level'),
  },
  system: {
    installedMemoryBytes: assumed(1024 * GIB, 'a middling machine of its time'),
  },
  ddw: {
    ...carriedOver(powervmP9.ddw, P9),
    sixOutputQuery: assumed(false, 'the 6-output query came with ibm,ddw-extensions of LoPAR 2.9'),
  },
  tokens: carriedOver(powervmP9.tokens, P9),
  costs: carriedOver(powervmP9.costs, P9),
  tree: {
    ...carriedOver(powervmP9.tree, P9),
    model: observed('IBM,8286-42A', 'kernel documentation: device tree of a U8286'),
    extensionSixOutputs: assumed(false, 'as the query: only the token of reset'),
  },
  slotClasses,
  footnotes: {
    power7DdwStart: observed(
      u64(0x10_0000_0000_0000n),
      'log: mlx4_core and be2net on POWER7, "Using 64-bit direct DMA at offset 10000000000000": the window began at 2^52',
    ),
  },
};

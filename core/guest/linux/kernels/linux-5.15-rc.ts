// Linux 5.15-rc7: indirect mapping before its first repairs, the kernel of log L1 (an NVMe with persistent memory, October 2021).
// Sources (docs/kernel-sources.md): C3, C4, L1; what C6, C7, C9, C15 repaired later is still there. Generation G2a.

import type { KernelBuild } from './kernel-build.ts';
import { asBuild, documented, observed } from './builds.ts';
import { linux515 } from './linux-5.15.ts';

export const linux515Rc: KernelBuild = asBuild(linux515, {
  id: '5.15-rc7',
  title: 'Linux 5.15-rc7: indirect where direct would do',
  story:
    'With persistent memory the maximum memory counts as 2^51 bytes, so even RAM that would fit 1:1 is mapped on demand: the log of October 2021 that led to the repair.',
  releases: ['5.15.0-rc5', '5.15.0-rc6', '5.15.0-rc7'],
  inUseCheck: documented('buggy', 'C4; C7 (d80f6de9d601) came with 6.0'),
  memoryEndCountsPmem: observed(true, 'log L1: "can\'t map partition max 0x8000000000000"; reverted by C6'),
  stuffLimit: documented(null, 'C9 came with 6.4'),
  mmioReserve: documented('bytes', 'C15 came with 6.14'),
  reserveIndex: documented('int', 'C15 came with 6.14'),
  sgOffset: documented('in-kernel-page', 'C9 (096339ab84f3) came with 6.4'),
});

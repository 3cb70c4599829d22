// Linux 5.10 to 5.12: the first generation that gives the default window up for a larger one (ibm,reset-pe-dma-windows).
// Sources (docs/kernel-sources.md): S7, K2; generation G1a. Only three page sizes, no way to map what does not fit.

import type { KernelBuild } from './kernel-build.ts';
import { asBuild, documented } from './builds.ts';
import { linux513 } from './linux-5.13.ts';

export const linux510: KernelBuild = asBuild(linux513, {
  id: '5.10',
  title: 'Linux 5.10: the default window may go',
  story:
    'A PE with one window may now trade its default window for a 1:1 map of all memory, used or not; only 4K, 64K and 16M pages are known, and with persistent memory the window must reach 2^51 bytes.',
  generation: 'G1a',
  releases: ['5.10', '5.11', '5.12'],
  pageShifts: documented([12, 16, 24], 'S7: 16M before 64K before 4K; C1 came with 5.13'),
  memoryEndCountsPmem: documented(true, 'S7 ddw_memory_hotplug_max: 2^MAX_PHYSMEM_BITS with ibm,pmemory'),
  pmem: documented('unknown', 'S7: "Skipping ibm,pmemory" is not in it'),
  fitTest: documented('bytes', 'S7: largest_block against max_addr >> page_shift'),
  busDmaLimit: documented('never', 'S7; C2 (window size with pmem) came with 5.13'),
  largePoolLastResort: documented(false, 'C2 came with 5.13'),
});

// Linux 6.15 to 6.19: limited addressing for devices below 64 bits, maximum memory from the dynamic-memory facts alone.
// Sources (docs/kernel-sources.md): S1, C15 to C17; what else Debian's 6.12.107 (the same state of iommu.c) was seen to do. Generation G3b.

import type { KernelBuild } from './kernel-build.ts';
import { asBuild, asNeighbour, documented } from './builds.ts';
import { linux612107 } from './linux-6.12.107.ts';

export const linux615: KernelBuild = asBuild(asNeighbour(linux612107), {
  id: '6.15',
  title: 'Linux 6.15: limited addressing',
  story:
    'A device of 33 to 63 bits gets a window above 4 GiB by limited addressing, and each mask call tells so; maximum memory is taken from the dynamic-memory facts alone, so without them the window length is 2^0.',
  releases: ['6.15', '6.16', '6.17', '6.18', '6.19'],
  pageBytes: documented([4096, 65536], 'Kconfig PPC_4K_PAGES, PPC_64K_PAGES'),
  messages: documented(linux612107.messages.value, 'S1; log L2'),
  ddwMask: documented('above-32-bit', 'S1, C17'),
  limitedMode: documented(true, 'S1, C17'),
  pageShifts: documented(linux612107.pageShifts.value, 'S1'),
  pagePreference: documented('largest-shift', 'S1'),
  memoryEnd: documented('dynamic-memory-only', 'S1, C16; log L3'),
  fitTest: documented('order', 'S1: ddw_sz against len'),
  hybridMinBytes: documented(0x8000_0000, 'S1, C14'),
  existingIsDirect: documented('stored', 'S1, C11'),
  saveProperty: documented(true, 'S1, C13'),
  queryAtScan: documented(true, 'S1, C13; log L2: "pci" before the query'),
  notifier: documented('direct-only', 'S1, C10, C16'),
  stuffLimit: documented(512, 'C9'),
  kdumpCarriesWindows: documented(true, 'C7'),
});

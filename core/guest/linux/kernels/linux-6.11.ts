// Linux 6.11 to 6.14: VFIO makes windows of its own, a window can be split between RAM and persistent memory.
// Sources (docs/kernel-sources.md): S6, C13, C14. Generation G3a: not yet limited addressing, nor the new source of max RAM.

import type { KernelBuild } from './kernel-build.ts';
import { asBuild, assumed, documented } from './builds.ts';
import { linux610 } from './linux-6.10.ts';
import { linux612107 } from './linux-6.12.107.ts';

export const linux611: KernelBuild = asBuild(linux610, {
  id: '6.11',
  title: 'Linux 6.11: hybrid windows, and windows for VFIO',
  story:
    'One window serves RAM 1:1 at its bottom and persistent memory on demand above it, and VFIO creates and removes windows; the MMIO range of a dynamic window is still reserved in bytes, which can end in an Oops.',
  generation: 'G3a',
  releases: ['6.11', '6.13', '6.14'],
  hybridMinBytes: documented(0x8000_0000, 'S6, C14: MIN_DDW_VPMEM_DMA_WINDOW'),
  replacesFirstTable: documented(true, 'S6, C13'),
  saveProperty: documented(true, 'S6, C13: ibm,dma-window-saved'),
  busDmaLimit: documented('pmem-not-all', 'S6, C14'),
  queryAtScan: documented(true, 'C13: spapr_tce_init_table_group'),
  vfioOps: documented('own', 'C13'),
  vfioClear: documented('before-unset', 'C13'),
  vfioPgsizesInt: assumed(true, 'S1: query_page_size_to_mask() sums in an int'),
  vfioViewLeaks: documented(true, 'C18: the test was the wrong way round until 6.16'),
  mmioReserve: documented('bytes', 'C15 came with 6.14'),
  reserveIndex: documented('int', 'C15 came with 6.14'),
  staleTable: assumed(linux612107.staleTable.value, 'as 6.12.107'),
});

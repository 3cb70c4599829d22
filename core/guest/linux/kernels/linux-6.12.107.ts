// Linux 6.12.107 as Debian builds it (4K and 64K pages): generation G3 (VFIO windows, hybrid window, limited addressing).
// Recordings 612-4k_*, 612-64k_*, phyp_612-*; S1 has the same state of iommu.c.

import type { KernelBuild } from './kernel-build.ts';
import { asBuild, assumed, documented, verified } from './builds.ts';
import { linux61176 } from './linux-6.1.176.ts';

export const linux612107: KernelBuild = asBuild(linux61176, {
  id: '6.12.107',
  title: 'Linux 6.12.107 (Debian 13)',
  story:
    'One window can be split between RAM and persistent memory, devices below 64 bits get limited addressing, every PE is queried at scan for VFIO; without dynamic-memory facts the window length is 2^0 and is refused.',
  generation: 'G3b',
  releases: ['6.12'],
  pageBytes: verified([4096, 65536], 'recordings 612-4k_*, 612-64k_*'),
  messages: verified(
    {
      queryShowsAnswer: true,
      windowNoun: 'DMA window',
      mapNoun: 'DMA window',
      pageSizeNoun: 'page size',
      lsaLine: true,
      limitLine: 'warn-when-limited',
      fitNoun: 'partition',
    },
    'recordings 612-*',
  ),
  ddwMask: verified('above-32-bit', 'recordings 612 lsi53c895a: a query for 40 bits'),
  limitedMode: verified(true, 'recordings 612 *_editedlimited, phyp_612 lim_megasas'),
  existingIsDirect: verified('stored', 'recordings 612 kexec: the old window is a dynamic table'),
  memoryEnd: verified('dynamic-memory-only', 'recordings 612 without maxmem: create(24, 0) answers -3'),
  fitTest: verified('order', 'recordings phyp_612 bC000: taken as direct, refused by the firmware'),
  hybridMinBytes: verified(0x8000_0000, 'recordings phyp_612 pmem b80000 (split) and b20000 (all dynamic)'),
  replacesFirstTable: documented(true, 'S1, C13'),
  saveProperty: verified(true, 'recordings phyp_612: ibm,dma-window-saved'),
  fillEnd: documented('hotplug-max', 'S1'),
  busDmaLimit: documented('pmem-not-all', 'S1'),
  queryAtScan: verified(true, 'recordings 612-*: one query per PE at PCI scan'),
  notifier: verified('direct-only', 'recordings phyp_612 memhp: no hcall with a dynamic window'),
  vfioOps: verified('own', 'recordings 612 vfio-v2: windows created for VFIO'),
  vfioBind: verified('works', 'recordings 612 vfio-*'),
  vfioClear: verified(
    'before-unset',
    'recordings 612 vfio-v2: every entry is cleared, then the window removed',
  ),
  vfioPgsizesInt: assumed(true, 'S1: query_page_size_to_mask() sums in an int'),
  vfioViewLeaks: assumed(true, 'C18 came with 6.16; whether 6.12.107 carries it was not checked'),
  reserveIndex: documented('long', 'S1, C15'),
  ratelimitTakenAtBoot: verified(
    1,
    'recordings phyp_612 inj-4x20, inj-44x20: nine messages within 5 s of boot',
  ),
  mmioReserve: documented('pages', 'S1, C15'),
  tableFetchedBeforeBypass: documented(false, 'C9'),
  staleTable: verified(
    { afterIndirect: 'works', afterDirect: 'oops' },
    'recordings phyp_612 2nvme (rc -4) and nvme-then-e1000 with a direct window (Oops)',
  ),
});

// Linux 6.1.176 as Debian builds it (64K pages): generation G2b with the stable tree's back-ports.
// Where recordings of this very build exist they are the source; else S2 (same state of iommu.c), C7.

import type { KernelBuild } from './kernel-build.ts';
import { asBuild, assumed, documented, verified } from './builds.ts';
import { linux515 } from './linux-5.15.ts';

export const linux61176: KernelBuild = asBuild(linux515, {
  id: '6.1.176',
  title: 'Linux 6.1.176 (Debian 12)',
  story:
    'The default window leaves the tree with its property and kexec hands dynamic windows on, but a second mask call may take a dynamic window for a 1:1 one, and memory added later is written into dynamic windows.',
  generation: 'G2b',
  releases: ['6.1.0-50', '6.1.0'],
  pageBytes: verified([65536], 'recordings 61-64k_*'),
  messages: verified(
    {
      queryShowsAnswer: true,
      windowNoun: 'DMA window',
      mapNoun: 'DMA window',
      pageSizeNoun: 'page size',
      lsaLine: false,
      limitLine: 'warn-when-limited',
      fitNoun: 'partition',
    },
    'recordings 61-64k_*, phyp_61-64k_*',
  ),
  ddwMask: verified('64-bit', 'recordings: no RTAS call for 40- and 63-bit devices'),
  windowSearch: documented('properties', 'S2 pci_dma_find'),
  existingIsDirect: verified(
    'covers-ram',
    'recording phyp_61 pmem: second mask call says direct of a dynamic window',
  ),
  inUseCheck: verified('ok', 'recordings phyp_61: default window at 0 replaced'),
  pageShifts: verified([12, 16, 24, 25, 26, 27, 28, 34, 21], 'recordings 61-64k_1g_pgsz*'),
  pagePreference: verified('largest-shift', 'recordings: mask 0x107 gives 24, 0x101 gives 21'),
  memoryEnd: verified('hotplug-max-and-memory-nodes', 'recordings with and without maxmem'),
  fitTest: verified('tces', 'recordings phyp_61 b3000, bC000'),
  indirect: verified(true, 'recordings phyp_61 b4000'),
  failureKeepsDirect: verified(true, 'recordings phyp_61 fail-3: "using fixed ops" after a failed create'),
  removedDefaultTable: verified('freed', 'recordings phyp_61 2nvme: use after free'),
  removesProperty: verified(true, 'recordings phyp_61: "Removed default DMA window"'),
  stuffLimit: verified(512, 'recordings: default window cleared by 512'),
  windowMissing: documented('skipped', 'S2 has the fix of C12'),
  kdumpCarriesWindows: verified(true, 'recordings phyp_61 nvme-kdump: the dynamic window is found'),
  reserveIndex: documented('int', 'S2: C15 is not in it'),
  ratelimitTakenAtBoot: verified(
    1,
    'recordings phyp_61 inj-4x20: nine messages within 5 s of boot; nvme-then-e1000: ten later',
  ),
  mmioReserve: documented('bytes', 'S2: C15 is not in it'),
  reservedRange: documented('clipped', 'S2'),
  notifier: verified('all-windows', 'recordings phyp_61 memhp: maps into a dynamic window'),
  vfioBind: verified('refused', 'recording: vfio-pci cannot bind, -22'),
  staleTable: verified(
    { afterIndirect: 'works', afterDirect: 'works' },
    'recordings phyp_61 nvme-then-e1000, dynamic and 1:1: plpar_tce_put failed. rc=-4; phyp_61 2nvme oopses',
  ),
  tableFetchedBeforeBypass: assumed(true, 'D1 says until 6.3'),
});

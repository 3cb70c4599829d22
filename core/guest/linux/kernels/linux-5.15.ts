// Linux 5.15 (long-term series): the eleven patches that brought indirect mapping, with the series' later fixes.
// Sources (docs/kernel-sources.md): S5 (5.15.y with a back-port of December 2024), C3 to C6, generation G2a.

import type { KernelBuild } from './kernel-build.ts';
import { asBuild, assumed, documented } from './builds.ts';
import { linux513 } from './linux-5.13.ts';

export const linux515: KernelBuild = asBuild(linux513, {
  id: '5.15',
  title: 'Linux 5.15: the series that brought indirect mapping',
  story:
    'The eleven patches: a block too small for all of memory still gives a dynamic window with the largest page, mapped as I/O needs it, and a default window in use is left alone.',
  generation: 'G2a',
  releases: ['5.15'],
  messages: documented(
    {
      queryShowsAnswer: false,
      windowNoun: 'DMA window',
      mapNoun: 'DMA window',
      pageSizeNoun: 'page size',
      lsaLine: false,
      limitLine: 'warn-when-limited',
      fitNoun: 'partition',
    },
    'S5; log L1 of October 2021 has the short query line too',
  ),
  existingIsDirect: documented('covers-ram', 'S5 enable_ddw: window_shift >= max_ram_len'),
  inUseCheck: documented('ok', 'S5, C4; 5.15.61 carries the fix for windows at bus address 0 (d80f6de9d601)'),
  memoryEndCountsPmem: documented(false, 'C6: reverted in 5.16-rc and in 5.15.y'),
  indirect: documented(true, 'C3 patch 10 (381ceda88c4c)'),
  failureKeepsDirect: documented(true, 'S5: direct_mapping is not reset at out_failed'),
  removedDefaultTable: documented('emptied-if-indirect', 'S5: it_size 0, bitmap freed'),
  propertyBeforeMapping: documented(true, 'S5'),
  undoRemovesWindow: documented(true, 'S5 out_remove_win'),
  zeroAddressFails: documented(false, 'C3 patch 5'),
  stuffLimit: documented(512, 'S5 carries the back-port of C9'),
  mmioReserve: documented('pages', 'S5 carries the back-port of C15'),
  reservedRange: assumed('clipped', 'C3 patch 3, C15'),
  reserveIndex: documented('long', 'S5 carries the back-port of C15'),
  sgOffset: assumed('in-io-page', 'C9 went to stable kernels; S5 has its other parts'),
  mapSgFailure: assumed(-5, 'dma_map_ops.map_sg returns errnos since 5.15'),
  staleTable: assumed(
    { afterIndirect: 'oops', afterDirect: 'works' },
    'S5: it_map NULL after an indirect replacement',
  ),
});

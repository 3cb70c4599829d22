// Linux 7.2.13 as Debian builds it (4K and 64K pages): generation G3c, bus_dma_limit set for every direct window.
// Recordings 72-4k_*, 72-64k_*, phyp_72-*; C19.

import type { KernelBuild } from './kernel-build.ts';
import { asBuild, documented, verified } from './builds.ts';
import { linux612107 } from './linux-6.12.107.ts';

export const linux7213: KernelBuild = asBuild(linux612107, {
  id: '7.2.13',
  title: 'Linux 7.2.13 (Debian unstable)',
  story:
    'Every 1:1 window sets a limit and coherent memory bypasses the table: after a failed 1:1 window the limit stays, and what the table then maps is taken for direct at unmap and never unmapped.',
  generation: 'G3c',
  releases: ['7.2'],
  pageBytes: verified([4096, 65536], 'recordings 72-4k_*, 72-64k_*'),
  messages: verified({ ...linux612107.messages.value, limitLine: 'info-always' }, 'recordings 72-*'),
  busDmaLimit: verified('every-direct', 'recordings 72-*: "direct DMA is limited by"'),
  coherentBypass: verified(true, 'recordings phyp_72 pmem: nothing mapped dynamically'),
  vfioBind: verified('works', 'recordings 72 vfio-*'),
  vfioClear: verified('before-unset', 'recordings 72 vfio-v1, phyp_72 vfio-v2-alone'),
  vfioViewLeaks: documented(false, 'C18 came with 6.16'),
  mapsEachSegment: verified(true, 'recordings 72-4k_1g_nvme: every segment on its own 64K step'),
});

// Linux 6.4 to 6.6: clears cut to 512 entries, memory added only to 1:1 windows, VFIO borrows the host driver's table.
// Sources (docs/kernel-sources.md): K1, C8, C9, C10. Generation G2c, before 3bf983e4e93c (6.7).

import type { KernelBuild } from './kernel-build.ts';
import { asBuild, documented } from './builds.ts';
import { linux61 } from './linux-6.1.ts';

export const linux66: KernelBuild = asBuild(linux61, {
  id: '6.6',
  title: 'Linux 6.6: 512 entries per clear',
  story:
    'No H_STUFF_TCE goes above 512 entries and added memory leaves dynamic windows alone, but with persistent memory the second mask call still answers "direct" for a dynamic window, and its I/O fails.',
  generation: 'G2c',
  releases: ['6.4', '6.5', '6.6'],
  existingIsDirect: documented('covers-ram', 'C11 (3bf983e4e93c) came with 6.7, later to 6.5.y and 6.6.y'),
  stuffLimit: documented(512, 'K1, C9'),
  sgOffset: documented('in-io-page', 'C9 (096339ab84f3)'),
  tableFetchedBeforeBypass: documented(false, 'C9 (1f7aacc5eb9e)'),
  notifier: documented('direct-only', 'C10 (6.5; 6.4 still wrote to all windows)'),
  vfioOps: documented('borrowed', 'C8'),
  vfioBind: documented('works', 'C8'),
});

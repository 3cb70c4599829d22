// Linux 6.7 to 6.10: a window remembers whether it is a 1:1 map.
// Sources (docs/kernel-sources.md): C11, C12. Generation G2c.

import type { KernelBuild } from './kernel-build.ts';
import { asBuild, documented } from './builds.ts';
import { linux66 } from './linux-6.6.ts';

export const linux610: KernelBuild = asBuild(linux66, {
  id: '6.10',
  title: 'Linux 6.10: a window knows what it is',
  story:
    'Each window keeps whether it is a 1:1 map, so every mask call gets the same answer, and a frozen PE without a window is passed over at boot.',
  releases: ['6.7', '6.8', '6.9', '6.10'],
  existingIsDirect: documented('stored', 'C11 (3bf983e4e93c)'),
  windowMissing: documented('skipped', 'C12 (49a940dbdc31, 6.9; 6.7 and 6.8 still panic)'),
});

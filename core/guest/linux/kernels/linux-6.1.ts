// Linux 6.0 to 6.3 as released (without the stable series' back-ports that Debian's 6.1.176 has).
// Sources (docs/kernel-sources.md): S2 less C9, C12; C7. Generation G2b.

import type { KernelBuild } from './kernel-build.ts';
import { asBuild, assumed, documented } from './builds.ts';
import { linux517 } from './linux-5.17.ts';
import { linux61176 } from './linux-6.1.176.ts';

export const linux61: KernelBuild = asBuild(linux517, {
  id: '6.1',
  title: 'Linux 6.1: the default window leaves the tree',
  story:
    'A removed default window takes its property along and kexec and kdump find the dynamic window instead; a PE that firmware shows frozen, without any window, panics the boot.',
  generation: 'G2b',
  releases: ['6.0', '6.1', '6.2', '6.3'],
  windowSearch: documented('properties', 'S2 pci_dma_find'),
  inUseCheck: documented('ok', 'C7 (d80f6de9d601)'),
  removedDefaultTable: documented('freed', 'S2, C7'),
  removesProperty: documented(true, 'C7 (b1fc44eaa9ba)'),
  windowMissing: documented('panic', 'C12 came with 6.9: NULL dereference from 6.0 on'),
  kdumpCarriesWindows: documented(true, 'C7 (b1fc44eaa9ba)'),
  vfioBind: assumed(
    'refused',
    'as 6.1.176: e8ae0e140c05 (5.19) asks for a promise that C8 (6.4) first gives',
  ),
  staleTable: assumed(linux61176.staleTable.value, 'as 6.1.176'),
});

// Linux 5.1 to 5.9: a dynamic window only where a second one is free; nothing is ever given up for it.
// Sources (docs/kernel-sources.md): S9 (about 4.1, the state of enable_ddw() until 5.10), S7 for what did not change since; generation G0.

import type { KernelBuild } from './kernel-build.ts';
import { asBuild, assumed, documented } from './builds.ts';
import { linux510 } from './linux-5.10.ts';

export const linux54: KernelBuild = asBuild(linux510, {
  id: '5.4',
  title: 'Linux 5.4: a second window or none',
  story:
    'A dynamic window is opened only beside the default one: an SR-IOV VF, which has a single window, stays on 4K pages for ever.',
  generation: 'G0',
  releases: ['5.0', '5.1', '5.2', '5.3', '5.4', '5.5', '5.6', '5.7', '5.8', '5.9'],
  messages: documented({ ...linux510.messages.value, fitNoun: 'partiton' }, 'S9'),
  maskHook: assumed('every-mask', 'mails of 2020 on enable_ddw() name iommu_bypass_supported_pSeriesLP'),
  queryForm: documented('short', 'S9: five words, before the extensions of LoPAR 2.8'),
  allowDefaultRemoval: documented(false, 'S9: "no free dynamic windows"'),
  memoryEnd: documented('hotplug-max', 'S9: memory_hotplug_max()'),
  memoryEndCountsPmem: documented(false, 'S9 knows no ibm,pmemory'),
  maxPhysmemBits: assumed(51, 'nothing here asks for it'),
});

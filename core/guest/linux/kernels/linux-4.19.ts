// Linux 4.1 to 4.20: the oldest state that was read. The window is asked for by dma_set_mask() alone, and its answer is a line of its own.
// Sources (docs/kernel-sources.md): S9; generation G0.

import type { KernelBuild } from './kernel-build.ts';
import { asBuild, documented } from './builds.ts';
import { linux54 } from './linux-5.4.ts';

export const linux419: KernelBuild = asBuild(linux54, {
  id: '4.19',
  title: 'Linux 4.19: 64-bit DMA as a special case',
  story:
    'The streaming mask alone asks for a window and the driver is moved to direct operations, "Using 64-bit direct DMA at offset"; without a free second window it stays on 4K pages.',
  releases: ['4.14', '4.15', '4.16', '4.17', '4.18', '4.19', '4.20'],
  maskHook: documented('set-mask', 'S9 dma_set_mask_pSeriesLP'),
});

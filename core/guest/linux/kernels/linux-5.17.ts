// Linux 5.16 to 5.19: indirect mapping as merged, before the fixes of 6.0 and without the stable series' back-ports.
// Sources (docs/kernel-sources.md): S4, C5, C6; what C7, C9, C15 repaired later is still there. Generation G2a.

import type { KernelBuild } from './kernel-build.ts';
import { asBuild, assumed, documented } from './builds.ts';
import { linux515 } from './linux-5.15.ts';

export const linux517: KernelBuild = asBuild(linux515, {
  id: '5.17',
  title: 'Linux 5.17: 2M pages, and a window at 0 that is always in use',
  story:
    'I/O pages of 2M are known, but a default window at bus address 0 counts its own reserved entry as a mapping, so it is "in use" for ever and a single-window PE stays on it.',
  releases: ['5.16', '5.17', '5.18', '5.19'],
  messages: documented(
    { ...linux515.messages.value, queryShowsAnswer: true },
    'the longer query line came after October 2021',
  ),
  inUseCheck: documented('buggy', 'C7 (d80f6de9d601) came with 6.0'),
  pageShifts: documented([12, 16, 24, 25, 26, 27, 28, 34, 21], 'S4, C5'),
  pagePreference: documented(
    'largest-shift',
    'S4, C5: 2M is out of order, so the largest shift is looked for',
  ),
  stuffLimit: documented(null, 'C9 came with 6.4'),
  mmioReserve: documented('bytes', 'C15 came with 6.14'),
  reserveIndex: documented('int', 'C15 came with 6.14'),
  sgOffset: documented('in-kernel-page', 'C9 (096339ab84f3) came with 6.4'),
  mapSgFailure: assumed(-5, 'as 5.15'),
});

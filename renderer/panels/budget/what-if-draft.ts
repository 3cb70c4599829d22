// The what-if form as typed, and the question that it asks. An empty field is as the machine has it.

import type { WhatIf } from '../../../core/index.ts';

export interface WhatIfDraft {
  readonly vfs: number | null;
  readonly memoryGib: number | null;
  readonly maximumGib: number | null;
  readonly largestPageShift: number | null;
  readonly blockTces: number | null;
}

export const AS_NOW: WhatIfDraft = {
  vfs: null,
  memoryGib: null,
  maximumGib: null,
  largestPageShift: null,
  blockTces: null,
};

const GIB = 2 ** 30;
const whole = (value: number | null): value is number =>
  value !== null && Number.isFinite(value) && value > 0;

/** `vfs`: how many there are now. */
export function questionOf(draft: WhatIfDraft, vfs: number): WhatIf {
  return {
    vfs: draft.vfs !== null && draft.vfs >= 0 ? Math.floor(draft.vfs) : vfs,
    ...(whole(draft.memoryGib) ? { memoryBytes: Math.round(draft.memoryGib * GIB) } : {}),
    ...(whole(draft.maximumGib) ? { maxMemoryBytes: Math.round(draft.maximumGib * GIB) } : {}),
    ...(whole(draft.largestPageShift) ? { largestPageShift: draft.largestPageShift } : {}),
    ...(whole(draft.blockTces) ? { blockTces: Math.floor(draft.blockTces) } : {}),
  };
}

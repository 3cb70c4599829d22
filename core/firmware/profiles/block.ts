// How many TCEs a slot is given: by its class and by the memory of the managed system (IBM 9040-MR9 system manual; HDDW).

import type { Ungraded } from '../../base/graded.ts';
import type { SlotClass } from './profile.ts';

/** TCEs of the largest block of a PE. `installedBytes`: memory of the managed system; undefined: as much as there can be. */
export function blockTcesOf(
  values: Ungraded<SlotClass['values']>,
  installedBytes: number | undefined,
): number {
  const { blockTces, blockByMemory = [], enlarged } = values;
  if (installedBytes === undefined) return blockTces;
  const normal = blockByMemory.find(({ below }) => installedBytes < below)?.tces ?? blockTces;
  if (enlarged === undefined) return normal;
  const pages = Math.max(installedBytes, enlarged.leastBytes) / 2 ** enlarged.pageShift;
  // A window holds a power of two of TCEs: with less than that one could not map all memory.
  return Math.max(normal, 2 ** Math.ceil(Math.log2(pages)));
}

// `crashkernel=SIZE`: the part of memory that a kernel keeps back for the one that is started when it crashes.

import { CRASH_AREA_START, crashMemoryEnd } from './kexec.ts';

export interface MemoryRange {
  readonly start: number;
  /** First byte after it. */
  readonly end: number;
}

/** The boot argument: digits and a unit. */
export const CRASHKERNEL = /^crashkernel=\d{1,6}[KMG]$/;

/** The memory set aside; undefined when none is asked for. */
export function crashArea(bootArgs: readonly string[], ramBytes: number): MemoryRange | undefined {
  const start = Math.min(ramBytes / 2, CRASH_AREA_START);
  const end = crashMemoryEnd(bootArgs, ramBytes);
  return end > start ? { start, end } : undefined;
}

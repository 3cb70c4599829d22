// `crashkernel=SIZE`: the part of memory that a kernel keeps back for the one that is started when it crashes
// (arch/powerpc/kexec: recordings of kdump have it at 512 MiB).

export interface MemoryRange {
  readonly start: number;
  /** First byte after it. */
  readonly end: number;
}

const FIRST_START = 2 ** 29;

/** `crashkernel=768M`: digits and a unit. */
export const CRASHKERNEL = /^crashkernel=(\d{1,6})([KMG])$/;

/** Where the area lies: from 512 MiB, or from half of a smaller RAM. Undefined: none is asked for, or it does not fit. */
export function crashArea(bootArgs: readonly string[], ramBytes: number): MemoryRange | undefined {
  const match = bootArgs.map((argument) => CRASHKERNEL.exec(argument)).find((found) => found !== null);
  if (match === undefined || match === null) return undefined;
  const [, digits = '0', unit = 'M'] = match;
  const bytes = Number(digits) * 2 ** (10 * ('KMG'.indexOf(unit) + 1));
  const start = Math.min(FIRST_START, ramBytes / 2);
  return bytes > 0 && start + bytes <= ramBytes ? { start, end: start + bytes } : undefined;
}

// Helpers to write a build: a graded value, and "as that build, but".

import type { Grade, Graded, KernelBuild } from './kernel-build.ts';

export const graded =
  (grade: Grade) =>
  <T>(value: T, source: string): Graded<T> => ({ value, grade, source });

export const verified = graded('verified');
export const documented = graded('documented');
export const observed = graded('observed');
export const assumed = graded('assumed');

/** A build as another one except where said: the exceptions are what the generation changed. */
export function asBuild(base: KernelBuild, changes: Partial<KernelBuild>): KernelBuild {
  return { ...base, ...changes };
}

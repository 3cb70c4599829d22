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

/** The facts of a recorded build for its neighbours in the same generation: nobody recorded those, so `verified` becomes `assumed`. */
export function asNeighbour(base: KernelBuild): KernelBuild {
  const facts = Object.entries(base).map(([field, fact]: [string, unknown]): [string, unknown] => [
    field,
    isVerified(fact) ? assumed(fact.value, `as ${base.id} (${fact.source})`) : fact,
  ]);
  return { ...base, ...Object.fromEntries(facts) };
}

function isVerified(fact: unknown): fact is Graded<unknown> {
  return typeof fact === 'object' && fact !== null && 'grade' in fact && fact.grade === 'verified';
}

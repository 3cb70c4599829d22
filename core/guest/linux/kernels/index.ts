// All kernel builds that a machine can boot. A new build: its file, one line here.

import type { Graded, KernelBuild } from './kernel-build.ts';
import { linux419 } from './linux-4.19.ts';
import { linux510 } from './linux-5.10.ts';
import { linux513 } from './linux-5.13.ts';
import { linux515 } from './linux-5.15.ts';
import { linux515Rc } from './linux-5.15-rc.ts';
import { linux517 } from './linux-5.17.ts';
import { linux54 } from './linux-5.4.ts';
import { linux61 } from './linux-6.1.ts';
import { linux61176 } from './linux-6.1.176.ts';
import { linux610 } from './linux-6.10.ts';
import { linux611 } from './linux-6.11.ts';
import { linux612107 } from './linux-6.12.107.ts';
import { linux615 } from './linux-6.15.ts';
import { linux66 } from './linux-6.6.ts';
import { linux7213 } from './linux-7.2.13.ts';

/** Oldest first. */
export const KERNELS: readonly KernelBuild[] = [
  linux419,
  linux54,
  linux510,
  linux513,
  linux515Rc,
  linux515,
  linux517,
  linux61,
  linux61176,
  linux66,
  linux610,
  linux611,
  linux612107,
  linux615,
  linux7213,
];

export function kernelById(id: string): KernelBuild | undefined {
  return KERNELS.find((k) => k.id === id);
}

/** A release (`6.1.0-50-powerpc64le`, `7.2.13+deb14-powerpc64le-64k`): the build it belongs to, by the longest name that fits. */
export function kernelByRelease(release: string): KernelBuild | undefined {
  const fits = (name: string): boolean =>
    release === name || release.startsWith(`${name}.`) || release.startsWith(`${name}-`);
  let best: { readonly kernel: KernelBuild; readonly length: number } | undefined;
  for (const kernel of KERNELS)
    for (const { length } of kernel.releases.filter(fits))
      if (best === undefined || length > best.length) best = { kernel, length };
  return best?.kernel;
}

/** For the UI's list of kernels (KernelAnswer of core/machine/queries.ts). */
export function kernelAnswers(): readonly {
  readonly id: string;
  readonly title: string;
  readonly story: string;
  readonly generation: string;
  readonly pageBytes: readonly number[];
  readonly facts: readonly KernelFact[];
}[] {
  return KERNELS.map((k) => ({
    id: k.id,
    title: k.title,
    story: k.story,
    generation: k.generation,
    pageBytes: k.pageBytes.value,
    facts: kernelFacts(k),
  }));
}

/** One fact of a build under its name: `inUseCheck`. */
export interface KernelFact {
  readonly name: string;
  readonly graded: Graded<unknown>;
}

/** All facts of a build, in the order of {@link KernelBuild}'s oldest file. */
export function kernelFacts(kernel: KernelBuild): readonly KernelFact[] {
  return Object.entries(kernel).flatMap(([name, graded]: [string, unknown]) =>
    isGraded(graded) ? [{ name, graded }] : [],
  );
}

function isGraded(fact: unknown): fact is Graded<unknown> {
  return typeof fact === 'object' && fact !== null && 'grade' in fact && 'source' in fact;
}

// All kernel builds that a machine can boot. A new build: its file, one line here.

import type { KernelBuild } from './kernel-build.ts';
import { linux513 } from './linux-5.13.ts';
import { linux515 } from './linux-5.15.ts';
import { linux61176 } from './linux-6.1.176.ts';
import { linux612107 } from './linux-6.12.107.ts';
import { linux7213 } from './linux-7.2.13.ts';

export const KERNELS: readonly KernelBuild[] = [linux513, linux515, linux61176, linux612107, linux7213];

export function kernelById(id: string): KernelBuild | undefined {
  return KERNELS.find((k) => k.id === id);
}

/** A recording's release (`6.1.0-50-powerpc64le`, `7.2.13+deb14-powerpc64le-64k`): the build it belongs to. */
export function kernelByRelease(release: string): KernelBuild | undefined {
  return KERNELS.find((k) =>
    k.releases.some((r) => release === r || release.startsWith(`${r}.`) || release.startsWith(`${r}-`)),
  );
}

/** For the UI's list of kernels (KernelAnswer of core/machine/queries.ts). */
export function kernelAnswers(): readonly {
  readonly id: string;
  readonly title: string;
  readonly generation: string;
  readonly pageBytes: readonly number[];
}[] {
  return KERNELS.map((k) => ({
    id: k.id,
    title: k.title,
    generation: k.generation,
    pageBytes: k.pageBytes.value,
  }));
}

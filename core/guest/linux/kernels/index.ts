// All kernel builds that a machine can boot. A new build: its file, one line here.

import type { KernelBuild } from './kernel-build.ts';

export const KERNELS: readonly KernelBuild[] = [];

export function kernelById(id: string): KernelBuild | undefined {
  return KERNELS.find((k) => k.id === id);
}

/** For the UI's list of kernels (KernelAnswer of core/machine/queries.ts). */
export function kernelAnswers(): readonly { id: string; title: string; generation: string; pageBytes: readonly number[] }[] {
  return KERNELS.map((k) => ({ id: k.id, title: k.title, generation: k.generation, pageBytes: k.pageBytes.value }));
}

// Which kernel stands beside the one at hand in "show the same under": the one that decided otherwise about a single window.

import type { KernelAnswer, MachineConfig } from '../../core/index.ts';

/** Before and after indirect mapping came (5.15). */
const PAIR = ['5.13', '5.15'];

export function otherKernel(
  config: MachineConfig | undefined,
  kernels: readonly KernelAnswer[],
): string | undefined {
  if (config === undefined) return undefined;
  return PAIR.find((id) => id !== config.kernel && kernels.some((kernel) => kernel.id === id));
}

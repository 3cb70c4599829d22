// What enable_ddw() would decide on a platform's answers, before anything is booted: the verdict of the LPAR form.

import { invariant } from '../../base/invariant.ts';
import type { DmaMode, PlanStep } from '../../trace/events.ts';
import type { KernelBuild } from './kernels/kernel-build.ts';

/** What the platform would say and what the guest would know. Sizes in bytes. */
export interface DdwPrediction {
  readonly kernel: KernelBuild;
  readonly bootArgs: readonly string[];
  readonly dmaMaskBits: number;
  /** `ibm,ddw-applicable` is there. */
  readonly ddwApplicable: boolean;
  /** `ibm,ddw-extensions` has a reset token (index 1) / offers limited addressing (index 3 = 1). */
  readonly canReset: boolean;
  readonly limitedOffered: boolean;
  /** Answer of ibm,query-pe-dma-windows with the default window in place. */
  readonly windowsAvailable: number;
  /** Largest block once the default window is removed too (asked again after a removal). */
  readonly blockTces: number;
  readonly blockTcesAfterRemoval: number;
  readonly pageSizeMask: number;
  /** Whether the firmware would refuse a create above the block (PowerVM) or below a minimum. */
  readonly blockEnforced: boolean;
  readonly minTces: number;
  readonly memoryBytes: number;
  readonly maxMemoryBytes: number;
  /** The tree has ibm,dynamic-reconfiguration-memory or ibm,lrdr-capacity. */
  readonly hasDynamicMemory: boolean;
  readonly hasPmem: boolean;
}

export interface DdwVerdict {
  readonly mode: DmaMode;
  /** One sentence with the numbers that decided. */
  readonly summary: string;
  readonly steps: readonly PlanStep[];
  /** The kernel function in which it was decided. */
  readonly kernelFunction: string;
}

export function predictDdw(_ask: DdwPrediction): DdwVerdict {
  invariant(false, 'predictDdw is not built yet');
  throw new Error('predictDdw');
}

// The decisions of enable_ddw() (platforms/pseries/iommu.c) as pure functions: facts in, what to do and why out.
// ddw.ts carries them out and undoes them; predict.ts plays them against a platform's answers before anything is booted.

import { orderBase2 } from '../../base/bits.ts';
import type { DdwQueryAnswer } from '../../abi/papr/ddw.ts';
import type { PlanStep } from '../../trace/events.ts';
import type { KernelBuild } from './kernels/kernel-build.ts';
import type { MemoryEnd } from './memory-facts.ts';

/** What the kernel knows when it decides. */
export interface DdwFacts {
  readonly kernel: KernelBuild;
  readonly maskBits: number;
  /** ddw_memory_hotplug_max(). */
  readonly memoryEnd: MemoryEnd;
  readonly pmem: boolean;
}

/** A line that the kernel prints at the decision. */
export interface PlanLog {
  readonly level: 'info' | 'debug' | 'warn';
  readonly text: string;
}

/** 4,194,304 */
export const count = (n: number | bigint): string => n.toString().replace(/\B(?=(\d{3})+$)/g, ',');

function step(where: string, text: string, compared?: PlanStep['compared']): PlanStep {
  return compared === undefined ? { where, text } : { where, text, compared };
}

/** Which masks make the kernel try at all. */
export function wantsDdw(kernel: KernelBuild, maskBits: number): boolean {
  return kernel.ddwMask.value === '64-bit' ? maskBits >= 64 : maskBits > 32;
}

export function planMask(kernel: KernelBuild, maskBits: number): PlanStep {
  const wants = wantsDdw(kernel, maskBits);
  const least = kernel.ddwMask.value === '64-bit' ? 64 : 33;
  return step(
    'iommu_bypass_supported_pSeriesLP',
    wants
      ? `The driver asks for a ${maskBits}-bit DMA mask, so a dynamic window is worth trying.`
      : `The driver asks for a ${maskBits}-bit DMA mask; this kernel opens a window from ${least} bits on. The default window stays in use.`,
    { left: `${maskBits} bits`, op: '>=', right: `${least} bits`, holds: wants },
  );
}

/** "A window that this PE already has" and whether this kernel takes it for a 1:1 map. */
export function planExisting(
  facts: DdwFacts,
  window: { readonly windowShift: number; readonly direct: boolean },
): { readonly direct: boolean; readonly step: PlanStep } {
  const ramShift = orderBase2(facts.memoryEnd.bytes);
  const rule = facts.kernel.existingIsDirect.value;
  const direct =
    rule === 'always' || (rule === 'covers-ram' ? window.windowShift >= ramShift : window.direct);
  const how = direct ? 'as a 1:1 map' : 'through its table';
  if (rule !== 'covers-ram') {
    return {
      direct,
      step: step(
        'find_existing_ddw',
        `The PE has a dynamic window already: it is used ${how}, no firmware call.`,
      ),
    };
  }
  return {
    direct,
    step: step(
      'enable_ddw',
      `The PE has a dynamic window already. This kernel judges it by its size: it is used ${how}.`,
      {
        left: `window 2^${window.windowShift}`,
        op: '>=',
        right: `maximum memory 2^${ramShift}`,
        holds: direct,
      },
    ),
  };
}

export const STEP_FAILED_BEFORE: PlanStep = step(
  'enable_ddw',
  'This PE is on the list of failed attempts: the kernel does not try again, the default window stays in use.',
);

export const STEP_NOT_APPLICABLE: PlanStep = step(
  'enable_ddw',
  'The node has no ibm,ddw-applicable: the platform offers no dynamic windows here.',
);

export function planQuery(answer: DdwQueryAnswer, again: boolean): PlanStep {
  const windows = answer.windowsAvailable === 1 ? '1 window' : `${answer.windowsAvailable} windows`;
  return step(
    'query_ddw',
    `${again ? 'Asked again, the' : 'The'} firmware offers ${windows}, a largest block of ${count(answer.largestBlockTces)} TCEs, page mask 0x${(answer.pageSizeMask >>> 0).toString(16)}.`,
    { left: `${windows} available`, op: '>', right: '0', holds: answer.windowsAvailable > 0 },
  );
}

export type RemovalDecision =
  | { readonly go: 'remove-default'; readonly steps: readonly PlanStep[] }
  | { readonly go: 'give-up'; readonly steps: readonly PlanStep[]; readonly log: readonly PlanLog[] };

/** No window is free: may the default one go to make room? Asked in the kernel's order. */
export function planRemoval(
  kernel: KernelBuild,
  state: { readonly defaultInUse: boolean; readonly hasDefaultProperty: boolean; readonly canReset: boolean },
): RemovalDecision {
  const where = 'enable_ddw';
  const give = (text: string, log: readonly PlanLog[] = []): RemovalDecision => ({
    go: 'give-up',
    steps: [step(where, text)],
    log,
  });
  if (!kernel.allowDefaultRemoval.value) {
    return give('This kernel never gives the default window up: no dynamic window.', [
      { level: 'debug', text: 'no free dynamic windows' },
    ]);
  }
  if (kernel.inUseCheck.value !== 'none' && state.defaultInUse) {
    return give(
      'Mappings live in the default window, so it cannot be replaced. The PE stays on it for good.',
      [{ level: 'warn', text: "current IOMMU table in use, can't be replaced." }],
    );
  }
  if (!state.hasDefaultProperty)
    return give('There is no ibm,dma-window to give up: no room for a dynamic window.');
  if (!state.canReset)
    return give(
      'Without ibm,reset-pe-dma-windows (ibm,ddw-extensions) the default window could not be restored: it stays.',
    );
  const unchecked =
    kernel.inUseCheck.value === 'none' ? ' (this kernel does not look whether it is in use)' : '';
  return {
    go: 'remove-default',
    steps: [step(where, `The default window is removed to make room for a dynamic one${unchecked}.`)],
  };
}

// The decisions of enable_ddw() (platforms/pseries/iommu.c) as pure functions: facts in, what to do and why out.
// ddw.ts carries them out and undoes them; predict.ts plays them against a platform's answers before anything is booted.

import { ilog2, orderBase2, pageSizeName } from '../../base/bits.ts';
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

/** How the window will be filled and what becomes of it. */
export interface WindowPlan {
  readonly pageShift: number;
  readonly windowShift: number;
  readonly direct: boolean;
  readonly dynamic: boolean;
  /** Start of the dynamic part in bytes: 0, or the end of the 1:1 part of a hybrid window. */
  readonly dynamicOffset: number;
}

export type WindowDecision =
  | {
      readonly go: 'create';
      readonly window: WindowPlan;
      readonly steps: readonly PlanStep[];
      readonly log: readonly PlanLog[];
    }
  | { readonly go: 'give-up'; readonly steps: readonly PlanStep[]; readonly log: readonly PlanLog[] };

/** A line that the kernel prints at the decision. */
export interface PlanLog {
  readonly level: 'info' | 'debug' | 'warn';
  readonly text: string;
}

/** 4,194,304 */
export const count = (n: number | bigint): string => n.toString().replace(/\B(?=(\d{3})+$)/g, ',');
const bytesName = (shift: number): string => pageSizeName(shift);

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

/** iommu_get_page_shift(): 0 when no offered size is known to this kernel. */
export function pageShiftOf(kernel: KernelBuild, mask: number): number {
  const shifts = kernel.pageShifts.value;
  const offered = shifts.filter((_, bit) => (mask & (1 << bit)) !== 0);
  if (offered.length === 0) return 0;
  return kernel.pagePreference.value === 'highest-bit' ? (offered.at(-1) ?? 0) : Math.max(...offered);
}

/** 2^n as a 64-bit value, as the shift instruction does it: 0 for exponents outside 0..63. */
function pow2(exponent: number): bigint {
  return exponent < 0 || exponent > 63 ? 0n : 1n << BigInt(exponent);
}

/** order_base_2() of a 64-bit value. */
function orderOf(value: bigint): number {
  let n = 0;
  while (pow2(n) < value) n++;
  return n;
}

/** Everything after the query: page size, window length from the maximum memory, direct or dynamic or nothing. */
export function planWindow(facts: DdwFacts, answer: DdwQueryAnswer, defaultRemoved: boolean): WindowDecision {
  const { kernel } = facts;
  const steps: PlanStep[] = [];
  const log: PlanLog[] = [];
  const pageShift = pageShiftOf(kernel, answer.pageSizeMask);
  const mask = (answer.pageSizeMask >>> 0).toString(16);
  if (pageShift === 0) {
    steps.push(
      step(
        'iommu_get_page_shift',
        `None of the page sizes in mask 0x${mask} is known to this kernel: no dynamic window.`,
      ),
    );
    log.push({ level: 'debug', text: `no supported ${kernel.messages.value.pageSizeNoun} in mask ${mask}` });
    return { go: 'give-up', steps, log };
  }
  steps.push(
    step(
      'iommu_get_page_shift',
      `Of the offered page sizes (mask 0x${mask}) the largest is taken: ${bytesName(pageShift)}.`,
    ),
  );
  return planLength(facts, answer, defaultRemoved, pageShift, steps, log);
}

function planLength(
  facts: DdwFacts,
  answer: DdwQueryAnswer,
  defaultRemoved: boolean,
  pageShift: number,
  steps: PlanStep[],
  log: PlanLog[],
): WindowDecision {
  const { kernel } = facts;
  const ramShift = orderBase2(facts.memoryEnd.bytes);
  const block = BigInt(answer.largestBlockTces);
  steps.push(
    step(
      'ddw_memory_hotplug_max',
      `The window must reach the end of all memory that may ever be added: ${count(facts.memoryEnd.bytes)} bytes (${facts.memoryEnd.from}), as a power of two 2^${ramShift}.`,
    ),
  );
  // The newer test takes the block's order, which rounds up, and never more than the device can address.
  const blockBytes = BigInt.asUintN(64, block << BigInt(pageShift));
  const spanShift = Math.min(orderOf(blockBytes), facts.maskBits);
  const fits = (len: number): boolean =>
    kernel.fitTest.value === 'tces' ? block >= pow2(len - pageShift) : spanShift >= len;
  const maxShift = kernel.maxPhysmemBits.value;
  let len = ramShift;
  if (facts.pmem) {
    const all = fits(maxShift);
    steps.push(
      step(
        'enable_ddw',
        all
          ? 'The block covers persistent memory too, wherever it lies.'
          : 'The block is too small for persistent memory: it is left out.',
        {
          left: `${count(block)} TCEs of ${bytesName(pageShift)}`,
          op: '>=',
          right: `2^${maxShift}`,
          holds: all,
        },
      ),
    );
    if (all) len = maxShift;
    else log.push({ level: 'info', text: 'Skipping ibm,pmemory' });
  }
  return fits(len)
    ? planFits(facts, defaultRemoved, { pageShift, len, ramShift, spanShift, block }, steps, log)
    : planTooSmall(facts, { pageShift, len, spanShift, block, blockBytes }, steps, log);
}

interface Sizes {
  readonly pageShift: number;
  readonly len: number;
  readonly ramShift: number;
  readonly spanShift: number;
  readonly block: bigint;
}

function compareBlock(
  kernel: KernelBuild,
  sizes: Pick<Sizes, 'pageShift' | 'len' | 'spanShift' | 'block'>,
  holds: boolean,
): NonNullable<PlanStep['compared']> {
  if (kernel.fitTest.value === 'order') {
    return {
      left: `block of ${count(sizes.block)} TCEs, rounded up to 2^${sizes.spanShift} bytes`,
      op: '>=',
      right: `2^${sizes.len} bytes`,
      holds,
    };
  }
  return {
    left: `${count(sizes.block)} TCEs available`,
    op: '>=',
    right: `${count(pow2(sizes.len - sizes.pageShift))} TCEs needed`,
    holds,
  };
}

function planTooSmall(
  facts: DdwFacts,
  sizes: Pick<Sizes, 'pageShift' | 'len' | 'spanShift' | 'block'> & { readonly blockBytes: bigint },
  steps: PlanStep[],
  log: PlanLog[],
): WindowDecision {
  const { kernel } = facts;
  const { pageShift, len, block } = sizes;
  log.push({
    level: 'debug',
    text: `can't map partition max 0x${pow2(len).toString(16)} with ${block} ${pow2(pageShift)}-sized pages`,
  });
  const compared = compareBlock(kernel, sizes, false);
  const page = bytesName(pageShift);
  if (!kernel.indirect.value) {
    steps.push(
      step(
        'enable_ddw',
        `Memory of 2^${len} bytes does not fit 1:1 into ${count(block)} TCEs of ${page}. This kernel knows no other way: the 4K default window stays.`,
        compared,
      ),
    );
    return { go: 'give-up', steps, log };
  }
  const windowShift = kernel.fitTest.value === 'order' ? sizes.spanShift : orderOf(sizes.blockBytes);
  steps.push(
    step(
      'enable_ddw',
      `Memory of 2^${len} bytes does not fit 1:1 into ${count(block)} TCEs of ${page}: indirect mapping in a window of 2^${windowShift} bytes.`,
      compared,
    ),
  );
  if (pow2(windowShift) !== sizes.blockBytes && sizes.blockBytes >> 0n < pow2(windowShift)) {
    steps.push(
      step(
        'enable_ddw',
        `The block is no power of two: the window asked for is larger than what the firmware has.`,
      ),
    );
  }
  return {
    go: 'create',
    window: { pageShift, windowShift, direct: false, dynamic: true, dynamicOffset: 0 },
    steps,
    log,
  };
}

function planFits(
  facts: DdwFacts,
  defaultRemoved: boolean,
  sizes: Sizes,
  steps: PlanStep[],
  log: PlanLog[],
): WindowDecision {
  const { kernel, pmem } = facts;
  const { pageShift, len, ramShift, spanShift } = sizes;
  const direct = !kernel.indirect.value || !defaultRemoved || len === kernel.maxPhysmemBits.value || !pmem;
  const page = bytesName(pageShift);
  if (direct) {
    steps.push(
      step(
        'enable_ddw',
        `All of it fits into one window with ${page} pages: direct mapping (bus address = window start + real address).`,
        compareBlock(kernel, sizes, true),
      ),
    );
    return {
      go: 'create',
      window: { pageShift, windowShift: len, direct: true, dynamic: false, dynamicOffset: 0 },
      steps,
      log,
    };
  }
  const hybridMin = BigInt(kernel.hybridMinBytes.value);
  if (hybridMin === 0n) {
    steps.push(
      step(
        'enable_ddw',
        'RAM fits, but persistent memory has no other window left: everything is mapped dynamically.',
      ),
    );
    return {
      go: 'create',
      window: { pageShift, windowShift: len, direct: false, dynamic: true, dynamicOffset: 0 },
      steps,
      log,
    };
  }
  const split = pow2(spanShift) >= hybridMin + pow2(ramShift);
  steps.push(
    step(
      'enable_ddw',
      split
        ? 'The window is split: RAM 1:1 at its bottom, the rest for persistent memory on demand.'
        : 'The window cannot be split between RAM and persistent memory: everything is mapped dynamically.',
      {
        left: `window 2^${spanShift}`,
        op: '>=',
        right: `RAM 2^${ramShift} + ${bytesName(ilog2(kernel.hybridMinBytes.value))}`,
        holds: split,
      },
    ),
  );
  const dynamicOffset = split ? 2 ** ramShift : 0;
  return {
    go: 'create',
    window: { pageShift, windowShift: spanShift, direct: split, dynamic: true, dynamicOffset },
    steps,
    log,
  };
}

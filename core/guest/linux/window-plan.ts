// The middle of enable_ddw(): page size, length from the maximum memory, direct, dynamic or split (iommu_get_page_shift to create_ddw). Pure.

import type { DdwQueryAnswer } from '../../abi/papr/ddw.ts';
import { ilog2, orderBase2, pageSizeName } from '../../base/bits.ts';
import type { PlanStep } from '../../trace/events.ts';
import { count, type DdwFacts, type PlanLog } from './ddw-plan.ts';
import type { KernelBuild } from './kernels/kernel-build.ts';

/** How the window will be filled and what becomes of it. */
export interface WindowPlan {
  readonly pageShift: number;
  readonly windowShift: number;
  readonly direct: boolean;
  readonly dynamic: boolean;
  /** Start of the dynamic part in bytes: 0, or the end of the 1:1 part of a hybrid window. */
  readonly dynamicOffset: number;
}

export interface WindowDecision {
  /** Undefined: no window, the default one stays. */
  readonly window: WindowPlan | undefined;
  readonly steps: readonly PlanStep[];
  readonly log: readonly PlanLog[];
}

/** iommu_get_page_shift(): 0 when no offered size is known to this kernel. */
export function pageShiftOf(kernel: KernelBuild, mask: number): number {
  const offered = kernel.pageShifts.value.filter((_, bit) => (mask & (1 << bit)) !== 0);
  if (offered.length === 0) return 0;
  return kernel.pagePreference.value === 'highest-bit' ? (offered.at(-1) ?? 0) : Math.max(...offered);
}

/** Everything after the query: page size, window length from the maximum memory, direct or dynamic or nothing. */
export function planWindow(facts: DdwFacts, answer: DdwQueryAnswer, defaultRemoved: boolean): WindowDecision {
  const draft = new Draft(facts, answer, defaultRemoved);
  const window = draft.decide();
  return { window, steps: draft.steps, log: draft.log };
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

class Draft {
  readonly steps: PlanStep[] = [];
  readonly log: PlanLog[] = [];
  private readonly kernel: KernelBuild;
  private readonly facts: DdwFacts;
  private readonly mask: string;
  private readonly defaultRemoved: boolean;
  private readonly pageShift: number;
  private readonly page: string;
  private readonly block: bigint;
  private readonly blockBytes: bigint;
  /** order_base_2() of the maximum memory, and of the block as far as the device's mask reaches. */
  private readonly ramShift: number;
  private readonly spanShift: number;

  constructor(facts: DdwFacts, answer: DdwQueryAnswer, defaultRemoved: boolean) {
    this.kernel = facts.kernel;
    this.facts = facts;
    this.mask = (answer.pageSizeMask >>> 0).toString(16);
    this.defaultRemoved = defaultRemoved;
    this.pageShift = pageShiftOf(facts.kernel, answer.pageSizeMask);
    this.page = pageSizeName(this.pageShift);
    this.block = BigInt(answer.largestBlockTces);
    this.blockBytes = BigInt.asUintN(64, this.block << BigInt(this.pageShift));
    this.ramShift = orderBase2(facts.memoryEnd.bytes);
    this.spanShift = Math.min(orderOf(this.blockBytes), facts.maskBits);
  }

  decide(): WindowPlan | undefined {
    const where = 'iommu_get_page_shift';
    if (this.pageShift === 0) {
      this.say(
        where,
        `None of the page sizes in mask 0x${this.mask} is known to this kernel: no dynamic window.`,
      );
      this.print('debug', `no supported ${this.kernel.messages.value.pageSizeNoun} in mask ${this.mask}`);
      return undefined;
    }
    this.say(where, `Of the offered page sizes (mask 0x${this.mask}) the largest is taken: ${this.page}.`);
    const { bytes, from } = this.facts.memoryEnd;
    this.say(
      'ddw_memory_hotplug_max',
      `The window must reach the end of all memory that may ever be added: ${count(bytes)} bytes (${from}), as a power of two 2^${this.ramShift}.`,
    );
    const len = this.facts.pmem ? this.lengthWithPmem() : this.ramShift;
    return this.fits(len) ? this.mapAll(len) : this.mapSome(len);
  }

  private say(where: string, text: string, compared?: PlanStep['compared']): void {
    this.steps.push(compared === undefined ? { where, text } : { where, text, compared });
  }

  private print(level: PlanLog['level'], text: string): void {
    this.log.push({ level, text });
  }

  private window(windowShift: number, how: 'direct' | 'dynamic' | 'split'): WindowPlan {
    const dynamicOffset = how === 'split' ? 2 ** this.ramShift : 0;
    return {
      pageShift: this.pageShift,
      windowShift,
      direct: how !== 'dynamic',
      dynamic: how !== 'direct',
      dynamicOffset,
    };
  }

  /** The newer test compares orders: a block that is no power of two counts as the next one up. */
  private fits(len: number): boolean {
    if (this.kernel.fitTest.value === 'order') return this.spanShift >= len;
    return this.block >= this.bytesFor(len) >> BigInt(this.pageShift);
  }

  /** What a window of this length is for: the oldest test counts the bytes themselves, not the power of two above them. */
  private bytesFor(len: number): bigint {
    const exact = this.kernel.fitTest.value === 'bytes' && len === this.ramShift;
    return exact ? BigInt(this.facts.memoryEnd.bytes) : pow2(len);
  }

  private compare(len: number, holds: boolean): NonNullable<PlanStep['compared']> {
    if (this.kernel.fitTest.value === 'order') {
      const left = `block of ${count(this.block)} TCEs, rounded up to 2^${this.spanShift} bytes`;
      return { left, op: '>=', right: `2^${len} bytes`, holds };
    }
    const right = `${count(this.bytesFor(len) >> BigInt(this.pageShift))} TCEs needed`;
    return { left: `${count(this.block)} TCEs available`, op: '>=', right, holds };
  }

  /** `ibm,pmemory` may lie anywhere: all that the kernel can address, or it is left out. */
  private lengthWithPmem(): number {
    if (this.kernel.pmem.value === 'unknown') return this.ramShift;
    const maxShift = this.kernel.maxPhysmemBits.value;
    const all = this.fits(maxShift);
    const text = all
      ? 'The block covers persistent memory too, wherever it lies.'
      : 'The block is too small for persistent memory: it is left out.';
    const left = `${count(this.block)} TCEs of ${this.page}`;
    this.say('enable_ddw', text, { left, op: '>=', right: `2^${maxShift}`, holds: all });
    if (all) return maxShift;
    this.print('info', 'Skipping ibm,pmemory');
    return this.ramShift;
  }

  private mapSome(len: number): WindowPlan | undefined {
    const block = `${count(this.block)} TCEs of ${this.page}`;
    const sizes = `0x${this.bytesFor(len).toString(16)} with ${this.block} ${pow2(this.pageShift)}-sized pages`;
    this.print('debug', `can't map ${this.kernel.messages.value.fitNoun} max ${sizes}`);
    const compared = this.compare(len, false);
    const problem = `Memory of 2^${len} bytes does not fit 1:1 into ${block}`;
    if (!this.kernel.indirect.value) {
      this.say(
        'enable_ddw',
        `${problem}. This kernel knows no other way: the 4K default window stays.`,
        compared,
      );
      return undefined;
    }
    const shift = this.kernel.fitTest.value === 'order' ? this.spanShift : orderOf(this.blockBytes);
    this.say('enable_ddw', `${problem}: indirect mapping in a window of 2^${shift} bytes.`, compared);
    if (this.blockBytes < pow2(shift)) {
      this.say(
        'enable_ddw',
        'The block is no power of two: the window asked for is larger than what the firmware has.',
      );
    }
    return this.window(shift, 'dynamic');
  }

  private mapAll(len: number): WindowPlan {
    const { kernel, facts } = this;
    const direct =
      !kernel.indirect.value || !this.defaultRemoved || len === kernel.maxPhysmemBits.value || !facts.pmem;
    if (direct) {
      const formula = 'direct mapping (bus address = window start + real address)';
      this.say(
        'enable_ddw',
        `All of it fits into one window with ${this.page} pages: ${formula}.`,
        this.compare(len, true),
      );
      return this.window(len, 'direct');
    }
    if (kernel.hybridMinBytes.value > 0) return this.splitOrNot();
    this.say(
      'enable_ddw',
      'RAM fits, but persistent memory has no other window left: everything is mapped dynamically.',
    );
    return this.window(len, 'dynamic');
  }

  /** One window for RAM and persistent memory: 1:1 at the bottom when enough is left above. */
  private splitOrNot(): WindowPlan {
    const least = this.kernel.hybridMinBytes.value;
    const span = this.kernel.fitTest.value === 'order' ? pow2(this.spanShift) : this.blockBytes;
    const split = span >= BigInt(least) + pow2(this.ramShift);
    const text = split
      ? 'The window is split: RAM 1:1 at its bottom, the rest for persistent memory on demand.'
      : 'The window cannot be split between RAM and persistent memory: everything is mapped dynamically.';
    const right = `RAM 2^${this.ramShift} + ${pageSizeName(ilog2(least))}`;
    this.say('enable_ddw', text, { left: `window 2^${this.spanShift}`, op: '>=', right, holds: split });
    return this.window(this.spanShift, split ? 'split' : 'dynamic');
  }
}

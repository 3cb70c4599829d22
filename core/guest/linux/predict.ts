// What enable_ddw() would decide on a platform's answers, before anything is booted: the verdict of the LPAR form.

import type { DdwQueryAnswer } from '../../abi/papr/ddw.ts';
import { orderBase2, pageSizeName } from '../../base/bits.ts';
import type { DmaMode, PlanStep } from '../../trace/events.ts';
import {
  STEP_NOT_APPLICABLE,
  count,
  planMask,
  planQuery,
  planRemoval,
  wantsDdw,
  type DdwFacts,
} from './ddw-plan.ts';
import type { KernelBuild } from './kernels/kernel-build.ts';
import { anywhere, type MemoryEnd } from './memory-facts.ts';
import { planWindow, type WindowPlan } from './window-plan.ts';

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
  /** The default window starts at bus address 0: 5.15 then takes its reserved entry 0 for a mapping. */
  readonly defaultWindowAtZero?: boolean;
}

export interface DdwVerdict {
  readonly mode: DmaMode;
  /** One sentence with the numbers that decided. */
  readonly summary: string;
  readonly steps: readonly PlanStep[];
  /** The kernel function in which it was decided. */
  readonly kernelFunction: string;
  /** The window that would be made; undefined: the default one stays. */
  readonly window: { readonly pageShift: number; readonly windowShift: number } | undefined;
}

/** Plays the kernel's own decisions against the platform's answers. */
export function predictDdw(ask: DdwPrediction): DdwVerdict {
  const play = new Prediction(ask);
  const mode = play.run();
  return {
    mode,
    summary: play.summary,
    steps: play.steps,
    kernelFunction: play.steps.at(-1)?.where ?? 'enable_ddw',
    window: play.made,
  };
}

class Prediction {
  readonly steps: PlanStep[] = [];
  summary = '';
  made: DdwVerdict['window'];
  private readonly ask: DdwPrediction;

  constructor(ask: DdwPrediction) {
    this.ask = ask;
  }

  run(): DmaMode {
    const { ask } = this;
    if (ask.bootArgs.includes('disable_ddw')) {
      const text = 'disable_ddw on the kernel command line: no dynamic window is ever asked for.';
      this.steps.push({ where: 'iommu_init_early_pSeries', text });
      return this.stay(text);
    }
    const mask = planMask(ask.kernel, ask.dmaMaskBits);
    this.steps.push(mask);
    if (!wantsDdw(ask.kernel, ask.dmaMaskBits)) return this.stay(mask.text);
    if (!ask.ddwApplicable) return this.give(STEP_NOT_APPLICABLE);
    return this.query();
  }

  private query(): DmaMode {
    const { ask } = this;
    const answer = (again: boolean): DdwQueryAnswer => ({
      windowsAvailable: again ? 1 : ask.windowsAvailable,
      largestBlockTces: again ? ask.blockTcesAfterRemoval : ask.blockTces,
      pageSizeMask: ask.pageSizeMask,
      migrationMask: 0,
    });
    const first = answer(false);
    this.steps.push(planQuery(first, false));
    if (ask.kernel.limitedMode.value && ask.dmaMaskBits < 64 && !(ask.limitedOffered && ask.canReset)) {
      const text = `A ${ask.dmaMaskBits}-bit device needs limited addressing, which the platform does not offer.`;
      return this.give({ where: 'limited_dma_window', text });
    }
    if (first.windowsAvailable > 0) return this.window(first, false);
    const decision = planRemoval(ask.kernel, {
      defaultInUse: ask.kernel.inUseCheck.value === 'buggy' && (ask.defaultWindowAtZero ?? false),
      hasDefaultProperty: true,
      canReset: ask.canReset,
    });
    this.steps.push(...decision.steps);
    if (decision.go === 'give-up') return this.stay(decision.steps.at(-1)?.text ?? '');
    const second = answer(true);
    this.steps.push(planQuery(second, true));
    return this.window(second, true);
  }

  private window(answer: DdwQueryAnswer, defaultRemoved: boolean): DmaMode {
    const { ask } = this;
    const facts: DdwFacts = {
      kernel: ask.kernel,
      maskBits: ask.dmaMaskBits,
      memoryEnd: memoryEndOf(ask),
      pmem: ask.hasPmem,
    };
    const { window, steps } = planWindow(facts, answer, defaultRemoved);
    this.steps.push(...steps);
    if (window === undefined) return this.stay(steps.at(-1)?.text ?? '');
    const refusal = refusalOf(ask, answer, window);
    if (refusal !== undefined) return this.give({ where: 'create_ddw', text: refusal });
    const { direct, dynamic, pageShift, windowShift } = window;
    this.made = { pageShift, windowShift };
    const mode = direct ? (dynamic ? 'hybrid' : 'direct') : 'indirect';
    this.summary = summaryOf(mode, window, facts, answer);
    return mode;
  }

  private give(step: PlanStep): DmaMode {
    this.steps.push(step);
    return this.stay(step.text);
  }

  private stay(why: string): DmaMode {
    this.summary = `Default window: ${why}`;
    return 'default';
  }
}

function memoryEndOf(ask: DdwPrediction): MemoryEnd {
  if (ask.hasPmem && ask.kernel.memoryEndCountsPmem.value) return anywhere(ask.kernel);
  if (ask.hasDynamicMemory) return { bytes: ask.maxMemoryBytes, from: 'the maximum memory of the partition' };
  if (ask.kernel.memoryEnd.value === 'dynamic-memory-only')
    return { bytes: 0, from: 'no maximum memory in the device tree' };
  return { bytes: ask.memoryBytes, from: 'the end of RAM' };
}

/** What the firmware would say to the create. */
function refusalOf(ask: DdwPrediction, answer: DdwQueryAnswer, window: WindowPlan): string | undefined {
  const size = pageSizeName(window.pageShift);
  if (window.windowShift < window.pageShift)
    return `A window of 2^${window.windowShift} bytes is smaller than one ${size} page: the firmware refuses it.`;
  const entries = 2 ** (window.windowShift - window.pageShift);
  if (ask.blockEnforced && entries > answer.largestBlockTces) {
    return `The window would need ${count(entries)} TCEs of ${size}, the block has ${count(answer.largestBlockTces)}: the firmware refuses it.`;
  }
  if (entries < ask.minTces)
    return `The window would have ${count(entries)} TCEs of ${size}, the firmware wants at least ${count(ask.minTces)}.`;
  return undefined;
}

function summaryOf(mode: DmaMode, window: WindowPlan, facts: DdwFacts, answer: DdwQueryAnswer): string {
  const page = pageSizeName(window.pageShift);
  const need = count(2 ** Math.max(orderBase2(facts.memoryEnd.bytes) - window.pageShift, 0));
  const have = count(answer.largestBlockTces);
  const memory = sizeName(facts.memoryEnd.bytes);
  if (mode === 'direct')
    return `Direct mapping: ${memory} of maximum memory need ${need} TCEs of ${page}, the block has ${have}.`;
  if (mode === 'hybrid')
    return `Hybrid window: RAM is mapped 1:1 with ${page} pages, persistent memory on demand above it.`;
  if (facts.pmem && !facts.kernel.memoryEndCountsPmem.value)
    return `Indirect mapping: with persistent memory and one window all of it is mapped on demand, in ${page} pages.`;
  return `Indirect mapping: ${memory} of maximum memory need ${need} TCEs of ${page}, the block has ${have}.`;
}

/** "512 GiB", "1280 MiB". */
function sizeName(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let at = 0;
  let n = bytes;
  while (at + 1 < units.length && n >= 1024 && n % 1024 === 0) {
    n /= 1024;
    at++;
  }
  return `${n} ${units[at] ?? ''}`;
}

// enable_ddw(): carries out what ddw-plan.ts decides, call by call, and undoes it on failure as the kernel does
// (platforms/pseries/iommu.c; the order of the steps is that of the recordings).

import type { DdwQueryAnswer } from '../../abi/papr/ddw.ts';
import { orderBase2 } from '../../base/bits.ts';
import {
  STEP_FAILED_BEFORE,
  STEP_NOT_APPLICABLE,
  planExisting,
  planMask,
  planQuery,
  planRemoval,
  type DdwFacts,
  type PlanLog,
} from './ddw-plan.ts';
import {
  canReset,
  ddwTokens,
  limitedDmaWindow,
  queryDdw,
  resetDmaWindow,
  type DdwTokens,
} from './ddw-rtas.ts';
import { makeWindow, type Attempt } from './ddw-window.ts';
import type { GuestDevice, KernelState } from './kernel-state.ts';
import type { LiveNode } from './live-tree.ts';
import { pmemPresent, windowMemoryEnd } from './memory-facts.ts';
import { emptyGroup } from './table-group.ts';
import { planWindow } from './window-plan.ts';
import { DEFAULT_WINDOW, readWindowProperty } from './window-property.ts';
import { cleanWindow, removeWindowByLiobn } from './window-range.ts';

const MUTEX_POLL_NS = 10_000;

/** Returns true when the device may bypass its table: everything is mapped 1:1. */
export function* enableDdw(
  k: KernelState,
  dev: GuestDevice,
  node: LiveNode,
  maskBits: number,
): Generator<number, boolean, void> {
  while (k.windowMutex) yield MUTEX_POLL_NS;
  k.windowMutex = true;
  k.trace.open({ kind: 'guest-call', name: 'enable_ddw', fn: dev.fn, detail: node.path });
  const memoryEnd = windowMemoryEnd(k.build, k.tree, k.ports.memory.ramBytes);
  const facts: DdwFacts = { kernel: k.build, maskBits, memoryEnd, pmem: pmemPresent(k.tree) };
  const group = node.pdn?.tableGroup ?? emptyGroup(-1);
  const run: Attempt = {
    dev,
    node,
    group,
    facts,
    steps: [planMask(k.build, maskBits)],
    mode: 'default',
    direct: false,
    windowShift: 0,
    limitedRequired: false,
    limitedEnabled: false,
    defaultRemoved: false,
  };
  if (!useExisting(k, run)) yield* attempt(k, run);
  k.windowMutex = false;
  // Dead inside: nothing of what follows happens any more.
  if (k.oops === undefined) finish(k, run);
  k.trace.close();
  return run.direct && !(k.build.zeroAddressFails.value && dev.dmaOffset === 0n);
}

/** find_existing_ddw() and the failed list: true when nothing is left to try. */
function useExisting(k: KernelState, run: Attempt): boolean {
  const window = k.windows.find((w) => w.node === run.node);
  if (window !== undefined) {
    const { direct, step } = planExisting(run.facts, window);
    run.steps.push(step);
    run.dev.dmaOffset = window.base;
    run.windowShift = window.windowShift;
    run.direct = direct;
    run.mode = direct ? (window.mode === 'hybrid' ? 'hybrid' : 'direct') : 'indirect';
    return true;
  }
  if (!k.failed.has(run.node)) return false;
  run.steps.push(STEP_FAILED_BEFORE);
  return true;
}

function* attempt(k: KernelState, run: Attempt): Generator<number, void, void> {
  const tokens = ddwTokens(run.node);
  if (tokens === undefined) run.steps.push(STEP_NOT_APPLICABLE);
  if (tokens !== undefined && (yield* tryWindow(k, run, tokens))) return;
  if (k.oops !== undefined) return;
  if (run.defaultRemoved || run.limitedEnabled) {
    run.steps.push({
      where: 'reset_dma_window',
      text: 'Undo: ibm,reset-pe-dma-windows brings the default window back.',
    });
    resetDmaWindow(k, run.dev, run.node);
  }
  run.steps.push({
    where: 'enable_ddw',
    text: 'The PE goes on the list of failed attempts: no second try until reboot.',
  });
  k.failed.add(run.node);
  run.mode = 'default';
  if (!k.build.failureKeepsDirect.value) run.direct = false;
}

function* tryWindow(k: KernelState, run: Attempt, tokens: DdwTokens): Generator<number, boolean, void> {
  const first = queryDdw(k, run.dev, run.node, tokens.query);
  if (first.status !== 0) return false;
  run.steps.push(planQuery(first.answer, false));
  if (k.build.limitedMode.value && run.facts.maskBits < 64 && !enterLimitedMode(k, run)) return false;
  let answer: DdwQueryAnswer | undefined = first.answer;
  if (answer.windowsAvailable === 0) answer = yield* replaceDefault(k, run, tokens);
  if (answer === undefined) return false;
  const { window, steps, log } = planWindow(run.facts, answer, run.defaultRemoved);
  run.steps.push(...steps);
  say(k, run.dev, log);
  if (window === undefined) return false;
  run.direct = window.direct;
  run.windowShift = window.windowShift;
  return yield* makeWindow(k, run, tokens, window);
}

function say(k: KernelState, dev: GuestDevice, log: readonly PlanLog[]): void {
  for (const { level, text } of log) k.printk.dev(level, dev, text);
}

/** A mask below 64 bits: the PHB is put into limited addressing first. The first query's answer stays in use. */
function enterLimitedMode(k: KernelState, run: Attempt): boolean {
  run.limitedRequired = true;
  const rc = limitedDmaWindow(k, run.dev, run.node);
  run.limitedEnabled = rc === 0;
  run.steps.push({
    where: 'limited_dma_window',
    text:
      rc === 0
        ? `A ${run.facts.maskBits}-bit device: the PHB is put into limited addressing mode, its window will start above 4 GiB.`
        : `A ${run.facts.maskBits}-bit device needs limited addressing, which the platform does not offer (${rc}).`,
  });
  return rc === 0;
}

/** No window is free: take the default one down and ask again. Undefined: that way is closed. */
function* replaceDefault(
  k: KernelState,
  run: Attempt,
  tokens: DdwTokens,
): Generator<number, DdwQueryAnswer | undefined, void> {
  const value = run.node.dt.properties.get(DEFAULT_WINDOW);
  const check = k.build.inUseCheck.value;
  const table = run.group.tables[0];
  const decision = planRemoval(k.build, {
    defaultInUse: check !== 'none' && table !== undefined && table.inUse(check),
    hasDefaultProperty: value !== undefined,
    canReset: canReset(run.node),
  });
  run.steps.push(...decision.steps);
  if (decision.go === 'give-up') {
    say(k, run.dev, decision.log);
    return undefined;
  }
  // The 20-byte property is read as the 24-byte structure of a dynamic window: the clear of "its" range covers nothing.
  const misread = readWindowProperty(value ?? new Uint8Array(0));
  yield* cleanWindow(k, run.node, misread);
  removeWindowByLiobn(k, run.node, tokens.remove, misread.liobn);
  run.defaultRemoved = true;
  const again = queryDdw(k, run.dev, run.node, tokens.query);
  if (again.status !== 0) return undefined;
  run.steps.push(planQuery(again.answer, true));
  if (again.answer.windowsAvailable > 0) return again.answer;
  k.printk.dev('debug', run.dev, 'no free dynamic windows');
  return undefined;
}

/** The tail of every run, early exits included: bus_dma_limit, the lsa line, the plan as an event. */
function finish(k: KernelState, run: Attempt): void {
  const { dev } = run;
  if (run.direct && setsLimit(k, run)) {
    dev.busDmaLimit = dev.dmaOffset + (1n << BigInt(orderBase2(run.facts.memoryEnd.bytes)));
  }
  if (k.build.messages.value.lsaLine) {
    const bit = (b: boolean): string => (b ? '1' : '0');
    const lsa = `lsa_required: ${bit(run.limitedRequired)}, lsa_enabled: ${bit(run.limitedEnabled)}`;
    k.printk.dev('info', dev, `${lsa}, direct mapping: ${bit(run.direct)}`);
  }
  dev.plan = { mode: run.mode, steps: run.steps };
  k.trace.emit({ kind: 'ddw-plan', fn: dev.fn, mode: run.mode, steps: run.steps });
}

/** Does a 1:1 map leave a limit in the device: what lies above max RAM is not in the window. */
function setsLimit(k: KernelState, { facts, windowShift }: Attempt): boolean {
  switch (k.build.busDmaLimit.value) {
    case 'never':
      return false;
    case 'every-direct':
      return true;
    case 'pmem-ram-sized':
      return facts.pmem && windowShift === orderBase2(facts.memoryEnd.bytes);
    case 'pmem-not-all':
      return facts.pmem && windowShift !== k.build.maxPhysmemBits.value;
  }
}

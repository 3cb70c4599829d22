// enable_ddw(): carries out what ddw-plan.ts decides, call by call, and undoes it on failure as the kernel does
// (digest 2.2 to 2.16; the order of the steps is that of the recordings).

import { u64 } from '../../base/u64.ts';
import type { U64 } from '../../base/u64.ts';
import { orderBase2 } from '../../base/bits.ts';
import type { DdwQueryAnswer } from '../../abi/papr/ddw.ts';
import type { DmaMode, PlanStep } from '../../trace/events.ts';
import {
  cleanWindow,
  fillRange,
  readWindowProperty,
  removeWindowByLiobn,
  windowPropertyBytes,
  type WindowProperty,
} from './window-range.ts';
import {
  canReset,
  createDdw,
  ddwTokens,
  limitedDmaWindow,
  queryDdw,
  resetDmaWindow,
  type DdwTokens,
} from './ddw-rtas.ts';
import {
  STEP_FAILED_BEFORE,
  STEP_NOT_APPLICABLE,
  planExisting,
  planMask,
  planQuery,
  planRemoval,
  planWindow,
  type DdwFacts,
  type PlanLog,
  type WindowPlan,
} from './ddw-plan.ts';
import { freeTable, initTable } from './table-setup.ts';
import { ddwMemoryHotplugMax, pmemPresent } from './memory-facts.ts';
import type { LiveNode } from './live-tree.ts';
import type { DmaWindow, GuestDevice, KernelState } from './kernel-state.ts';
import type { TableGroup } from './table-group.ts';

export const DEFAULT_WINDOW = 'ibm,dma-window';
export const SAVED_WINDOW = 'ibm,dma-window-saved';
export const DIRECT_WINDOW = 'linux,direct64-ddr-window-info';
export const DYNAMIC_WINDOW = 'linux,dma64-ddr-window-info';

const MUTEX_POLL_NS = 10_000;

/** One run of enable_ddw(): what it has done so far, so that a failure can undo it. */
interface Attempt {
  readonly dev: GuestDevice;
  readonly node: LiveNode;
  readonly group: TableGroup;
  readonly facts: DdwFacts;
  readonly steps: PlanStep[];
  mode: DmaMode;
  /** direct_mapping: what the function will return. */
  direct: boolean;
  /** Window length for the bus_dma_limit rule. */
  windowShift: number;
  limitedRequired: boolean;
  limitedEnabled: boolean;
  defaultRemoved: boolean;
}

type Outcome = 'done' | 'failed';

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
  const memoryEnd = ddwMemoryHotplugMax(k.tree, k.ports.memory.ramBytes, k.build.memoryEnd.value);
  const facts: DdwFacts = { kernel: k.build, maskBits, memoryEnd, pmem: pmemPresent(k.tree) };
  const group = node.pdn?.tableGroup ?? { id: -1, tables: [], queried: false };
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
  finish(k, run);
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
  const outcome = tokens === undefined ? 'failed' : yield* tryWindow(k, run, tokens);
  if (outcome === 'done') return;
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

function* tryWindow(k: KernelState, run: Attempt, tokens: DdwTokens): Generator<number, Outcome, void> {
  const first = queryDdw(k, run.dev, run.node, tokens.query);
  if (first.status !== 0) return 'failed';
  run.steps.push(planQuery(first.answer, false));
  if (k.build.limitedMode.value && run.facts.maskBits < 64 && !enterLimitedMode(k, run)) return 'failed';
  let answer: DdwQueryAnswer | undefined = first.answer;
  if (answer.windowsAvailable === 0) answer = yield* replaceDefault(k, run, tokens);
  if (answer === undefined) return 'failed';
  const decision = planWindow(run.facts, answer, run.defaultRemoved);
  run.steps.push(...decision.steps);
  say(k, run.dev, decision.log);
  if (decision.go === 'give-up') return 'failed';
  run.direct = decision.window.direct;
  run.windowShift = decision.window.windowShift;
  return yield* makeWindow(k, run, tokens, decision.window);
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

function* makeWindow(
  k: KernelState,
  run: Attempt,
  tokens: DdwTokens,
  plan: WindowPlan,
): Generator<number, Outcome, void> {
  const made = yield* createDdw(k, run.dev, tokens.create, plan.pageShift, plan.windowShift);
  if (made.status !== 0) {
    run.steps.push({
      where: 'create_ddw',
      text: `The firmware refused the window of 2^${plan.windowShift} bytes (status ${made.status}).`,
    });
    return 'failed';
  }
  k.printk.dev(
    'debug',
    run.dev,
    `created tce table LIOBN 0x${(made.liobn >>> 0).toString(16)} for ${run.dev.path}`,
  );
  const win: WindowProperty = {
    liobn: made.liobn,
    base: made.base,
    tceShift: plan.pageShift,
    windowShift: plan.windowShift,
  };
  const property = plan.direct ? DIRECT_WINDOW : DYNAMIC_WINDOW;
  if (k.build.propertyBeforeMapping.value) k.tree.setProperty(run.node, property, windowPropertyBytes(win));
  if (!(yield* mapWindow(k, run, plan, win))) {
    undoWindow(k, run, tokens, property, win);
    return 'failed';
  }
  if (!k.build.propertyBeforeMapping.value) k.tree.setProperty(run.node, property, windowPropertyBytes(win));
  keepWindow(k, run, plan, win);
  return 'done';
}

/** Fills the 1:1 part and builds the dynamic table, whichever the plan has. */
function* mapWindow(
  k: KernelState,
  run: Attempt,
  plan: WindowPlan,
  win: WindowProperty,
): Generator<number, boolean, void> {
  if (plan.direct) {
    const rc = yield* fillRange(k, win, 0, fillBytes(k, run.facts));
    if (rc !== 0) {
      k.printk.dev(
        'info',
        run.dev,
        `failed to map ${k.build.messages.value.mapNoun} for ${run.dev.path}: ${rc}`,
      );
      run.steps.push({
        where: 'enable_ddw',
        text: `Filling the window failed with ${rc}: it is cleared and removed again.`,
      });
      if (k.build.undoRemovesWindow.value) yield* cleanWindow(k, run.node, win);
      return false;
    }
    if (run.defaultRemoved && k.build.replacesFirstTable.value) dropFirstTable(k, run);
  }
  if (plan.dynamic) yield* addDynamicTable(k, run, plan, win);
  return true;
}

/** walk_system_ram_range(): RAM lies in one piece from address 0. */
function fillBytes(k: KernelState, facts: DdwFacts): number {
  const ram = k.ports.memory.ramBytes;
  return k.build.fillEnd.value === 'end-of-ram' ? ram : Math.min(ram, facts.memoryEnd.bytes);
}

function* addDynamicTable(
  k: KernelState,
  run: Attempt,
  plan: WindowPlan,
  win: WindowProperty,
): Generator<number, void, void> {
  const { dev, group } = run;
  const base: U64 = u64(win.base + BigInt(plan.dynamicOffset));
  const mmio = dev.pdn.phb.mmio32;
  const unit = k.build.mmioReserve.value === 'pages' ? 2 ** win.tceShift : 1;
  const reserve = mmio && { from: Math.floor(mmio.start / unit), to: Math.floor(mmio.end / unit) };
  const table = yield* initTable(k, {
    liobn: win.liobn,
    busno: dev.pdn.busno,
    pageShift: win.tceShift,
    base,
    sizeBytes: 2 ** plan.windowShift - plan.dynamicOffset,
    ...(reserve && { reserve }),
  });
  group.tables[run.defaultRemoved && k.build.replacesFirstTable.value ? 0 : 1] = table;
  dev.table = table;
}

/** G3, 1:1 map in place of the default window: no table is left. (A dynamic one overwrites the slot; the old one leaks.) */
function dropFirstTable(k: KernelState, run: Attempt): void {
  const first = run.group.tables[0];
  if (first !== undefined) freeTable(k, first, 'after-direct');
  run.group.tables[0] = undefined;
  run.dev.table = undefined;
}

/** out_del_list .. out_remove_win: in the kernel's order. */
function undoWindow(
  k: KernelState,
  run: Attempt,
  tokens: DdwTokens,
  property: string,
  win: WindowProperty,
): void {
  if (!k.build.undoRemovesWindow.value) return;
  k.tree.removeProperty(run.node, property);
  removeWindowByLiobn(k, run.node, tokens.remove, win.liobn);
}

function keepWindow(k: KernelState, run: Attempt, plan: WindowPlan, win: WindowProperty): void {
  run.mode = plan.direct ? (plan.dynamic ? 'hybrid' : 'direct') : 'indirect';
  if (run.defaultRemoved) forgetDefault(k, run, plan);
  const window: DmaWindow = {
    node: run.node,
    liobn: win.liobn,
    base: win.base,
    pageShift: win.tceShift,
    windowShift: win.windowShift,
    direct: plan.direct,
    mode: run.mode,
  };
  k.windows.unshift(window);
  run.dev.dmaOffset = win.base;
}

function forgetDefault(k: KernelState, run: Attempt, plan: WindowPlan): void {
  const { group, node, dev } = run;
  const first = group.tables[0];
  const rule = k.build.removedDefaultTable.value;
  if (rule === 'emptied-if-indirect' && plan.dynamic && first !== undefined) first.stale = 'after-indirect';
  if (rule === 'freed' && !k.build.replacesFirstTable.value && first !== undefined) {
    freeTable(k, first, plan.direct ? 'after-direct' : 'after-indirect');
    group.tables[0] = undefined;
  }
  if (!k.build.removesProperty.value) return;
  const value = node.dt.properties.get(DEFAULT_WINDOW);
  if (k.build.saveProperty.value && value !== undefined && !node.dt.properties.has(SAVED_WINDOW))
    k.tree.setProperty(node, SAVED_WINDOW, value);
  k.tree.removeProperty(node, DEFAULT_WINDOW);
  k.printk.dev('info', dev, `Removed default DMA window for ${node.path}`);
}

/** The tail of every run, early exits included: bus_dma_limit, the lsa line, the plan as an event. */
function finish(k: KernelState, run: Attempt): void {
  const { dev, facts } = run;
  const ramShift = orderBase2(facts.memoryEnd.bytes);
  const limit = dev.dmaOffset + (1n << BigInt(ramShift));
  const rule = k.build.busDmaLimit.value;
  const withPmem =
    facts.pmem &&
    (rule === 'pmem-ram-sized'
      ? run.windowShift === ramShift
      : run.windowShift !== k.build.maxPhysmemBits.value);
  if (run.direct && (rule === 'every-direct' || withPmem)) dev.busDmaLimit = limit;
  if (k.build.messages.value.lsaLine) {
    const bit = (b: boolean): string => (b ? '1' : '0');
    k.printk.dev(
      'info',
      dev,
      `lsa_required: ${bit(run.limitedRequired)}, lsa_enabled: ${bit(run.limitedEnabled)}, direct mapping: ${bit(run.direct)}`,
    );
  }
  dev.plan = { mode: run.mode, steps: run.steps };
  k.trace.emit({ kind: 'ddw-plan', fn: dev.fn, mode: run.mode, steps: run.steps });
}

// The second half of enable_ddw(): create the window, fill it or build its table, keep it or take it down again
// (enable_ddw() of platforms/pseries/iommu.c from create_ddw() on; the order of the steps is that of the recordings).

import { hex, u64 } from '../../base/u64.ts';
import type { DmaMode, PlanStep } from '../../trace/events.ts';
import { count, type DdwFacts } from './ddw-plan.ts';
import { createDdw, type CreateAnswer, type DdwTokens } from './ddw-rtas.ts';
import type { GuestDevice, KernelState } from './kernel-state.ts';
import type { LiveNode } from './live-tree.ts';
import type { TableGroup } from './table-group.ts';
import { freeTable, initTable } from './table-setup.ts';
import type { WindowPlan } from './window-plan.ts';
import {
  DEFAULT_WINDOW,
  DIRECT_WINDOW,
  DYNAMIC_WINDOW,
  SAVED_WINDOW,
  windowPropertyBytes,
  type WindowProperty,
} from './window-property.ts';
import { cleanWindow, fillRange, removeWindowByLiobn } from './window-range.ts';

/** One run of enable_ddw(): what it has done so far, so that a failure can undo it. */
export interface Attempt {
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

/** True: the window is there and in use. False: what was made is gone again; the caller undoes the rest. */
export function* makeWindow(
  k: KernelState,
  run: Attempt,
  tokens: DdwTokens,
  plan: WindowPlan,
): Generator<number, boolean, void> {
  const made = yield* createDdw(k, run.dev, tokens.create, plan.pageShift, plan.windowShift);
  if (made.status !== 0) {
    const text = `The firmware refused the window of 2^${plan.windowShift} bytes (status ${made.status}).`;
    run.steps.push({ where: 'create_ddw', text });
    return false;
  }
  const win = propertyOf(plan, made);
  run.steps.push({
    where: 'create_ddw',
    text: `The firmware made the window: LIOBN ${hex(made.liobn >>> 0)}, bus addresses from ${hex(made.base)}.`,
  });
  const name = plan.direct ? DIRECT_WINDOW : DYNAMIC_WINDOW;
  const early = k.build.propertyBeforeMapping.value;
  k.printk.dev(
    'debug',
    run.dev,
    `created tce table LIOBN 0x${(made.liobn >>> 0).toString(16)} for ${run.dev.path}`,
  );
  if (early) k.tree.setProperty(run.node, name, windowPropertyBytes(win));
  if (!(yield* mapWindow(k, run, plan, win))) {
    if (k.build.undoRemovesWindow.value) undoWindow(k, run, tokens, name, win);
    return false;
  }
  if (k.oops !== undefined) return false;
  if (!early) k.tree.setProperty(run.node, name, windowPropertyBytes(win));
  keepWindow(k, run, plan, win);
  return true;
}

function propertyOf(plan: WindowPlan, made: CreateAnswer): WindowProperty {
  return { liobn: made.liobn, base: made.base, tceShift: plan.pageShift, windowShift: plan.windowShift };
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
      yield* fillFailed(k, run, win, rc);
      return false;
    }
    run.steps.push({
      where: 'walk_system_ram_range',
      text: 'RAM is mapped 1:1, once and for all: no hcall for I/O.',
    });
    if (run.defaultRemoved && k.build.replacesFirstTable.value) dropFirstTable(k, run);
  }
  if (plan.dynamic) yield* addDynamicTable(k, run, plan, win);
  return true;
}

function* fillFailed(
  k: KernelState,
  run: Attempt,
  win: WindowProperty,
  rc: number,
): Generator<number, void, void> {
  k.printk.dev('info', run.dev, `failed to map ${k.build.messages.value.mapNoun} for ${run.dev.path}: ${rc}`);
  const undoes = k.build.undoRemovesWindow.value;
  const then = undoes ? 'it is cleared and removed again' : 'this kernel forgets it in the firmware';
  run.steps.push({ where: 'enable_ddw', text: `Filling the window failed with ${rc}: ${then}.` });
  if (undoes) yield* cleanWindow(k, run.node, win);
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
  const mmio = dev.pdn.phb.mmio32;
  const unit = k.build.mmioReserve.value === 'pages' ? 2 ** win.tceShift : 1;
  const reserve = mmio && { from: Math.floor(mmio.start / unit), to: Math.floor(mmio.end / unit) };
  const table = yield* initTable(k, {
    liobn: win.liobn,
    busno: dev.pdn.busno,
    pageShift: win.tceShift,
    base: u64(win.base + BigInt(plan.dynamicOffset)),
    sizeBytes: 2 ** plan.windowShift - plan.dynamicOffset,
    ...(reserve && { reserve }),
  });
  if (k.oops !== undefined) return;
  group.tables[run.defaultRemoved && k.build.replacesFirstTable.value ? 0 : 1] = table;
  dev.table = table;
  run.steps.push({
    where: 'iommu_init_table',
    text: `A table of ${count(table?.size ?? 0)} entries is made and cleared: each map and unmap is an hcall.`,
  });
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
  name: string,
  win: WindowProperty,
): void {
  k.tree.removeProperty(run.node, name);
  removeWindowByLiobn(k, run.node, tokens.remove, win.liobn);
}

function keepWindow(k: KernelState, run: Attempt, plan: WindowPlan, win: WindowProperty): void {
  run.mode = plan.direct ? (plan.dynamic ? 'hybrid' : 'direct') : 'indirect';
  if (run.defaultRemoved) forgetDefault(k, run, plan);
  k.windows.unshift({
    node: run.node,
    liobn: win.liobn,
    base: win.base,
    pageShift: win.tceShift,
    windowShift: win.windowShift,
    direct: plan.direct,
    mode: run.mode,
  });
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

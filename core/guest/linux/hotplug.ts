// What changes while the kernel runs: the memory notifier (iommu_mem_notifier) and the reconfig notifier
// (iommu_reconfig_notifier, a node leaves the tree).

import { ddwTokens } from './ddw-rtas.ts';
import {
  DIRECT_WINDOW,
  DYNAMIC_WINDOW,
  readWindowProperty,
  WINDOW_PROPERTY_BYTES,
  type WindowProperty,
} from './window-property.ts';
import { cleanWindow, clearRange, fillRange, removeWindowByLiobn } from './window-range.ts';
import { freeTable } from './table-setup.ts';
import { ddwMemoryHotplugMax } from './memory-facts.ts';
import type { LiveNode } from './live-tree.ts';
import type { DmaWindow, KernelState } from './kernel-state.ts';

const asProperty = (w: DmaWindow): WindowProperty => ({
  liobn: w.liobn,
  base: w.base,
  tceShift: w.pageShift,
  windowShift: w.windowShift,
});

/** Windows that hear of memory: all of them in older builds (a dynamic one too: a real bug), later the 1:1 ones. */
function listeners(k: KernelState, start: number): readonly DmaWindow[] {
  const rule = k.build.notifier.value;
  if (rule === 'all-windows') return k.windows;
  const end = ddwMemoryHotplugMax(k.tree, k.ports.memory.ramBytes, k.build.memoryEnd.value).bytes;
  return start >= end ? [] : k.windows.filter((w) => w.direct);
}

/** MEM_GOING_ONLINE: true when every listening window took the new range; else the memory cannot be added. */
export function* memoryGoingOnline(
  k: KernelState,
  start: number,
  bytes: number,
): Generator<number, boolean, void> {
  let failed = 0;
  for (const window of listeners(k, start)) failed |= yield* fillRange(k, asProperty(window), start, bytes);
  return failed === 0;
}

/** MEM_OFFLINE and MEM_CANCEL_ONLINE: clears the range. */
export function* memoryOffline(
  k: KernelState,
  start: number,
  bytes: number,
): Generator<number, boolean, void> {
  let failed = 0;
  for (const window of listeners(k, start)) failed |= yield* clearRange(k, asProperty(window), start, bytes);
  return failed === 0;
}

/** OF_RECONFIG_DETACH_NODE: the node's dynamic window is cleared and removed (its property stays: the chain is locked). */
export function* detachNode(k: KernelState, node: LiveNode): Generator<number, void, void> {
  const value = node.dt.properties.get(DIRECT_WINDOW) ?? node.dt.properties.get(DYNAMIC_WINDOW);
  const tokens = ddwTokens(node);
  if (value !== undefined && value.length >= WINDOW_PROPERTY_BYTES && tokens !== undefined) {
    const win = readWindowProperty(value);
    yield* cleanWindow(k, node, win);
    removeWindowByLiobn(k, node, tokens.remove, win.liobn);
  }
  const group = node.pdn?.tableGroup;
  for (const table of group?.tables ?? []) if (table !== undefined) freeTable(k, table, 'after-indirect');
  if (node.pdn !== undefined) node.pdn.tableGroup = undefined;
  const at = k.windows.findIndex((w) => w.node === node);
  if (at >= 0) k.windows.splice(at, 1);
  k.failed.delete(node);
  k.tree.detach(node);
}

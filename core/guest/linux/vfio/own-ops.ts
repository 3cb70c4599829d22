// The group operations of 6.11 and later (platforms/pseries/iommu.c, spapr_tce_*): taking a PE removes its windows, VFIO makes
// windows of its own by RTAS, releasing brings the default window back.

import { EINVAL, ENODEV, EPERM } from '../../../abi/linux/errno.ts';
import { orderBase2 } from '../../../base/bits.ts';
import { hex } from '../../../base/u64.ts';
import { createDdw, ddwTokens, queryDdw, resetDmaWindow } from '../ddw-rtas.ts';
import { findWindow, parseDefault } from '../dma-setup.ts';
import type { IommuTable } from '../iommu-table.ts';
import type { GuestDevice, KernelState } from '../kernel-state.ts';
import type { LiveNode } from '../live-tree.ts';
import type { TableGroup } from '../table-group.ts';
import { freeTable, initTable } from '../table-setup.ts';
import { DEFAULT_WINDOW, DYNAMIC_WINDOW, SAVED_WINDOW, windowPropertyBytes } from '../window-property.ts';
import { removeWindowByLiobn } from '../window-range.ts';
import { removeNamed } from './named-windows.ts';
import type { OwnedGroup, TableGroupOps } from './table-group-ops.ts';

const MUTEX_POLL_NS = 10_000;
const PAGE_SHIFT_4K = 12;

interface Wanted {
  readonly pageShift: number;
  readonly bytes: number;
  readonly levels: number;
}

export const OWN_OPS: TableGroupOps = {
  *takeOwnership(k, owned, dev) {
    yield* lock(k);
    const rc = yield* take(k, owned, dev);
    k.windowMutex = false;
    return rc;
  },

  *releaseOwnership(k, { group, node }, dev) {
    if (group.tables[0] !== undefined) return;
    yield* lock(k);
    const table = yield* restoredTable(k, node, dev, undefined);
    group.tables[0] = table;
    dev.table = table;
    dev.mode = table === undefined ? 'none' : 'default';
    k.windowMutex = false;
  },

  *createTable(k, owned, slot, window) {
    if (window.bytes <= 0 || !Number.isInteger(Math.log2(window.bytes)) || window.levels > 1) return EINVAL;
    yield* lock(k);
    const table = yield* create(k, owned, slot, window);
    k.windowMutex = false;
    return table;
  },

  *unsetWindow(k, owned, slot) {
    if (owned.group.tables[slot] === undefined) return 0;
    yield* lock(k);
    const rc = yield* unset(k, owned, slot);
    k.windowMutex = false;
    return rc;
  },
};

function* lock(k: KernelState): Generator<number, void, void> {
  while (k.windowMutex) yield MUTEX_POLL_NS;
  k.windowMutex = true;
}

/** Neither a default nor a dynamic window stays; the second function of a PE with one window finds none to take. */
function* take(
  k: KernelState,
  { group, devices }: OwnedGroup,
  dev: GuestDevice,
): Generator<number, number, void> {
  if (group.tables[0] === undefined && group.maxDynamicWindows !== 1) return 0;
  const found = findWindow(k, dev.node);
  if (found === undefined) {
    k.printk.line('warn', 'WARNING: at arch/powerpc/platforms/pseries/iommu.c:807 pci_dma_find+0x10c/0x260');
    k.printk.dev('warn', dev, 'No dma-windows exist for the node (null)');
    return EPERM;
  }
  yield* removeDynamic(k, found.node, group, dev);
  const [first] = group.tables;
  if (first !== undefined) {
    yield* removeNamed(k, found.node, DEFAULT_WINDOW, true);
    freeTable(k, first, 'after-indirect');
    group.tables[0] = undefined;
  }
  dev.table = undefined;
  for (const each of devices) each.mode = 'none';
  return 0;
}

/** remove_dynamic_dma_windows(): cleared and removed; reset alone would leave the entries to the default window. */
function* removeDynamic(
  k: KernelState,
  node: LiveNode,
  group: TableGroup,
  dev: GuestDevice,
): Generator<number, void, void> {
  const at = k.windows.findIndex((window) => window.node === node);
  const window = k.windows[at];
  if (window === undefined) return;
  dev.dmaOffset = window.base;
  const name = window.direct ? 'linux,direct64-ddr-window-info' : DYNAMIC_WINDOW;
  yield* removeNamed(k, node, name, true);
  if (!window.direct) {
    const slot = group.tables[1] !== undefined ? 1 : 0;
    const table = group.tables[slot];
    if (table !== undefined) freeTable(k, table, 'after-indirect');
    group.tables[slot] = undefined;
  }
  k.windows.splice(at, 1);
}

/** restore_default_dma_window() and a table of it, of `bytes` when less than the window is wanted. */
function* restoredTable(
  k: KernelState,
  node: LiveNode,
  dev: GuestDevice,
  bytes: number | undefined,
): Generator<number, IommuTable | undefined, void> {
  resetDmaWindow(k, dev, node);
  const saved = node.dt.properties.get(SAVED_WINDOW);
  if (saved !== undefined) k.tree.setProperty(node, DEFAULT_WINDOW, saved);
  const value = node.dt.properties.get(DEFAULT_WINDOW);
  if (value === undefined) return undefined;
  const plan = parseDefault(node, value, false);
  return yield* initTable(k, {
    ...plan,
    busno: dev.pdn.busno,
    ...(bytes !== undefined && { sizeBytes: bytes }),
  });
}

function isDefaultRequest({ tce32Size }: TableGroup, { pageShift, bytes }: Wanted): boolean {
  return bytes <= tce32Size && pageShift === PAGE_SHIFT_4K;
}

function* create(
  k: KernelState,
  { group, node, devices }: OwnedGroup,
  slot: number,
  wanted: Wanted,
): Generator<number, IommuTable | number, void> {
  const [dev] = devices;
  if (dev === undefined) return ENODEV;
  if (k.failed.has(node)) {
    k.printk.dev('info', dev, `${node.path} in failed DDW device list`);
    return ENODEV;
  }
  if (slot === 0) {
    const existing = k.windows.some((window) => window.node === node);
    if (!isDefaultRequest(group, wanted)) {
      if (existing) return refuse(k, dev, `${node.path}: 64-bit window already present.`);
    } else if (!node.dt.properties.has(DEFAULT_WINDOW)) {
      if (existing)
        return refuse(
          k,
          dev,
          `${node.path}: Attempt to create window#0 when 64-bit window is present. Preventing the attempt as that would destroy the 64-bit window`,
        );
      const table = yield* restoredTable(k, node, dev, wanted.bytes);
      group.tables[0] = table;
      return table ?? ENODEV;
    }
  }
  return yield* createDynamic(k, { group, node, dev }, slot, wanted);
}

function refuse(k: KernelState, dev: GuestDevice, text: string): number {
  k.printk.dev('warn', dev, text);
  return EPERM;
}

interface Place {
  readonly group: TableGroup;
  readonly node: LiveNode;
  readonly dev: GuestDevice;
}

/** A window of the user's own: too small a block may be tried again with less, a refused create never again. */
function* createDynamic(
  k: KernelState,
  { group, node, dev }: Place,
  slot: number,
  { pageShift, bytes }: Wanted,
): Generator<number, IommuTable | number, void> {
  const windowShift = orderBase2(bytes);
  const tokens = ddwTokens(node);
  if (tokens === undefined) {
    k.printk.dev('info', dev, 'ibm,ddw-applicable not found');
    k.failed.add(node);
    return EINVAL;
  }
  k.printk.line('err', `spapr_tce_create_table: Calling query ${node.path}`);
  const { status, answer } = queryDdw(k, dev, node, tokens.query);
  if (status !== 0) {
    k.failed.add(node);
    return status;
  }
  if (answer.largestBlockTces < 2 ** (windowShift - pageShift)) {
    k.printk.dev(
      'debug',
      dev,
      `can't map window ${hex(bytes)} with ${answer.largestBlockTces} ${2 ** pageShift}-sized pages`,
    );
    return EINVAL;
  }
  const made = yield* createDdw(k, dev, tokens.create, pageShift, windowShift);
  if (made.status !== 0) {
    k.printk.line('err', `spapr_tce_create_table: Create ddw failed ${node.path}`);
    k.failed.add(node);
    return ENODEV;
  }
  const { liobn, base } = made;
  k.tree.setProperty(
    node,
    DYNAMIC_WINDOW,
    windowPropertyBytes({ liobn, base, tceShift: pageShift, windowShift }),
  );
  const table = yield* initTable(k, {
    liobn,
    busno: dev.pdn.busno,
    pageShift,
    base,
    sizeBytes: bytes,
    ...mmioReserve(k, dev, pageShift),
  });
  if (table === undefined) return removeAgain(k, node, tokens.remove, liobn);
  group.tables[slot] = table;
  dev.table = table;
  dev.dmaOffset = base;
  k.windows.unshift({ node, liobn, base, pageShift, windowShift, direct: false, mode: 'indirect' });
  return table;
}

function mmioReserve(
  k: KernelState,
  { pdn: { phb } }: GuestDevice,
  pageShift: number,
): { readonly reserve?: { readonly from: number; readonly to: number } } {
  if (phb.mmio32 === undefined) return {};
  const unit = k.build.mmioReserve.value === 'pages' ? 2 ** pageShift : 1;
  return { reserve: { from: Math.floor(phb.mmio32.start / unit), to: Math.floor(phb.mmio32.end / unit) } };
}

function removeAgain(k: KernelState, node: LiveNode, removeToken: number, liobn: number): number {
  k.tree.removeProperty(node, DYNAMIC_WINDOW);
  removeWindowByLiobn(k, node, removeToken, liobn);
  k.failed.add(node);
  return ENODEV;
}

/** spapr_tce_unset_window(): by the property's name, which is guessed from the table's size; nothing is cleared. */
function* unset(
  k: KernelState,
  { group, devices }: OwnedGroup,
  slot: number,
): Generator<number, number, void> {
  const [dev] = devices;
  const table = group.tables[slot];
  if (dev === undefined || table === undefined) return 0;
  const bytes = table.size * table.pageBytes;
  const isDefault = slot === 0 && isDefaultRequest(group, { pageShift: table.pageShift, bytes, levels: 1 });
  const name = isDefault ? DEFAULT_WINDOW : DYNAMIC_WINDOW;
  const found = findWindow(k, dev.node);
  const removed = found === undefined ? false : yield* removeNamed(k, found.node, name, false);
  if (found === undefined || !removed) {
    k.printk.line(
      'err',
      `spapr_tce_unset_window: The existing DDW removal failed for node ${found?.node.path ?? '(null)'}`,
    );
    k.failed.add(found?.node ?? dev.node);
    return ENODEV;
  }
  if (name === DYNAMIC_WINDOW) {
    const at = k.windows.findIndex((window) => window.node === found.node);
    if (at >= 0) k.windows.splice(at, 1);
  }
  freeTable(k, table, 'after-indirect');
  group.tables[slot] = undefined;
  return 0;
}

// pci_dma_bus_setup_pSeriesLP and pci_dma_dev_setup_pSeriesLP: the table of a PE's default window (or of a window that an
// earlier kernel left), IOMMU groups, the query at scan time. VIO buses have tables of their own (platforms/pseries/vio.c).

import { u64 } from '../../base/u64.ts';
import { orderBase2 } from '../../base/bits.ts';
import { ddwTokens, queryDdw } from './ddw-rtas.ts';
import { hashedPointer } from './printk.ts';
import { cell, cellOf, readNumber, type LiveNode } from './live-tree.ts';
import { initTable, newGroup } from './table-setup.ts';
import {
  DEFAULT_WINDOW,
  DIRECT_WINDOW,
  DYNAMIC_WINDOW,
  readWindowProperty,
  WINDOW_PROPERTY_BYTES,
} from './window-property.ts';
import type { IommuTable } from './iommu-table.ts';
import type { GuestDevice, KernelState } from './kernel-state.ts';
import { die } from './oops.ts';
import { NO_DDW_WINDOWS, type TableGroup } from './table-group.ts';
import type { TablePlan } from './table-setup.ts';

const DEFAULT_PAGE_SHIFT = 12;

/** The window that pci_dma_find() reports, and the node that has it. */
interface FoundWindow {
  readonly node: LiveNode;
  readonly plan: Omit<TablePlan, 'busno'> | undefined;
}

/** of_parse_dma_window(): LIOBN (1 cell), then bus offset and size in as many cells as the node says (2 and 2). */
export function parseDefault(node: LiveNode, value: Uint8Array, roundUp: boolean): Omit<TablePlan, 'busno'> {
  const addressCells = cell(node, 'ibm,#dma-address-cells', 0) ?? 2;
  const sizeCells = cell(node, 'ibm,#dma-size-cells', 0) ?? 2;
  const sizeBytes = readNumber(value, 1 + addressCells, sizeCells);
  let base = 0n;
  for (let i = 0; i < addressCells; i++) base = (base << 32n) | BigInt(cellOf(value, 1 + i));
  return {
    liobn: cellOf(value, 0) | 0,
    pageShift: DEFAULT_PAGE_SHIFT,
    base: u64(base),
    // The newer record keeps only the order of the size.
    sizeBytes: roundUp ? 2 ** orderBase2(sizeBytes) : sizeBytes,
  };
}

/** A dynamic window's property on the node: it wins over the default one. */
function dynamicPlan(node: LiveNode): Omit<TablePlan, 'busno'> | undefined {
  const value = node.dt.properties.get(DIRECT_WINDOW) ?? node.dt.properties.get(DYNAMIC_WINDOW);
  if (value === undefined) return undefined;
  const win = readWindowProperty(value);
  return { liobn: win.liobn, pageShift: win.tceShift, base: win.base, sizeBytes: 2 ** win.windowShift };
}

/** pci_dma_find() and what came before it: climbs from `from` to the node that has the window. */
export function findWindow(k: KernelState, from: LiveNode): FoundWindow | undefined {
  const byProperties = k.build.windowSearch.value === 'properties';
  for (let node: LiveNode | undefined = from; node?.pdn !== undefined; node = node.parent) {
    if (!byProperties && node.pdn.tableGroup !== undefined) return { node, plan: undefined };
    const dynamic = byProperties ? dynamicPlan(node) : undefined;
    const value = node.dt.properties.get(DEFAULT_WINDOW);
    const plan = dynamic ?? (value === undefined ? undefined : parseDefault(node, value, byProperties));
    if (plan !== undefined) return { node, plan };
  }
  return undefined;
}

/** pci_dma_bus_setup_pSeriesLP(). */
export function* setupBus(k: KernelState, bus: LiveNode): Generator<number, void, void> {
  k.trace.open({ kind: 'guest-call', name: 'pci_dma_bus_setup_pSeriesLP', detail: bus.path });
  k.printk.line('debug', `pci_dma_bus_setup_pSeriesLP: setting up bus ${bus.path}`);
  const found = findWindow(k, bus);
  if (found === undefined) noWindow(k, bus, '  no ibm,dma-window property !');
  else {
    const group = found.node.pdn?.tableGroup;
    k.printk.line(
      'debug',
      `  parent is ${found.node.path}, iommu_table: 0x${group === undefined ? '0000000000000000' : hashedPointer(group.id)}`,
    );
    yield* makeGroup(k, found);
  }
  k.trace.close();
}

/** Firmware keeps the PE frozen and shows no window of any kind. */
function noWindow(k: KernelState, bus: LiveNode, text: string): void {
  if (k.build.windowMissing.value === 'skipped') return k.printk.line('debug', text);
  const bug = 'BUG: Kernel NULL pointer dereference on read at 0x00000000';
  die(k, bug, `pci_dma_bus_setup_pSeriesLP: ${bus.path} has no DMA window, and the kernel looks into it`);
}

/** The PE's group with its first table, unless it is there. Returns true when it was made now. */
function* makeGroup(k: KernelState, found: FoundWindow): Generator<number, boolean, void> {
  const pdn = found.node.pdn;
  if (pdn === undefined || pdn.tableGroup !== undefined || found.plan === undefined) return false;
  const group = newGroup(k);
  pdn.tableGroup = group;
  // From 6.11 on spapr_tce_init_table_group() notes the default window instead, and not in a kdump kernel.
  if (!k.build.queryAtScan.value) noteDefaultWindow(group, found.plan.base, found.plan.sizeBytes);
  group.tables[0] = yield* initTable(k, { ...found.plan, busno: pdn.busno });
  k.printk.line('debug', `  created table: ${hashedPointer(group.id)}`);
  return true;
}

/** pci_dma_dev_setup_pSeriesLP(). */
export function* setupDevice(k: KernelState, dev: GuestDevice): Generator<number, void, void> {
  k.trace.open({ kind: 'guest-call', name: 'pci_dma_dev_setup_pSeriesLP', fn: dev.fn, detail: dev.path });
  yield* setupDeviceInner(k, dev);
  k.trace.close();
}

function* setupDeviceInner(k: KernelState, dev: GuestDevice): Generator<number, void, void> {
  k.printk.line('debug', `pci_dma_dev_setup_pSeriesLP: ${dev.fn}`);
  k.printk.line('debug', `  node is ${dev.path}`);
  const found = findWindow(k, dev.node);
  if (found === undefined) {
    k.printk.line(
      'warn',
      `pci_dma_dev_setup_pSeriesLP: no DMA window found for pci dev=${dev.fn} dn=${dev.path}`,
    );
    return;
  }
  k.printk.line('debug', `  parent is ${found.node.path}`);
  const made = yield* makeGroup(k, found);
  const group = found.node.pdn?.tableGroup;
  if (group === undefined) return;
  if (!made) k.printk.line('debug', `  found DMA window, table: ${hashedPointer(group.id)}`);
  if (k.build.queryAtScan.value && !k.crashKernel && !group.queried) queryAtScan(k, dev, found);
  dev.table = group.tables[0];
  if (dev.table !== undefined) dev.mode = 'default';
  k.printk.dev('info', dev, `Adding to iommu group ${group.id}`);
}

/** tce32_start and tce32_size are 32-bit fields: what lies or reaches above 4 GiB does not fit. */
function noteDefaultWindow(group: TableGroup, base: bigint, sizeBytes: number): void {
  group.tce32Start = Number(base & 0xffff_ffffn);
  group.tce32Size = sizeBytes % 2 ** 32;
}

/** spapr_tce_init_table_group(): one query per PE, for what VFIO may offer; none in a kdump kernel. */
function queryAtScan(k: KernelState, dev: GuestDevice, { node, plan }: FoundWindow): void {
  const group = node.pdn?.tableGroup;
  if (group === undefined) return;
  group.queried = true;
  if (plan !== undefined) noteDefaultWindow(group, plan.base, plan.sizeBytes);
  if (!node.dt.properties.has(DEFAULT_WINDOW)) k.printk.dev('err', dev, 'default dma window missing!');
  group.maxDynamicWindows = NO_DDW_WINDOWS;
  const tokens = ddwTokens(node);
  if (tokens === undefined) return;
  const { status, answer } = queryDdw(k, dev, node, tokens.query);
  if (status !== 0) {
    k.printk.dev('err', dev, 'spapr_tce_init_table_group: query_ddw failed');
    return;
  }
  group.maxDynamicWindows = answer.windowsAvailable === 0 ? 1 : 2;
  group.pgsizes = offeredPageSizes(k, answer.pageSizeMask);
}

/** query_page_size_to_mask(): 4K always; the sum is an int in the builds that are known, so 16G (2^34) is lost. */
function offeredPageSizes(k: KernelState, mask: number): number {
  let sizes = 0x1000;
  for (const [bit, shift] of k.build.pageShifts.value.entries())
    if ((mask & (1 << bit)) !== 0 && shift !== 12 && (shift < 31 || !k.build.vfioPgsizesInt.value))
      sizes += 2 ** shift;
  return sizes;
}

/** vio_bus_init(): every VIO device with a window of its own gets a table; it is cleared like the others. */
export function* setupVio(k: KernelState): Generator<number, readonly GuestDevice[], void> {
  const devices: GuestDevice[] = [];
  for (const node of k.tree.find('/vdevice')?.children ?? []) {
    const value = node.dt.properties.get('ibm,my-dma-window');
    if (value === undefined) continue;
    k.trace.open({ kind: 'guest-call', name: 'vio_build_iommu_table', detail: node.path });
    const table = yield* initTable(k, { ...parseDefault(node, value, false), busno: 0 });
    k.trace.close();
    devices.push(vioDevice(node, table));
  }
  return devices;
}

/** Named by its unit address, as `dev_name()` of a VIO device; its coherent mask is 64 bits from the start. */
function vioDevice(node: LiveNode, table: IommuTable | undefined): GuestDevice {
  return {
    bus: 'vio',
    fn: node.dt.name.split('@')[1] ?? node.dt.name,
    path: node.path,
    vendor: 0,
    deviceId: 0,
    driver: null,
    dmaMaskBits: 64,
    coherentMaskBits: 64,
    mode: table === undefined ? 'none' : 'default',
    node,
    pdn: {
      busno: 0,
      devfn: 0,
      phb: { domain: 0, buidHi: 0, buidLo: 0, mmio32: undefined },
      tableGroup: undefined,
    },
    table,
    dmaOffset: 0n,
    opsBypass: false,
    busDmaLimit: 0n,
    segBoundaryBits: 64,
    plan: undefined,
  };
}

/** find_existing_ddw_windows(): windows that an earlier kernel left in the tree; all count as dynamic. */
export function findExistingWindows(k: KernelState): void {
  for (const name of [DIRECT_WINDOW, DYNAMIC_WINDOW]) {
    for (const node of k.tree.all()) {
      const value = node.dt.properties.get(name);
      if (value === undefined) continue;
      if (value.length < WINDOW_PROPERTY_BYTES) {
        k.tree.removeProperty(node, name);
        continue;
      }
      const win = readWindowProperty(value);
      k.windows.unshift({
        node,
        liobn: win.liobn,
        base: win.base,
        pageShift: win.tceShift,
        windowShift: win.windowShift,
        direct: false,
        mode: 'indirect',
      });
    }
  }
}

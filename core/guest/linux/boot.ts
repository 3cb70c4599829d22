// Boot as far as DMA goes: firmware features, boot arguments, PHBs in the order of the tree, their buses, then their devices,
// then the VIO bus (recordings: all default tables of PHBs are cleared before those of VIO devices).

import type { DtNode } from '../../abi/ports.ts';
import { findExistingWindows, setupBus, setupDevice, setupVio } from './dma-setup.ts';
import { cellOf, stringList, type LiveNode, type LiveTree, type Phb } from './live-tree.ts';
import { busAndDevfn, functionAddress, functionsBelow, isBridge, isPhb, phbOf } from './pci-scan.ts';
import type { GuestDevice, KernelState } from './kernel-state.ts';
import type { TceFeatures } from './tce-ops.ts';

/** FW_FEATURE_*: `hcall-multi-tce` stands for both list and stuff calls. */
export function featuresOf(tree: LiveTree): TceFeatures {
  const hypertas = stringList(tree.find('/rtas')?.dt.properties.get('ibm,hypertas-functions'));
  const multi = hypertas.includes('hcall-multi-tce');
  return { putIndirect: multi, stuff: multi };
}

/** early_param and __setup handlers that matter here, with their lines. */
export function applyBootArguments(k: KernelState, bootArgs: readonly string[]): void {
  if (k.disableDdw) k.printk.line('info', 'ppc iommu: disabling ddw.');
  if (bootArgs.includes('multitce=off') && (k.features.putIndirect || k.features.stuff)) {
    k.features.putIndirect = false;
    k.features.stuff = false;
    k.printk.line('info', 'Disabling MULTITCE firmware feature');
  }
}

/** The devices found, in the order of the scan. */
export function* bootDma(k: KernelState): Generator<number, readonly GuestDevice[], void> {
  findExistingWindows(k);
  const phbs = k.tree.root.children.filter(isPhb);
  const devices: GuestDevice[] = [];
  for (const node of phbs) {
    adoptPhb(k, node);
    yield* setupBuses(k, node);
    // A machine lets nobody go on from here.
    if (k.oops !== undefined) yield 0;
    if (k.oops !== undefined) return [];
  }
  for (const node of phbs) devices.push(...(yield* setupDevices(k, node)));
  devices.push(...(yield* setupVio(k)));
  return devices;
}

/** A PHB added to a running partition (DLPAR). */
export function* addPhb(k: KernelState, source: DtNode): Generator<number, readonly GuestDevice[], void> {
  const node = k.tree.attach(source);
  adoptPhb(k, node);
  yield* setupBuses(k, node);
  return yield* setupDevices(k, node);
}

/** Gives the PHB and all PCI nodes below it their pci_dn. */
function adoptPhb(k: KernelState, node: LiveNode): void {
  const used = new Set<number>();
  for (const other of k.tree.root.children) if (other.pdn !== undefined) used.add(other.pdn.phb.domain);
  const phb = phbOf(node, used);
  const busno = cellOf(node.dt.properties.get('bus-range') ?? new Uint8Array(4), 0);
  node.pdn = { busno, devfn: 0, phb, tableGroup: undefined };
  adoptBelow(node, phb);
}

function adoptBelow(node: LiveNode, phb: Phb): void {
  for (const child of functionsBelow(node)) {
    child.pdn = { ...busAndDevfn(child), phb, tableGroup: undefined };
    adoptBelow(child, phb);
  }
}

function* setupBuses(k: KernelState, node: LiveNode): Generator<number, void, void> {
  yield* setupBus(k, node);
  for (const child of functionsBelow(node)) if (isBridge(child)) yield* setupBuses(k, child);
}

function* setupDevices(k: KernelState, node: LiveNode): Generator<number, readonly GuestDevice[], void> {
  const devices: GuestDevice[] = [];
  for (const child of functionsBelow(node)) {
    const dev = newDevice(child);
    if (dev === undefined) continue;
    yield* setupDevice(k, dev);
    devices.push(dev);
    devices.push(...(yield* setupDevices(k, child)));
  }
  return devices;
}

/** The device of a PCI node; undefined when the node belongs to no PHB. */
export function newDevice(node: LiveNode): GuestDevice | undefined {
  const pdn = node.pdn;
  if (pdn === undefined) return undefined;
  const id = (name: string): number => cellOf(node.dt.properties.get(name) ?? new Uint8Array(4), 0);
  return {
    bus: 'pci',
    fn: functionAddress(pdn.phb.domain, pdn.busno, pdn.devfn),
    path: node.path,
    vendor: id('vendor-id'),
    deviceId: id('device-id'),
    driver: null,
    dmaMaskBits: 32,
    coherentMaskBits: 32,
    mode: 'none',
    node,
    pdn,
    table: undefined,
    dmaOffset: 0n,
    opsBypass: false,
    busDmaLimit: 0n,
    segBoundaryBits: 32,
    plan: undefined,
  };
}

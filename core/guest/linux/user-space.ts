// What user space and drivers can ask of a running kernel beyond binding: PCI functions removed and found again through sysfs,
// properties edited through /proc/ppc64/ofdt, DMA masks set one at a time.

import type { FunctionAddress } from '../../abi/ports.ts';
import { newDevice } from './boot.ts';
import { setupDevice } from './dma-setup.ts';
import { dmaSupported } from './dma-supported.ts';
import type { GuestDevice, KernelState } from './kernel-state.ts';
import type { LiveNode } from './live-tree.ts';
import { functionsBelow } from './pci-scan.ts';

/** Masks as drivers set them: dma_set_mask(), dma_set_coherent_mask(), dma_set_mask_and_coherent(), dma_get_required_mask(). */
export type MaskKind = 'streaming' | 'coherent' | 'both' | 'required';

/** /sys/bus/pci/rescan: functions of the tree that have no device get one. Nodes stay when a function is removed. */
export function* rescan(
  k: KernelState,
  present: readonly GuestDevice[],
): Generator<number, readonly GuestDevice[], void> {
  const known = new Set<FunctionAddress>(present.map((dev) => dev.fn));
  const found: GuestDevice[] = [];
  for (const node of k.tree.all()) {
    if (node.pdn === undefined || !isFunction(node)) continue;
    const dev = newDevice(node);
    if (dev === undefined || known.has(dev.fn)) continue;
    yield* setupDevice(k, dev);
    found.push(dev);
  }
  return found;
}

function isFunction(node: LiveNode): boolean {
  return node.parent !== undefined && functionsBelow(node.parent).includes(node);
}

/** `update_property` and `remove_property` of /proc/ppc64/ofdt. False: no such node. */
export function editProperty(
  k: KernelState,
  path: string,
  name: string,
  value: Uint8Array | undefined,
): boolean {
  const node = k.tree.find(path);
  if (node === undefined) return false;
  if (value === undefined) k.tree.removeProperty(node, name);
  else k.tree.setProperty(node, name, value);
  return true;
}

/** dma_iommu_get_required_mask(): is the mask that all of RAM needs served without a table? It only asks. */
export function* requiredMask(k: KernelState, dev: GuestDevice): Generator<number, void, void> {
  const bits = (k.ports.memory.ramBytes - 1).toString(2).length;
  if (yield* dmaSupported(k, dev, bits))
    k.printk.dev(
      'info',
      dev,
      `dma_iommu_get_required_mask: returning bypass mask 0x${((1n << BigInt(bits)) - 1n).toString(16)}`,
    );
}

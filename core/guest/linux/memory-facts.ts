// What the kernel takes for the end of memory: memory_hotplug_max() and ddw_memory_hotplug_max() (pseries/iommu.c). Sizes in bytes.

import type { KernelBuild } from './kernels/kernel-build.ts';
import { cellOf, isOfType, readNumber, type LiveTree } from './live-tree.ts';

export interface MemoryEnd {
  readonly bytes: number;
  /** Where the number comes from, for the plan's sentence. */
  readonly from: string;
}

/** hot_add_drconf_memory_max(): /rtas ibm,lrdr-capacity if there is one (QEMU writes 0 there without maxmem), else the last LMB. */
function hotAddMax(tree: LiveTree): MemoryEnd {
  const lrdr = tree.find('/rtas')?.dt.properties.get('ibm,lrdr-capacity');
  if (lrdr !== undefined && lrdr.length >= 8)
    return { bytes: readNumber(lrdr, 0, 2), from: '/rtas ibm,lrdr-capacity' };
  const drconf = tree.find('/ibm,dynamic-reconfiguration-memory');
  if (drconf === undefined)
    return { bytes: 0, from: 'no ibm,lrdr-capacity and no dynamic-reconfiguration memory' };
  const lmbBytes = readNumber(drconf.dt.properties.get('ibm,lmb-size') ?? new Uint8Array(8), 0, 2);
  const end = Math.max(
    endOfV2(drconf.dt.properties.get('ibm,dynamic-memory-v2'), lmbBytes),
    endOfV1(drconf.dt.properties.get('ibm,dynamic-memory'), lmbBytes),
  );
  return { bytes: end, from: 'the last LMB of the dynamic-reconfiguration memory' };
}

/** ibm,dynamic-memory-v2: a count, then sets of {LMBs, base (2), DRC index, associativity index, flags}. */
function endOfV2(value: Uint8Array | undefined, lmbBytes: number): number {
  let end = 0;
  const sets = value === undefined ? 0 : cellOf(value, 0);
  for (let i = 0; i < sets && value !== undefined; i++) {
    const at = 1 + 6 * i;
    end = Math.max(end, readNumber(value, at + 1, 2) + cellOf(value, at) * lmbBytes);
  }
  return end;
}

/** ibm,dynamic-memory: a count, then {base (2), DRC index, reserved, associativity index, flags} per LMB. */
function endOfV1(value: Uint8Array | undefined, lmbBytes: number): number {
  const lmbs = value === undefined ? 0 : cellOf(value, 0);
  return value === undefined || lmbs === 0 ? 0 : readNumber(value, 1 + 6 * (lmbs - 1), 2) + lmbBytes;
}

/** The end of memory that a window is measured by: persistent memory may lie anywhere, where a build counts it. */
export function windowMemoryEnd(build: KernelBuild, tree: LiveTree, ramBytes: number): MemoryEnd {
  if (build.memoryEndCountsPmem.value && pmemPresent(tree)) return anywhere(build);
  return ddwMemoryHotplugMax(tree, ramBytes, build.memoryEnd.value);
}

/** All that a kernel can address. */
export function anywhere(build: KernelBuild): MemoryEnd {
  return { bytes: 2 ** build.maxPhysmemBits.value, from: 'persistent memory may lie anywhere' };
}

/** ddw_memory_hotplug_max() without persistent memory. */
export function ddwMemoryHotplugMax(
  tree: LiveTree,
  ramBytes: number,
  rule: KernelBuild['memoryEnd']['value'],
): MemoryEnd {
  let max = hotAddMax(tree);
  if (rule === 'dynamic-memory-only') return max;
  if (ramBytes > max.bytes) max = { bytes: ramBytes, from: 'the end of RAM' };
  if (rule === 'hotplug-max') return max;
  for (const node of tree.memoryNodes) {
    const reg = node.dt.properties.get('reg');
    if (reg === undefined || !(isOfType(node, 'memory') || node.dt.name.startsWith('memory@'))) continue;
    const end = readNumber(reg, 0, 2) + readNumber(reg, 2, 2);
    if (end > max.bytes) max = { bytes: end, from: `${node.path} reg` };
  }
  return max;
}

/** An `ibm,pmemory` node: an NVDIMM that may lie anywhere above RAM. */
export function pmemPresent(tree: LiveTree): boolean {
  for (const node of tree.memoryNodes)
    if (isOfType(node, 'ibm,pmemory') || node.dt.name.startsWith('ibm,pmemory')) return true;
  return false;
}

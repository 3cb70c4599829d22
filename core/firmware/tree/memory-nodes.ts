// Memory in the device tree: memory@ nodes, ibm,dynamic-reconfiguration-memory (ibm,dynamic-memory-v2) and NVDIMMs
// (LoPAR app_papr_binding; QEMU spapr_dt_memory, spapr_dt_dynamic_memory_v2; recorded trees).

import type { DtNode } from '../../abi/ports.ts';
import { alignUp, ilog2 } from '../../base/bits.ts';
import { cells, node, strings } from '../../devtree/build.ts';
import type { MemoryLayout } from './layout.ts';

/** Flags of a set of LMBs. */
const ASSIGNED = 0x08;
const HOT_REMOVABLE = 0x20;
const RESERVED = 0x80;
const NO_ASSOCIATIVITY = 0xffff_ffff;
const LMB_DRC_BASE = 0x8000_0000;
const PMEM_DRC_BASE = 0x9000_0000;

/** Consecutive LMBs of one kind: an entry of ibm,dynamic-memory-v2. */
interface LmbSet {
  readonly start: number;
  readonly end: number;
  readonly drc: boolean;
  readonly associativity: number;
  readonly flags: number;
}

/** memory@ nodes of RAM from 0: powers of two, largest first, as QEMU cuts it; `first` bytes lie in memory@0. */
export function memoryNodes(ramBytes: number): readonly DtNode[] {
  const nodes: DtNode[] = [];
  for (let at = 0; at < ramBytes;) {
    const size = 2 ** ilog2(ramBytes - at);
    nodes.push(memoryNode(at, size));
    at += size;
  }
  return nodes;
}

export function memoryNode(address: number, bytes: number): DtNode {
  return node(`memory@${address.toString(16)}`, {
    device_type: strings('memory'),
    reg: cells(BigInt(address), BigInt(bytes)),
    'ibm,associativity': cells(4, 0, 0, 0, 0),
  });
}

/** Where memory can be added: above RAM, on the next multiple of `alignment`. */
export function addableFrom(layout: MemoryLayout, alignment: number): number {
  return alignUp(layout.ramBytes, alignment);
}

/** QEMU: boot RAM (and the gap up to the next GiB) reserved, all that may be added free, DIMMs assigned. */
export function qemuLmbSets(layout: MemoryLayout): readonly LmbSet[] {
  const from = addableFrom(layout, 2 ** 30);
  const boot = {
    start: 0,
    end: from,
    drc: false,
    associativity: NO_ASSOCIATIVITY,
    flags: RESERVED | HOT_REMOVABLE,
  };
  return [boot, ...addedAndFree(layout, from, from + layout.maxBytes - layout.ramBytes)];
}

/** PowerVM: memory@0 is the first LMB; the others are assigned up to the partition's memory and free up to its maximum. */
export function powervmLmbSets(layout: MemoryLayout): readonly LmbSet[] {
  const first = Math.min(layout.lmbBytes, layout.ramBytes);
  const boot = { start: first, end: layout.ramBytes, drc: true, associativity: 0, flags: ASSIGNED };
  const sets = boot.end > boot.start ? [boot] : [];
  return [...sets, ...addedAndFree(layout, layout.ramBytes, layout.maxBytes)];
}

function addedAndFree(layout: MemoryLayout, from: number, to: number): readonly LmbSet[] {
  const sets: LmbSet[] = [];
  let at = from;
  const free = (end: number): void => {
    if (end > at) sets.push({ start: at, end, drc: true, associativity: NO_ASSOCIATIVITY, flags: 0 });
  };
  for (const { address, bytes } of [...layout.added].sort((a, b) => a.address - b.address)) {
    free(address);
    sets.push({ start: address, end: address + bytes, drc: true, associativity: 0, flags: ASSIGNED });
    at = address + bytes;
  }
  free(to);
  return sets;
}

/** DRC index of the LMB at an address. */
export function lmbDrcIndex(address: number, lmbBytes: number): number {
  return LMB_DRC_BASE + address / lmbBytes;
}

export function dynamicMemoryNode(layout: MemoryLayout, sets: readonly LmbSet[]): DtNode {
  const { lmbBytes } = layout;
  const entries = sets.flatMap((set) => [
    (set.end - set.start) / lmbBytes,
    BigInt(set.start),
    set.drc ? lmbDrcIndex(set.start, lmbBytes) : 0,
    set.associativity,
    set.flags,
  ]);
  return node('ibm,dynamic-reconfiguration-memory', {
    'ibm,lmb-size': cells(BigInt(lmbBytes)),
    'ibm,memory-flags-mask': cells(0xff),
    'ibm,memory-preservation-time': cells(0),
    'ibm,dynamic-memory-v2': cells(sets.length, ...entries),
    'ibm,associativity-lookup-arrays': cells(1, 1, 0),
  });
}

/** ibm,persistent-memory with a node for each NVDIMM. */
export function persistentMemoryNode(nvdimms: number): DtNode {
  const children = Array.from({ length: nvdimms }, (_, i) => {
    const drc = PMEM_DRC_BASE + i;
    return node(`ibm,pmemory@${drc.toString(16)}`, {
      device_type: strings('ibm,pmemory'),
      compatible: strings('ibm,pmemory'),
      reg: cells(drc),
      'ibm,my-drc-index': cells(drc),
    });
  });
  return node(
    'ibm,persistent-memory',
    { '#address-cells': cells(1), '#size-cells': cells(0), device_type: strings('ibm,persistent-memory') },
    children,
  );
}

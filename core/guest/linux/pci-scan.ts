// PCI as the device tree describes it: pci_dn of PHBs and functions, domain numbers, MMIO32 ranges (asm/pci-bridge.h, of_pci).

import type { FunctionAddress } from '../../abi/ports.ts';
import { cellOf, readNumber, type LiveNode, type Phb } from './live-tree.ts';

const SPACE_MEM32 = 0x02;
const SPACE_MASK = 0x03;
/** ranges entry: PCI address (3), CPU address (2), size (2). */
const RANGE_CELLS = 7;
const CLASS_BRIDGE = 0x0604;

export function isPhb(node: LiveNode): boolean {
  return node.dt.name.startsWith('pci@') && node.dt.properties.has('reg');
}

/** `used`: domains taken; a PHB whose BUID gives a taken number gets the first free one (get_phb_number). */
export function phbOf(node: LiveNode, used: ReadonlySet<number>): Phb {
  const reg = node.dt.properties.get('reg') ?? new Uint8Array(8);
  const buidLo = cellOf(reg, 1) | 0;
  let domain = buidLo & 0xffff;
  if (used.has(domain)) for (domain = 0; used.has(domain);) domain++;
  return { domain, buidHi: cellOf(reg, 0) | 0, buidLo, mmio32: mmio32Of(node) };
}

function mmio32Of(node: LiveNode): Phb['mmio32'] {
  const ranges = node.dt.properties.get('ranges');
  if (ranges === undefined) return undefined;
  for (let at = 0; 4 * (at + RANGE_CELLS) <= ranges.length; at += RANGE_CELLS) {
    if (((cellOf(ranges, at) >>> 24) & SPACE_MASK) !== SPACE_MEM32) continue;
    const start = readNumber(ranges, at + 3, 2);
    return { start, end: start + readNumber(ranges, at + 5, 2) - 1 };
  }
  return undefined;
}

/** Bus and devfn of a function's node. */
export function busAndDevfn(node: LiveNode): { readonly busno: number; readonly devfn: number } {
  const address = cellOf(node.dt.properties.get('reg') ?? new Uint8Array(4), 0);
  return { busno: (address >>> 16) & 0xff, devfn: (address >>> 8) & 0xff };
}

export function functionAddress(domain: number, busno: number, devfn: number): FunctionAddress {
  const h = (n: number, digits: number): string => n.toString(16).padStart(digits, '0');
  return `${h(domain, 4)}:${h(busno, 2)}:${h(devfn >> 3, 2)}.${devfn & 7}`;
}

/** PCI functions directly below a PHB or bridge, in the order of the tree. */
export function functionsBelow(node: LiveNode): readonly LiveNode[] {
  return node.children.filter(
    (child) => child.dt.properties.has('reg') && child.dt.properties.has('vendor-id'),
  );
}

export function isBridge(node: LiveNode): boolean {
  return cellOf(node.dt.properties.get('class-code') ?? new Uint8Array(4), 0) >>> 8 === CLASS_BRIDGE;
}

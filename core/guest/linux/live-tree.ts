// The guest's live device tree (drivers/of): a copy of what the platform handed over, which the kernel then edits.
// Every change of a property is an event; watchers (the memory and reconfig notifiers) are called by their owners.

import type { DtNode } from '../../abi/ports.ts';
import type { TraceSink } from '../../trace/sink.ts';
import type { TableGroup } from './table-group.ts';

/** struct pci_dn: what Linux knows of a PCI node (PHB or function). */
export interface PciDn {
  readonly busno: number;
  readonly devfn: number;
  /** struct pci_controller. */
  readonly phb: Phb;
  tableGroup: TableGroup | undefined;
}

export interface Phb {
  readonly domain: number;
  readonly buidHi: number;
  readonly buidLo: number;
  /** First 32-bit MMIO range in CPU addresses, as in phb->mem_resources; end is the last byte. */
  readonly mmio32: { readonly start: number; readonly end: number } | undefined;
}

export interface LiveNode {
  /** The plain node; this module alone edits it. */
  readonly dt: DtNode;
  readonly path: string;
  readonly parent: LiveNode | undefined;
  readonly children: LiveNode[];
  pdn: PciDn | undefined;
}

function copyNode(dt: DtNode): DtNode {
  const properties = new Map([...dt.properties].map(([name, value]) => [name, value.slice()]));
  return { name: dt.name, properties, children: [] };
}

export class LiveTree {
  readonly root: LiveNode;
  /** Nodes that are memory or persistent memory, by type or name: asked for at each mask, when there may be thousands of others. */
  private readonly memory = new Set<LiveNode>();
  private readonly trace: TraceSink;

  constructor(platform: DtNode, trace: TraceSink) {
    this.trace = trace;
    this.root = this.adopt(platform, undefined);
  }

  private adopt(source: DtNode, parent: LiveNode | undefined): LiveNode {
    const dt = copyNode(source);
    const path = parent === undefined ? '/' : `${parent.path === '/' ? '' : parent.path}/${dt.name}`;
    const node: LiveNode = { dt, path, parent, children: [], pdn: undefined };
    parent?.children.push(node);
    parent?.dt.children.push(dt);
    if (isMemory(node)) this.memory.add(node);
    for (const child of source.children) this.adopt(child, node);
    return node;
  }

  /** Nodes that describe memory or persistent memory, in the order of the tree (later ones at the end). */
  get memoryNodes(): Iterable<LiveNode> {
    return this.memory;
  }

  /** of_attach_node, with all below it. */
  attach(node: DtNode): LiveNode {
    return this.adopt(node, this.root);
  }

  /** of_detach_node: the node and all below it leave. */
  detach(node: LiveNode): void {
    const parent = node.parent;
    if (parent === undefined) return;
    parent.children.splice(parent.children.indexOf(node), 1);
    parent.dt.children.splice(parent.dt.children.indexOf(node.dt), 1);
    for (const below of this.all(node)) this.memory.delete(below);
  }

  find(path: string): LiveNode | undefined {
    let node: LiveNode | undefined = this.root;
    for (const name of path.split('/').filter((part) => part !== '')) {
      node = node?.children.find((child) => child.dt.name === name);
    }
    return node;
  }

  /** All nodes, parents first, in the order of the tree. */
  *all(node: LiveNode = this.root): Generator<LiveNode> {
    yield node;
    for (const child of node.children) yield* this.all(child);
  }

  setProperty(node: LiveNode, property: string, value: Uint8Array): void {
    const before = node.dt.properties.get(property);
    node.dt.properties.set(property, value.slice());
    if (property === 'device_type') this.sort(node);
    this.trace.emit({
      kind: 'dt-changed',
      path: node.path,
      property,
      ...(before && { before }),
      after: value.slice(),
    });
  }

  removeProperty(node: LiveNode, property: string): void {
    const before = node.dt.properties.get(property);
    if (before === undefined) return;
    node.dt.properties.delete(property);
    if (property === 'device_type') this.sort(node);
    this.trace.emit({ kind: 'dt-changed', path: node.path, property, before });
  }

  /** Its type changed: is it memory now? */
  private sort(node: LiveNode): void {
    if (isMemory(node)) this.memory.add(node);
    else this.memory.delete(node);
  }
}

function isMemory(node: LiveNode): boolean {
  const { name } = node.dt;
  if (name.startsWith('memory@') || name.startsWith('ibm,pmemory')) return true;
  return isOfType(node, 'memory') || isOfType(node, 'ibm,pmemory');
}

/** Cell `index` (32 bits, unsigned) of a property; undefined when it is absent or too short. */
export function cell(node: LiveNode, property: string, index: number): number | undefined {
  const value = node.dt.properties.get(property);
  if (value === undefined || value.length < 4 * index + 4) return undefined;
  return cellOf(value, index);
}

/** Cell `index` of raw bytes, unsigned; 0 beyond their end. */
export function cellOf(value: Uint8Array, index: number): number {
  let cell32 = 0;
  for (let i = 4 * index; i < 4 * index + 4; i++) cell32 = (cell32 << 8) | (value[i] ?? 0);
  return cell32 >>> 0;
}

/** `count` cells read as one number (of_read_number); exact below 2^53. */
export function readNumber(value: Uint8Array, index: number, count: number): number {
  let n = 0;
  for (let i = 0; i < count; i++) n = n * 0x1_0000_0000 + cellOf(value, index + i);
  return n;
}

/** A NUL-separated list of strings. */
export function stringList(value: Uint8Array | undefined): readonly string[] {
  if (value === undefined) return [];
  const strings: string[] = [];
  let text = '';
  for (const byte of value) {
    if (byte !== 0) text += String.fromCharCode(byte);
    else {
      strings.push(text);
      text = '';
    }
  }
  if (text !== '') strings.push(text);
  return strings;
}

export function isOfType(node: LiveNode, type: string): boolean {
  return stringList(node.dt.properties.get('device_type'))[0] === type;
}

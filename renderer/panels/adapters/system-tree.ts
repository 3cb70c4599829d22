// The managed system as a tree: slots with their adapters, physical ports, logical ports (VFs) of all partitions. Pure: answers in,
// nodes out. Functions that come from no logical port are left to the caller.

import type {
  FunctionAnswer,
  LogicalPortAnswer,
  PhysicalPortAnswer,
  SlotAnswer,
  SystemAnswer,
} from '../../../core/index.ts';
import { adapters } from '../../texts/adapters.ts';
import { functionKey } from './tree-node.ts';
import type { TreeNode } from './tree-node.ts';

export interface Managed {
  readonly system: SystemAnswer;
  readonly ports: readonly LogicalPortAnswer[];
}

export interface SystemTree {
  readonly roots: readonly TreeNode[];
  /** Functions behind no logical port: dedicated slots. */
  readonly others: readonly FunctionAnswer[];
}

export const lparName = (system: SystemAnswer, lpar: number | null): string =>
  system.lpars.find(({ id }) => id === lpar)?.name ?? '';

/** End of a physical port's location: `T1`. */
export const portName = ({ location }: PhysicalPortAnswer): string => location.split('-').at(-1) ?? location;

const fits = (filter: string, words: string): boolean =>
  filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => words.toLowerCase().includes(word));

/** `functions`: those that the filter let through, in the order wanted. */
export function systemTree(
  functions: readonly FunctionAnswer[],
  { system, ports }: Managed,
  filter = '',
): SystemTree {
  const rowOf = new Map(ports.flatMap((row) => (row.id === null ? [] : [[row.id, row] as const])));
  const leaves = new Map<string, TreeNode[]>();
  const slotOf = new Map(system.slots.flatMap((slot) => (slot.adapter ? [[slot.adapter.id, slot]] : [])));
  const others: FunctionAnswer[] = [];
  const put = (row: LogicalPortAnswer, fn?: FunctionAnswer): void => {
    const slot = slotOf.get(row.adapter);
    if (slot === undefined) return;
    const key = `${row.adapter}/${row.physPort}`;
    const leaf = logicalLeaf(system, slot, row, fn);
    const siblings = leaves.get(key);
    if (siblings === undefined) leaves.set(key, [leaf]);
    else siblings.push(leaf);
  };
  for (const fn of functions) {
    const row = rowOf.get(fn.description.id);
    if (row === undefined) others.push(fn);
    else put(row, fn);
  }
  for (const row of ports) {
    const words = [row.logicalPort, row.drcName, row.location, lparName(system, row.lpar)].join(' ');
    if (row.id === null && fits(filter, words)) put(row);
  }
  const roots = system.slots.map((slot) => slotNode(system, slot, leaves));
  return { roots: filter.trim() === '' ? roots : roots.filter(holdsSomething), others };
}

const holdsSomething = ({ children }: TreeNode): boolean =>
  children.some(({ children: below }) => below.length > 0);

function logicalLeaf(
  system: SystemAnswer,
  slot: SlotAnswer,
  row: LogicalPortAnswer,
  fn: FunctionAnswer | undefined,
): TreeNode {
  const lpar = row.lpar === system.guest ? '' : lparName(system, row.lpar);
  return {
    key: fn === undefined ? `logical ${row.logicalPort}` : functionKey(fn.description.id),
    name: fn?.description.id ?? row.logicalPort,
    note: slot.isDefault ? '' : adapters.port.logicalNote(row.capacity, lpar),
    place: { kind: 'logical', slot, row },
    children: [],
    functions: fn === undefined ? [] : [fn],
    ...(fn === undefined ? {} : { fn }),
  };
}

function slotNode(
  system: SystemAnswer,
  slot: SlotAnswer,
  leaves: ReadonlyMap<string, readonly TreeNode[]>,
): TreeNode {
  const { adapter } = slot;
  const children = (adapter?.ports ?? []).map((port): TreeNode => {
    const below = leaves.get(`${adapter?.id ?? 0}/${port.id}`) ?? [];
    return {
      key: `port ${slot.name} ${port.id}`,
      name: portName(port),
      note: adapters.port.portNote(port.usedCapacity, port.logicalPorts, port.maxLogicalPorts),
      place: { kind: 'port', slot, port },
      children: below,
      functions: below.flatMap(({ functions }) => functions),
    };
  });
  return {
    key: `slot ${slot.name}`,
    name: slot.name,
    note: adapters.port.slotNote(slot.mode, slot.location, lparName(system, slot.owner)),
    place: { kind: 'slot', slot },
    children,
    functions: children.flatMap(({ functions }) => functions),
  };
}

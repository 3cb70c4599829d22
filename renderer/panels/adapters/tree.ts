// The tree of adapters, ports, PEs and functions, and the rows of it that are open. Pure: functions in, rows out.

import type { FunctionAnswer } from '../../../core/index.ts';
import { adapters } from '../../texts/adapters.ts';
import { systemTree } from './system-tree.ts';
import type { Managed } from './system-tree.ts';
import { functionKey } from './tree-node.ts';
import type { TreeNode } from './tree-node.ts';
import { modeWord } from './words.ts';

export type Grouping = keyof typeof adapters.groups;

export interface TreeRow {
  readonly node: TreeNode;
  /** From 1. */
  readonly level: number;
  readonly position: number;
  readonly siblings: number;
  /** Undefined: nothing to open. */
  readonly open: boolean | undefined;
  /** Key of the row that it is under. */
  readonly parent: string | undefined;
}

const leaf = (fn: FunctionAnswer): TreeNode => ({
  key: functionKey(fn.description.id),
  name: fn.description.id,
  note: '',
  fn,
  children: [],
  functions: [fn],
});

const branch = (key: string, name: string, note: string, children: readonly TreeNode[]): TreeNode => ({
  key,
  name,
  note,
  children,
  functions: children.flatMap((child) => child.functions),
});

function grouped<T, K>(items: readonly T[], keyOf: (item: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** Functions of one PHB share its PE and windows: they stand below it. A PE with one function is that function's own row. */
function pes(functions: readonly FunctionAnswer[]): readonly TreeNode[] {
  return [...grouped(functions, (f) => f.description.buid)].flatMap(([buid, members]) => {
    const leaves = members.map(leaf);
    if (leaves.length === 1) return leaves;
    const domain = members[0]?.description.fn.split(':')[0] ?? '';
    const note = adapters.peOf(members.length);
    return [branch(`pe ${buid.toString(16)}`, adapters.phb(domain), note, leaves)];
  });
}

const bySlotClass = (functions: readonly FunctionAnswer[]): readonly TreeNode[] =>
  [...grouped(functions, (f) => f.description.slotClass)].map(([slotClass, members]) =>
    branch(`slots ${slotClass}`, adapters.slotClass(slotClass), '', pes(members)),
  );

const byWord = (
  functions: readonly FunctionAnswer[],
  word: (f: FunctionAnswer) => string,
): readonly TreeNode[] =>
  [...grouped(functions, word)].map(([name, members]) =>
    branch(`group ${name}`, name, '', members.map(leaf)),
  );

/** Adapters, their ports and what hangs on them; then what stands in slots of its own. */
function byPlace(
  functions: readonly FunctionAnswer[],
  managed: Managed | undefined,
  filter: string,
): readonly TreeNode[] {
  if (managed === undefined) return bySlotClass(functions);
  const { roots, others } = systemTree(functions, managed, filter);
  return [...roots, ...bySlotClass(others)];
}

/** The functions as they come, arranged. `managed`: the system around the guest; `filter`: what other partitions' ports must say. */
export function treeOf(
  functions: readonly FunctionAnswer[],
  grouping: Grouping,
  managed?: Managed,
  filter = '',
): readonly TreeNode[] {
  switch (grouping) {
    case 'place':
      return byPlace(functions, managed, filter);
    case 'mode':
      return byWord(functions, modeWord);
    case 'state':
      return byWord(functions, (f) => adapters.states[f.state]);
    case 'device':
      return byWord(functions, (f) => f.description.device);
    case 'none':
      return functions.map(leaf);
  }
}

/** The rows in sight: those below a closed branch are left out. */
export function rowsOf(roots: readonly TreeNode[], closed: ReadonlySet<string>): readonly TreeRow[] {
  const rows: TreeRow[] = [];
  const walk = (nodes: readonly TreeNode[], level: number, parent: string | undefined): void => {
    for (const [i, node] of nodes.entries()) {
      const open = node.children.length === 0 ? undefined : !closed.has(node.key);
      rows.push({ node, level, position: i + 1, siblings: nodes.length, open, parent });
      if (open === true) walk(node.children, level + 1, node.key);
    }
  };
  walk(roots, 1, undefined);
  return rows;
}

/** Keys of the branches that a row of this key is under; empty: a root, or not there. */
export function pathTo(roots: readonly TreeNode[], key: string): readonly string[] {
  for (const node of roots) {
    if (node.children.some((child) => child.key === key)) return [node.key];
    const below = pathTo(node.children, key);
    if (below.length > 0) return [node.key, ...below];
  }
  return [];
}

// Answers about the device tree, node by node: with a thousand VFs the whole tree is some megabytes.

import type { DtNode } from '../abi/ports.ts';
import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { nodeAt } from '../devtree/build.ts';
import { childPath, compareTrees } from '../devtree/compare-trees.ts';
import { nameHolds, holds } from '../devtree/find.ts';
import type {
  CellCounts,
  OutlineNode,
  TreeDiffRow,
  TreeFindAnswer,
  TreeHit,
  TreeMoment,
  TreeMomentAnswer,
  TreeNodeAnswer,
} from './inspect-queries.ts';
import type { MachineView } from './machine-view.ts';

/** The guest's live tree after boot, else the platform's. */
export function liveTree({
  hasLiveTree,
  guest,
  platform,
}: Pick<MachineView, 'hasLiveTree' | 'guest' | 'platform'>): DtNode {
  return hasLiveTree && guest !== undefined ? guest.deviceTree() : platform.firmware.deviceTree();
}

export function outline(root: DtNode): readonly OutlineNode[] {
  const rows: OutlineNode[] = [];
  walk(root, '/', ({ properties, children }, path) => {
    rows.push({ path, properties: properties.size, children: children.length });
    return true;
  });
  return rows;
}

/** Parents first; `visit` answers whether to go on. */
function walk(node: DtNode, path: string, visit: (node: DtNode, path: string) => boolean): boolean {
  if (!visit(node, path)) return false;
  return node.children.every((child) => walk(child, childPath(path, child.name), visit));
}

export function treeNode(machine: MachineView, path: string): Result<TreeNodeAnswer> {
  const root = liveTree(machine);
  const node = nodeAt(root, path);
  if (node === undefined) return fail('no-such-node', `there is no node ${path} in the device tree now`);
  const parent = nodeAt(root, path.slice(0, path.lastIndexOf('/'))) ?? root;
  return ok({
    path,
    properties: [...node.properties].map(([name, value]) => {
      const seq = machine.notes.treeChange(path, name);
      return { name, value, ...(seq === undefined ? {} : { seq }) };
    }),
    regCells: cellCounts(parent),
    childCells: cellCounts(node),
  });
}

/** Two and one where the node does not say (Devicetree Specification 2.3.5). */
function cellCounts({ properties }: DtNode): CellCounts {
  const last = (name: string, otherwise: number): number => properties.get(name)?.at(-1) ?? otherwise;
  return { address: last('#address-cells', 2), size: last('#size-cells', 1) };
}

export function findInTree(root: DtNode, text: string, limit: number): TreeFindAnswer {
  const hits: TreeHit[] = [];
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return { hits, complete: true };
  const complete = walk(root, '/', (node, path) => {
    if (nameHolds(node.name, wanted)) hits.push({ path });
    for (const [property, value] of node.properties)
      if (property.toLowerCase().includes(wanted) || holds(value, wanted)) hits.push({ path, property });
    return hits.length <= limit;
  });
  return { hits: hits.slice(0, limit), complete: complete && hits.length <= limit };
}

export function treeMoments({ treeAtBoot, treeMarks, nowNs }: MachineView): readonly TreeMomentAnswer[] {
  return [
    ...(treeAtBoot === undefined ? [] : [{ moment: 'boot' as const, text: '', timeNs: 0 }]),
    ...treeMarks.map(({ seq, text, timeNs }) => ({ moment: seq, text, timeNs })),
    { moment: 'now', text: '', timeNs: nowNs },
  ];
}

export function treeDiff(
  machine: MachineView,
  from: TreeMoment,
  to: TreeMoment,
): Result<readonly TreeDiffRow[]> {
  const before = treeOf(machine, from);
  if (!before.ok) return before;
  const after = treeOf(machine, to);
  if (!after.ok) return after;
  return ok(
    compareTrees(before.value, after.value).map((row) => {
      const seq = row.property === undefined ? undefined : machine.notes.treeChange(row.path, row.property);
      return seq === undefined ? row : { ...row, seq };
    }),
  );
}

function treeOf(machine: MachineView, moment: TreeMoment): Result<DtNode> {
  if (moment === 'now') return ok(liveTree(machine));
  if (moment === 'boot') {
    const tree = machine.treeAtBoot;
    if (tree === undefined) return fail('not-booted', 'no kernel has booted yet: there is one tree only');
    return ok(tree);
  }
  const mark = machine.treeMarks.find(({ seq }) => seq === moment);
  if (mark === undefined) return fail('no-such-mark', `the tree at event ${moment} is not remembered`);
  return ok(mark.tree);
}

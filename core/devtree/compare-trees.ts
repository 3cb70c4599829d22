// What differs between two device trees: properties that came, went or changed, and nodes that came or went with all they hold.

import type { DtNode } from '../abi/ports.ts';

export interface TreeDifference {
  readonly path: string;
  /** Absent: the node itself came or went, with all below it. */
  readonly property?: string;
  /** Raw bytes; absent: the property did not (or does not) exist. */
  readonly before?: Uint8Array;
  readonly after?: Uint8Array;
  /** Of a node: whether it came. */
  readonly came?: boolean;
}

/** In the order of the trees: a node's properties before its children; what only `before` has comes last. */
export function compareTrees(before: DtNode, after: DtNode): readonly TreeDifference[] {
  const found: TreeDifference[] = [];
  compareNodes(before, after, '/', found);
  return found;
}

export const childPath = (path: string, name: string): string => `${path === '/' ? '' : path}/${name}`;

function compareNodes(before: DtNode, after: DtNode, path: string, found: TreeDifference[]): void {
  for (const [property, value] of after.properties) {
    const old = before.properties.get(property);
    if (old === undefined) found.push({ path, property, after: value });
    else if (!sameBytes(old, value)) found.push({ path, property, before: old, after: value });
  }
  for (const [property, value] of before.properties)
    if (!after.properties.has(property)) found.push({ path, property, before: value });
  const olds = new Map(before.children.map((child) => [child.name, child]));
  for (const child of after.children) {
    const old = olds.get(child.name);
    const at = childPath(path, child.name);
    if (old === undefined) found.push({ path: at, came: true });
    else compareNodes(old, child, at, found);
    olds.delete(child.name);
  }
  for (const name of olds.keys()) found.push({ path: childPath(path, name), came: false });
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true;
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** The tree as it stands: its nodes are copied, its values (which nobody edits in place) are shared. */
export function snapshotTree(root: DtNode): DtNode {
  return {
    name: root.name,
    properties: new Map(root.properties),
    children: root.children.map(snapshotTree),
  };
}

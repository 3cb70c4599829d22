// Our layouts in dockview's own serialised form, and back. Only sizes, groups and fronts cross: nothing else of a file reaches it.

import { Orientation } from 'dockview-core';
import type { SerializedDockview } from 'dockview-core';
import { groupsOf } from './layout.ts';
import type { Layout, LayoutNode } from './layout.ts';

type GridNode = SerializedDockview['grid']['root'];

const LEAST_WIDTH = 160;
const LEAST_HEIGHT = 88;

export function toDockview(layout: Layout, titleOf: (id: string) => string): SerializedDockview {
  let next = 0;
  const nodeOf = (node: LayoutNode): GridNode => {
    if (node.kind === 'split') return { type: 'branch', size: node.size, data: node.parts.map(nodeOf) };
    const data = { id: `group-${++next}`, views: [...node.panels], activeView: node.front };
    return { type: 'leaf', size: node.size, data };
  };
  const { across, width, height, parts } = layout;
  const ids = groupsOf(parts).flatMap(({ panels }) => panels);
  return {
    grid: {
      root: { type: 'branch', size: across ? height : width, data: parts.map(nodeOf) },
      width,
      height,
      orientation: across ? Orientation.HORIZONTAL : Orientation.VERTICAL,
    },
    panels: Object.fromEntries(
      ids.map((id) => [
        id,
        {
          id,
          contentComponent: id,
          title: titleOf(id),
          minimumWidth: LEAST_WIDTH,
          minimumHeight: LEAST_HEIGHT,
        },
      ]),
    ),
  };
}

/** undefined: no panel is open. */
export function fromDockview({ grid }: SerializedDockview): Layout | undefined {
  const root = nodeOf(grid.root);
  if (root === undefined) return undefined;
  const parts = root.kind === 'split' ? root.parts : [root];
  return {
    across: grid.orientation === Orientation.HORIZONTAL,
    width: grid.width,
    height: grid.height,
    parts,
  };
}

function nodeOf(node: GridNode): LayoutNode | undefined {
  const size = node.size ?? 0;
  if (Array.isArray(node.data)) {
    const parts = node.data.map(nodeOf).filter((part) => part !== undefined);
    return parts.length === 0 ? undefined : { kind: 'split', size, parts };
  }
  const { views, activeView } = node.data;
  const [first] = views;
  if (first === undefined) return undefined;
  return { kind: 'group', size, panels: [...views], front: activeView ?? first };
}

// The device tree as rows: nodes whose parents are all open, in the order of the tree.

import type { OutlineNode } from '../../core/index.ts';

export interface NodeRow {
  readonly path: string;
  readonly name: string;
  /** The root's is 1. */
  readonly level: number;
  readonly properties: number;
  /** Undefined: it has no children. */
  readonly open: boolean | undefined;
}

const levelOf = (path: string): number => (path === '/' ? 1 : path.split('/').length);

export const parentOf = (path: string): string => path.slice(0, Math.max(1, path.lastIndexOf('/')));

/** Paths of all nodes above one, the root first. */
export function above(path: string): readonly string[] {
  if (path === '/') return [];
  const parent = parentOf(path);
  return [...above(parent), parent];
}

export function nodeRows(outline: readonly OutlineNode[], open: ReadonlySet<string>): readonly NodeRow[] {
  const rows: NodeRow[] = [];
  /** Below this level nothing is shown until the level comes up again. */
  let hiddenBelow = Infinity;
  for (const { path, properties, children } of outline) {
    const level = levelOf(path);
    if (level > hiddenBelow) continue;
    const isOpen = open.has(path);
    hiddenBelow = isOpen ? Infinity : level;
    rows.push({
      path,
      name: path === '/' ? '/' : path.slice(path.lastIndexOf('/') + 1),
      level,
      properties,
      open: children === 0 ? undefined : isOpen,
    });
  }
  return rows;
}

/** Lines of a hex dump: the offset of each and its bytes in groups of four. */
export function hexLines(
  value: Uint8Array,
  width = 16,
): readonly { readonly at: number; readonly groups: readonly string[] }[] {
  return Array.from({ length: Math.ceil(value.length / width) }, (_, n) => {
    const bytes = value.subarray(n * width, (n + 1) * width);
    return {
      at: n * width,
      groups: Array.from({ length: Math.ceil(bytes.length / 4) }, (__, g) =>
        hexText(bytes.subarray(4 * g, 4 * g + 4)),
      ),
    };
  });
}

export const hexText = (value: Uint8Array): string =>
  [...value].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** A value in one line: its text, or its cells in hex, cut where it is long. */
export function shortValue(value: Uint8Array, text: string | undefined, most = 40): string {
  const whole = text === undefined ? (hexText(value).match(/.{1,8}/g) ?? []).join(' ') : `“${text}”`;
  return whole.length > most ? `${whole.slice(0, most)}…` : whole;
}

// The keys of a treegrid whose rows take the focus (ARIA Authoring Practices, treegrid), as decisions: what a key press asks for.

import type { TreeRow } from './tree.ts';

export interface TreePress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

export type TreeAct =
  /** `only`: chooses the row it comes to; `range`: all from the anchor; `keep`: moves without choosing. */
  | { readonly do: 'move'; readonly to: number; readonly choose: 'only' | 'range' | 'keep' }
  | { readonly do: 'open' | 'close'; readonly keys: readonly string[] }
  | { readonly do: 'toggle' | 'range' | 'all' | 'remove' | 'show' }
  | { readonly do: 'type'; readonly text: string };

/** Rows that Page Up and Page Down pass. */
const PAGE = 10;

const STEPS: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: PAGE,
  PageUp: -PAGE,
  Home: -Infinity,
  End: Infinity,
};

/** `at`: the row with the focus, -1: none yet. Undefined: the key is not the tree's. */
export function treeAct(press: TreePress, rows: readonly TreeRow[], at: number): TreeAct | undefined {
  const control = press.ctrlKey || press.metaKey;
  const step = STEPS[press.key];
  if (press.altKey) return undefined;
  if (step !== undefined) {
    const to = Math.min(rows.length - 1, Math.max(0, at + step));
    return { do: 'move', to, choose: press.shiftKey ? 'range' : control ? 'keep' : 'only' };
  }
  if (control)
    return press.key.toLowerCase() === 'a' ? { do: 'all' } : press.key === ' ' ? { do: 'toggle' } : undefined;
  return branchAct(press.key, rows, at) ?? plainAct(press);
}

function branchAct(key: string, rows: readonly TreeRow[], at: number): TreeAct | undefined {
  const row = rows[at];
  if (row === undefined) return undefined;
  if (key === '*') {
    const alike = rows.filter(({ parent, open }) => parent === row.parent && open !== undefined);
    return { do: 'open', keys: alike.map(({ node }) => node.key) };
  }
  if (key === 'ArrowRight') {
    if (row.open === false) return { do: 'open', keys: [row.node.key] };
    return { do: 'move', to: row.open === true ? at + 1 : at, choose: 'only' };
  }
  if (key !== 'ArrowLeft') return undefined;
  if (row.open === true) return { do: 'close', keys: [row.node.key] };
  const parent = rows.findIndex(({ node }) => node.key === row.parent);
  return { do: 'move', to: parent === -1 ? at : parent, choose: 'only' };
}

function plainAct({ key, shiftKey }: TreePress): TreeAct | undefined {
  if (key === ' ') return { do: shiftKey ? 'range' : 'toggle' };
  if (key === 'Enter') return { do: 'show' };
  if (key === 'Delete') return { do: 'remove' };
  return key.length === 1 ? { do: 'type', text: key } : undefined;
}

/** The next row from `at` whose name begins so; one letter again and again goes through all that begin with it. */
export function typedTo(rows: readonly TreeRow[], at: number, typed: string): number {
  const text = /^(.)\1+$/.test(typed) ? typed.charAt(0) : typed;
  const from = text.length === 1 ? at + 1 : at;
  for (let step = 0; step < rows.length; step++) {
    const index = (Math.max(0, from) + step) % rows.length;
    if (rows[index]?.node.name.toLowerCase().startsWith(text.toLowerCase()) === true) return index;
  }
  return -1;
}

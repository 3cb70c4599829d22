// The columns of the tree: what each says of a function, how it sorts, and how much room there must be for it.

import type { FunctionAnswer } from '../../../core/index.ts';
import { adapters } from '../../texts/adapters.ts';
import { hexFull } from '../../widgets/hex-groups.ts';
import { bytesOf } from '../ruler.ts';
import { modeWord, windowOf, windowText } from './words.ts';

export type ColumnId = keyof typeof adapters.columns;

export interface Column {
  readonly id: ColumnId;
  /** Least width of the panel, in ems, at which it is shown. */
  readonly fromEm: number;
  /** Its width as a grid track. */
  readonly track: string;
  readonly text: (f: FunctionAnswer) => string;
  /** What it sorts by. */
  readonly order: (f: FunctionAnswer) => number | string;
  /** Set in mono, or to the right as numbers are. */
  readonly look?: 'mono' | 'number';
}

const liobnOf = (f: FunctionAnswer): number => (windowOf(f)?.liobn ?? f.description.defaultLiobn) >>> 0;

const fill = (f: FunctionAnswer): number => (f.blockTces === 0 ? 0 : f.usedTces / f.blockTces);

/** In the order in which they stand. */
export const COLUMNS: readonly Column[] = [
  {
    id: 'name',
    fromEm: 0,
    track: 'minmax(6.5em, 1fr)',
    text: (f) => f.description.id,
    order: (f) => f.description.id,
  },
  { id: 'mode', fromEm: 0, track: '6.5em', text: modeWord, order: modeWord },
  {
    id: 'state',
    fromEm: 52,
    track: '6em',
    text: (f) => adapters.states[f.state],
    order: (f) => adapters.states[f.state],
  },
  { id: 'driver', fromEm: 40, track: '6em', text: (f) => f.driver ?? '—', order: (f) => f.driver ?? '' },
  {
    id: 'mask',
    fromEm: 58,
    track: '5em',
    text: (f) => (f.driver === null ? '—' : adapters.maskBits(f.maskBits)),
    order: (f) => (f.driver === null ? 0 : f.maskBits),
  },
  {
    id: 'window',
    fromEm: 66,
    track: 'minmax(16em, 1fr)',
    text: windowText,
    order: (f) => {
      const window = windowOf(f);
      return window === undefined ? -1 : bytesOf(window);
    },
  },
  {
    id: 'liobn',
    fromEm: 78,
    track: '7em',
    text: (f) => hexFull(liobnOf(f), 8),
    order: liobnOf,
    look: 'mono',
  },
  {
    id: 'address',
    fromEm: 88,
    track: '8.5em',
    text: (f) => f.description.fn,
    order: (f) => f.description.fn,
    look: 'mono',
  },
  {
    id: 'tces',
    fromEm: 32,
    track: '13em',
    text: (f) => adapters.used(f.usedTces, f.blockTces),
    order: (f) => f.usedTces,
    look: 'number',
  },
  {
    id: 'fill',
    fromEm: 0,
    track: '4.5em',
    text: (f) => adapters.fillOf(f.usedTces, f.blockTces),
    order: fill,
  },
];

export const columnsFor = (widthEm: number): readonly Column[] =>
  COLUMNS.filter(({ fromEm }) => fromEm <= widthEm);

export const tracksOf = (columns: readonly Column[]): string => columns.map(({ track }) => track).join(' ');

export interface Order {
  readonly by: ColumnId;
  readonly descending: boolean;
}

const collator = new Intl.Collator('en', { numeric: true });

/** Sorted by a column; alike ones stay in the machine's order. Undefined: the machine's order. */
export function sorted(
  functions: readonly FunctionAnswer[],
  order: Order | undefined,
): readonly FunctionAnswer[] {
  const column = COLUMNS.find(({ id }) => id === order?.by);
  if (column === undefined || order === undefined) return functions;
  const sign = order.descending ? -1 : 1;
  return functions
    .map((fn) => ({ fn, value: column.order(fn) }))
    .sort((a, b) => sign * compared(a.value, b.value))
    .map(({ fn }) => fn);
}

function compared(a: number | string, b: number | string): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b));
}

/** Those of which some column says each word of the filter; case does not matter. */
export function filtered(functions: readonly FunctionAnswer[], filter: string): readonly FunctionAnswer[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return functions;
  return functions.filter((f) => {
    const said = [f.description.device, f.description.slotClass, ...COLUMNS.map(({ text }) => text(f))]
      .join('\n')
      .toLowerCase();
    return words.every((word) => said.includes(word));
  });
}

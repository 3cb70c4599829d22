// Adapters and VFs: the tree, the map, what can be done with what was chosen.

import type { DmaMode, FunctionAnswer } from '../../core/index.ts';
import { counted, grouped, percent } from '../widgets/numbers.ts';

type State = FunctionAnswer['state'];

const MODES: Readonly<Record<DmaMode, string>> = {
  direct: 'direct',
  indirect: 'indirect',
  hybrid: 'hybrid',
  default: 'default 4K',
  none: 'no DMA',
};

const STATES: Readonly<Record<State, string>> = {
  absent: 'unplugged',
  present: 'no driver',
  bound: 'driven',
  failed: 'failed',
  frozen: 'frozen',
};

const SLOT_CLASSES: Readonly<Record<string, string>> = {
  'sriov-vf': 'SR-IOV VFs',
  dedicated: 'Dedicated slots',
  'qemu-phb': 'PCI slots',
};

/** "12 indirect, 3 no driver" */
const parts = (counts: ReadonlyMap<string, number>): string =>
  [...counts].map(([word, count]) => `${grouped(count)} ${word}`).join(', ');

export const adapters = {
  title: 'Adapters and VFs',
  tree: 'Adapters and virtual functions',
  map: 'Virtual functions as a map',
  modes: MODES,
  states: STATES,
  slotClass: (id: string) => SLOT_CLASSES[id] ?? id,
  phb: (domain: string) => `PHB ${domain}`,
  peOf: (count: number) => `one PE with ${counted(count, 'function')}`,

  none: 'No virtual function yet.',
  waiting: (count: number) =>
    `${counted(count, 'function')}, waiting for a kernel to drive ${count === 1 ? 'it' : 'them'}.`,
  alike: (count: number, word: string) =>
    count === 1 ? `1 function: ${word}.` : `${counted(count, 'function')}, all ${word}.`,
  mixed: (count: number, counts: ReadonlyMap<string, number>) =>
    `${counted(count, 'function')}: ${parts(counts)}.`,
  tally: parts,

  columns: {
    name: 'Name',
    mode: 'Mode',
    fill: 'Fill',
    tces: 'TCEs used of block',
    state: 'State',
    driver: 'Driver',
    mask: 'Mask',
    window: 'Window',
    liobn: 'LIOBN',
    address: 'Address',
  },
  maskBits: (bits: number) => `${String(bits)} bits`,
  window: (size: string, where: string, page: string) => `${size} at ${where}, ${page} pages`,
  used: (used: number, block: number) => `${grouped(used)} of ${grouped(block)}`,
  fillOf: (used: number, block: number) => `${percent(used, block)} of its block`,
  sortBy: (column: string) => `Sort by ${column}`,

  filter: 'Filter functions',
  filterHint: 'Filter: vf12, indirect, frozen …',
  arrange: 'Group, sort, map',
  group: 'Group by',
  groups: {
    place: 'adapter and port',
    mode: 'mode',
    state: 'state',
    device: 'device',
    none: 'nothing',
  },
  sort: 'Sort by',
  natural: 'place',
  descending: 'Largest first',
  view: 'Show as',
  views: { tree: 'List', map: 'Map' },
  colour: 'Cells show',
  colours: { fill: 'fill', mode: 'mode', state: 'state' },
  fills: ['empty', 'below 1 %', '1 to 10 %', '10 to 50 %', '50 to 90 %', '90 % and more'],
  legend: 'Legend',
  cell: (id: string, mode: string, state: string, fill: string) => `${id}: ${mode}, ${state}, ${fill}`,
  nothingFits: (filter: string) => `No function fits “${filter}”.`,
  clearFilter: 'Clear the filter',
  shown: (shown: number, all: number) => `${grouped(shown)} of ${grouped(all)} shown`,
  empty: 'No functions yet. Add some below.',

  chosen: {
    none: 'Nothing is chosen.',
    many: (count: number, used: number, counts: ReadonlyMap<string, number>) =>
      `${grouped(count)} chosen: ${parts(counts)}; ${counted(used, 'TCE')} in use.`,
    one: (id: string, words: string) => `${id}: ${words}.`,
    noDriver: 'no driver yet, so no window is in use',
    off: 'the machine is off; boot, and a driver takes it',
    window: (where: string, used: string) => `${where}; ${used} TCEs`,
    failed: (id: string) =>
      `The driver of ${id} gave up. The guest log says why; mend that, then reset the partition.`,
    frozen: (id: string) =>
      `The PE of ${id} is frozen: no DMA and no MMIO passes. While its driver does I/O, Linux notices and recovers it (see the guest log). If it stays frozen, reset the partition.`,
    manyFrozen: (count: number) =>
      `${grouped(count)} of them are frozen: no DMA passes. Linux recovers a PE whose driver does I/O; if they stay frozen, reset the partition.`,
  },
  reset: 'Reset the partition',
  itsCalls: 'Its calls in the trace',

  hmc: 'HMC:',
  copyHmc: 'Copy the HMC line that adds these',
  count: 'How many to add',
  device: 'Device',
  add: 'Add',
  remove: 'Remove',
  removeNamed: (what: string) => `Remove ${what}`,
  removeHint: (what: string) => `Remove ${what} (Delete)`,
  undo: 'Undo',
  undoHint: (line: string) => `Undo: ${line} (Ctrl+Z)`,
  functions: (ids: readonly string[]) =>
    ids.length === 1 ? (ids[0] ?? '') : counted(ids.length, 'function'),
  selectAll: 'Select all',

  removing: (done: number, total: number) => `Removing: ${grouped(done)} of ${grouped(total)}`,
  starting: (done: number, total: number) => `Starting: ${grouped(done)} of ${grouped(total)}`,
  stopping: (done: number, total: number) => `Stopping: ${grouped(done)} of ${grouped(total)}`,
} as const;

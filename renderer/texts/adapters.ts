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

/** "2 %", "0.05 %" */
const percentText = (percent: number): string => `${String(Math.round(percent * 100) / 100)} %`;

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
  port: {
    slotNote: (mode: 'dedicated' | 'shared', location: string, owner: string) =>
      `${mode}${owner === '' ? '' : ` to ${owner}`} · ${location}`,
    portNote: (used: number, ports: number, most: number) =>
      `${percentText(used)} of 100 % · ${grouped(ports)} of ${grouped(most)} ports`,
    logicalNote: (capacity: number, lpar: string) =>
      lpar === '' ? percentText(capacity) : `${percentText(capacity)} · ${lpar}`,
    slot: (name: string, title: string, location: string, mode: string) =>
      `Slot ${name}: ${title}, ${mode} mode, at ${location}.`,
    physical: (location: string, used: number, ports: number, most: number, granule: number) =>
      `Physical port ${location}: ${percentText(used)} of 100 % capacity given away, ${grouped(ports)} of ${grouped(most)} logical ports; steps of ${percentText(granule)}.`,
    logical: (port: string, location: string, drc: string, lpar: string, capacity: number) =>
      `Logical port ${port} at ${location}: ${drc}, partition ${lpar}, ${percentText(capacity)} of its port.`,
    backing: (lpar: string, slot: number) => `It backs the vNIC in virtual slot ${String(slot)} of ${lpar}.`,
    migratable: (backup: string) => `Migratable: ${backup} takes over meanwhile.`,
    blocks: (lpar: string) =>
      `A direct VF without a backup device: it blocks live migration of ${lpar}, which cannot move while it has it.`,
    share: 'Put the adapter into shared mode',
    dedicate: 'Put the adapter into dedicated mode',
    copyMode: 'Copy the HMC line that changes the mode',
    copyRemove: 'Copy the HMC lines that remove these',
    where: 'Where to add',
    own: (slot: string) => `${slot}, any`,
    at: (slot: string, port: string) => `${slot} ${port}`,
    capacity: 'Capacity of each, percent of the port',
    percent: '%',
    lpar: 'For which partition',
    moreLines: (count: number) => `and ${counted(count, 'line')} more`,
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

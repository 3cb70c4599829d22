// The panel "TCE table": which entry translates which bus address, from a whole table down to a bit.

import type { DmaFault } from '../../core/index.ts';
import type { BitKind } from '../panels/bit-fields.ts';

export const tces = {
  tab: 'TCE table',
  title: (id: string) => `TCE table of ${id}`,
  titleAlone: 'TCE table',
  none: 'Choose a function that has a window: its table of TCEs appears here.',
  summary: (used: string, entries: string, page: string) =>
    `${used} of ${entries} in use, each for an I/O page of ${page}.`,
  noTable: (id: string) => `${id} has no window now, so it has no TCE table: no DMA reaches memory.`,
  window: 'Window',
  windowName: (isDefault: boolean, size: string, liobn: string) =>
    `${isDefault ? 'default' : 'dynamic'} · ${size} · LIOBN ${liobn}`,
  /** Going somewhere. */
  goTo: 'Go to index or bus address',
  goToHint: '1204 or 0x800000000050000',
  go: 'Go',
  previousUsed: 'Previous in use',
  nextUsed: 'Next in use',
  noneInUse: 'No entry in use in that direction.',
  notAPlace: (text: string) => `“${text}” is neither an index nor a bus address in hex.`,
  outside: (text: string, last: string, first: string, end: string) =>
    `“${text}” is outside this window: indices go up to ${last}, bus addresses from ${first} to ${end}.`,
  /** The overview. */
  map: 'Map of the table',
  mapPart: (from: string, to: string) => `TCEs ${from} to ${to}`,
  mapScale: (cells: string, perCell: string, bytes: string) =>
    `${cells}, each ${perCell} (${bytes} of bus addresses)`,
  mapKeys: 'Arrow keys move, Enter looks closer, Backspace steps back.',
  cell: (from: string, to: string, used: string) => `TCEs ${from} to ${to}: ${used} in use`,
  noneUsed: 'none',
  /** The map of the windows panel: one strip. */
  tce: 'TCE',
  strip: 'TCE map',
  stripCell: 'Cell of the TCE map',
  stripScale: (entries: string, perCell: string, bytes: string) =>
    `${entries}, each cell ${perCell} of them, ${bytes} of bus addresses`,
  cellFirst: (cell: string) => `${cell}; the first:`,
  cellOne: (index: string, used: boolean) => `TCE ${index}: ${used ? 'in use' : 'not in use'}`,
  closer: 'Look closer',
  stepBack: 'Step back',
  whole: 'Whole table',
  /** The list. */
  list: 'Entries of the table',
  listScroll: 'Place in the table',
  columns: {
    index: 'Index',
    ioba: 'Bus address',
    real: 'Real address',
    may: 'Device may',
    state: 'State',
  },
  waiting: '…',
  notMapped: 'not mapped',
  leftOver: 'not mapped, bits left over',
  mappedDirect: 'memory, mapped once (1:1)',
  mappedDynamic: 'mapped for an I/O',
  mappedDefault: 'mapped',
  outsideMemory: 'outside memory',
  may: (read: boolean, write: boolean) =>
    read && write ? 'read, write' : read ? 'read' : write ? 'write' : '–',
  /** The splitter. */
  splitter: 'One bus address, taken apart',
  busAddress: 'Bus address',
  notHex: (text: string) =>
    `“${text}” is not a number of 64 bits in hex. Write for example 0x800000000050123.`,
  pick: 'Type a bus address, or choose an entry of the table.',
  reached: (id: string, address: string, how: string) =>
    `${id} reaches real address ${address}: it may ${how}.`,
  how: { both: 'read and write', read: 'read, and not write', write: 'write, and not read' },
  refused: (id: string, why: string) => `${id} is refused: ${why}.`,
  faults: {
    'no-window': 'no window of its PE covers this bus address',
    'no-tce': 'the TCE has no permission bits, nothing is mapped there',
    permission: 'the TCE does not allow it',
    'beyond-ram': 'the TCE points outside the partition’s memory',
    frozen: 'its PE is frozen',
  } satisfies Record<DmaFault, string>,
  thisAddress: 'The bus address',
  itsTce: (index: string, liobn: string) => `The TCE: entry ${index} of LIOBN ${liobn}`,
  realAddress: 'Real address',
  realParts: 'page of the TCE + offset',
  notAligned:
    'The window does not begin on a multiple of its length: index and offset count from its first bus address.',
  bits: (high: number, low: number) => (high === low ? `bit ${high}` : `bits ${high} to ${low}`),
  kinds: {
    base: 'window',
    index: 'index',
    offset: 'offset in the page',
    page: 'real page number',
    ignored: 'below the page size: not looked at',
    reserved: 'reserved',
    write: 'device may write',
    read: 'device may read',
  } satisfies Record<BitKind, string>,
  picture: (what: string, value: string) => `${what}, ${value}, as eight bytes`,
  writer: 'Written last by',
  writerEvent: (seq: string) => `event ${seq}`,
  writerNone: 'nothing, since the window was made',
  writerUnknown: 'a call further back than the search went',
  backwards: 'Who maps a real address?',
  realInput: 'Real address',
  everywhere: 'in every PE of the partition',
  mappedBy: (count: string) => `${count} map it:`,
  mappedByNone: 'No TCE maps it.',
  mappedByMore: 'There may be more: the search was ended.',
  mapper: (id: string, index: string) => `${id}, TCE ${index}`,
} as const;

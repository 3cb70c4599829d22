// Device tree properties by meaning: what each says, field by field, and which document says so. Values come from any tree: what is
// too short or too long is told as far as it goes.

import { pageSizeName } from '../base/bits.ts';
import { binarySizeText } from '../trace/numbers.ts';
import { FieldReader, looksLikeText, sizeNote } from './property-cells.ts';
import type { PropertyField } from './property-cells.ts';

export interface PropertyPlace {
  readonly path: string;
  /** Cells of addresses and sizes in this node's reg, and in its children's. */
  readonly regCells: CellCounts;
  readonly childCells: CellCounts;
}

interface CellCounts {
  readonly address: number;
  readonly size: number;
}

export interface PropertyMeaning {
  /** A sentence; empty: nothing is known beyond the bytes. */
  readonly sentence: string;
  /** Where it is defined; empty: not known. */
  readonly document: string;
  readonly fields: readonly PropertyField[];
}

interface Definition {
  readonly sentence: string;
  readonly document: string;
  readonly read: (reader: FieldReader, place: PropertyPlace) => void;
}

const DT = 'Devicetree Specification';
const PCI = 'PCI Bus Binding to IEEE 1275';
const PAPR = 'LoPAR, PAPR Binding';
const DDW = 'LoPAR, DMA Window Manipulation Calls';
const DR = 'LoPAR, Dynamic Reconfiguration';
const LINUX = 'Linux, pseries/iommu.c';

const number =
  (name: string, decimal = false) =>
  (reader: FieldReader): void =>
    void reader.number(name, 1, { decimal });

const strings =
  (name: string) =>
  (reader: FieldReader): void =>
    reader.strings(name);

const flag = (): void => undefined;

const bitsOf = (value: bigint, high: number, low: number): number =>
  Number((value >> BigInt(low)) & ((1n << BigInt(high - low + 1)) - 1n));

/** phys.hi of a PCI address: "bus 1, device 0, function 0, register 0". */
const configNote = (hi: bigint): string =>
  `bus ${bitsOf(hi, 23, 16)}, device ${bitsOf(hi, 15, 11)}, function ${bitsOf(hi, 10, 8)}, register 0x${bitsOf(hi, 7, 0).toString(16)}`;

const SPACES: readonly string[] = ['configuration space', 'I/O space', '32-bit memory', '64-bit memory'];
const spaceNote = (hi: bigint): string =>
  `${SPACES[bitsOf(hi, 25, 24)] ?? ''}${bitsOf(hi, 30, 30) === 1 ? ', prefetchable' : ''}`;

const isPhb = (path: string): boolean => /^\/pci@[0-9a-f]+$/.test(path);
const isPciFunction = (path: string): boolean => /^\/pci@[0-9a-f]+\//.test(path);

function reg(reader: FieldReader, { path, regCells }: PropertyPlace): void {
  if (isPhb(path)) {
    reader.number('BUID', 2, { kind: 'buid' });
    reader.number('size', 2);
  } else if (isPciFunction(path)) {
    while (reader.left >= 20) {
      reader.number('phys.hi', 1, { note: configNote });
      reader.number('phys.mid, phys.lo', 2);
      reader.number('size', 2, { note: sizeNote });
    }
  } else if (regCells.size === 0) {
    const unit = Math.max(1, regCells.address);
    while (reader.left >= 4 * unit) reader.number('unit address', unit);
  } else {
    const memory = /^\/memory@/.test(path) ? ('real-address' as const) : ('plain' as const);
    while (reader.left >= 4 * (regCells.address + regCells.size)) {
      reader.number('address', regCells.address, { kind: memory });
      reader.number('size', regCells.size, { note: sizeNote });
    }
  }
}

function ranges(reader: FieldReader, { childCells, regCells }: PropertyPlace): void {
  const pci = childCells.address === 3;
  const bytes = 4 * (childCells.address + regCells.address + childCells.size);
  while (bytes > 0 && reader.left >= bytes) {
    if (pci) reader.number('space', 1, { note: spaceNote });
    reader.number('bus address', pci ? 2 : childCells.address);
    reader.number('CPU address', regCells.address);
    reader.number('size', childCells.size, { note: sizeNote });
  }
}

/** One or more of (LIOBN, address, size). */
function dmaWindow(reader: FieldReader): void {
  while (reader.left >= 20) {
    reader.number('LIOBN', 1, { kind: 'liobn' });
    reader.number('first bus address', 2, { kind: 'bus-address' });
    reader.number('size', 2, { note: (bytes) => `${sizeNote(bytes)}, ${bytes >> 12n} TCEs of 4K` });
  }
}

const shiftNote = (shift: bigint): string => binarySizeText(2 ** Number(shift));

function linuxWindow(reader: FieldReader): void {
  reader.number('liobn', 1, { kind: 'liobn' });
  reader.number('padding', 1);
  reader.number('dma_base', 2, { kind: 'bus-address' });
  reader.number('tce_shift', 1, {
    decimal: true,
    note: (shift) => `pages of ${pageSizeName(Number(shift))}`,
  });
  reader.number('window_shift', 1, { decimal: true, note: (shift) => `a window of ${shiftNote(shift)}` });
}

function extensions(reader: FieldReader): void {
  reader.number('extensions that follow', 1, { decimal: true });
  reader.number('token of ibm,reset-pe-dma-windows', 1, { kind: 'token' });
  const yes = (value: bigint): string => (value === 0n ? 'no' : 'yes');
  reader.number('query may use 6 outputs (64-bit TCE counts)', 1, { decimal: true, note: yes });
  reader.number('limited addressing mode', 1, { decimal: true, note: yes });
}

function applicable(reader: FieldReader): void {
  for (const call of ['query', 'create', 'remove'])
    reader.number(`token of ibm,${call}-pe-dma-window`, 1, { kind: 'token' });
}

function lrdrCapacity(reader: FieldReader): void {
  reader.number('memory at most', 2, { note: sizeNote });
  reader.number('memory block (LMB)', 2, { note: sizeNote });
  reader.number('processors at most', 1, { decimal: true });
}

const LMB_FLAGS: readonly (readonly [bigint, string])[] = [
  [0x08n, 'assigned'],
  [0x20n, 'hot-removable'],
  [0x40n, 'DRC invalid'],
  [0x80n, 'reserved'],
];

function flagsNote(flags: bigint): string {
  const set = LMB_FLAGS.filter(([bit]) => (flags & bit) !== 0n).map(([, name]) => name);
  return set.length === 0 ? 'not assigned' : set.join(', ');
}

const associativityNote = (index: bigint): string => (index === 0xffff_ffffn ? 'none' : `list ${index}`);

function dynamicMemoryV2(reader: FieldReader): void {
  reader.number('sets', 1, { decimal: true });
  while (reader.left >= 24) {
    reader.number('LMBs in sequence', 1, { decimal: true });
    reader.number('first address', 2, { kind: 'real-address' });
    reader.number('DRC index', 1);
    reader.number('associativity', 1, { note: associativityNote });
    reader.number('flags', 1, { note: flagsNote });
  }
}

function dynamicMemory(reader: FieldReader): void {
  reader.number('LMBs', 1, { decimal: true });
  while (reader.left >= 24) {
    reader.number('address', 2, { kind: 'real-address' });
    reader.number('DRC index', 1);
    reader.number('reserved', 1);
    reader.number('associativity', 1, { note: associativityNote });
    reader.number('flags', 1, { note: flagsNote });
  }
}

/** The child's address and interrupt, then the parent's; how many cells the parent takes is its own affair. */
function interruptMap(reader: FieldReader, { childCells }: PropertyPlace): void {
  const entry = 4 * (childCells.address + 1 + 1 + 2);
  while (entry > 0 && reader.left >= entry) {
    if (childCells.address === 3) {
      reader.number('child: phys.hi', 1, { note: configNote });
      reader.number('child: phys.mid, phys.lo', 2);
    } else reader.number('child: address', childCells.address);
    reader.number('child: interrupt pin', 1, { decimal: true });
    reader.number('interrupt controller (phandle)', 1);
    reader.number('interrupt number', 1);
    reader.number('sense', 1, { note: (sense) => (sense === 0n ? 'edge' : 'level') });
  }
}

function memoryRange(reader: FieldReader): void {
  while (reader.left >= 16) {
    reader.number('address', 2, { kind: 'real-address' });
    reader.number('size', 2, { note: sizeNote });
  }
}

function lookupArrays(reader: FieldReader): void {
  reader.number('lists', 1, { decimal: true });
  reader.number('entries of each', 1, { decimal: true });
  reader.rest('domain');
}

function countedDomains(reader: FieldReader): void {
  reader.number('domains', 1, { decimal: true });
  reader.rest('domain');
}

const define = (sentence: string, document: string, read: Definition['read']): Definition => ({
  sentence,
  document,
  read,
});

const WINDOW_OF_PE =
  'The default DMA window of the PE below: its LIOBN, and which bus addresses its TCEs cover.';

const DEFINITIONS: Readonly<Record<string, Definition>> = {
  name: define('The node’s name.', `${DT} 2.3`, strings('name')),
  device_type: define('What kind of node this is.', `${DT} 2.3.11`, strings('type')),
  compatible: define('What the node is like, the most exact name first.', `${DT} 2.3.1`, strings('like')),
  model: define('The maker’s name for it.', `${DT} 2.3.2`, strings('model')),
  '#address-cells': define('Cells of an address of the children.', `${DT} 2.3.5`, number('cells', true)),
  '#size-cells': define('Cells of a size of the children.', `${DT} 2.3.5`, number('cells', true)),
  '#interrupt-cells': define('Cells of an interrupt of the children.', `${DT} 2.4.2`, number('cells', true)),
  reg: define('Where the node is in its parent’s addresses.', `${DT} 2.3.6; ${PCI} 2.1.4`, reg),
  ranges: define(
    'How bus addresses of the children (loads and stores to them, not DMA) lie in CPU addresses.',
    `${DT} 2.3.8; ${PCI} 2.1.4.1`,
    ranges,
  ),
  'interrupt-map': define(
    'Which interrupt of the controller stands behind each interrupt of a child.',
    `${DT} 2.4.3`,
    interruptMap,
  ),
  'bus-range': define('PCI buses below, the first and the last.', `${PCI} 2.1.4.3`, (reader) => {
    reader.number('first bus', 1, { decimal: true });
    reader.number('last bus', 1, { decimal: true });
  }),
  'vendor-id': define('PCI vendor.', `${PCI} 2.1.4`, number('vendor')),
  'device-id': define('PCI device.', `${PCI} 2.1.4`, number('device')),
  'class-code': define('PCI class: base class, subclass, interface.', `${PCI} 2.1.4`, number('class')),
  'ibm,dma-window': define(WINDOW_OF_PE, `${PAPR}, ibm,dma-window`, dmaWindow),
  'ibm,dma-window-saved': define(
    'The default window’s property as it was before Linux removed the window, for the next kernel.',
    LINUX,
    dmaWindow,
  ),
  'ibm,my-dma-window': define(
    'The DMA window of a virtual device; it can have up to three.',
    'LoPAR, Virtual I/O; PAPR Binding, ibm,my-dma-window',
    dmaWindow,
  ),
  'ibm,#dma-address-cells': define(
    'Cells of a bus address in the window properties.',
    `${PAPR}, ibm,#dma-address-cells`,
    number('cells', true),
  ),
  'ibm,#dma-size-cells': define(
    'Cells of a size in the window properties.',
    `${PAPR}, ibm,#dma-size-cells`,
    number('cells', true),
  ),
  'ibm,ddw-applicable': define(
    'PEs below can have dynamic DMA windows: the tokens of the three RTAS calls.',
    `${DDW}; PAPR Binding, ibm,ddw-applicable`,
    applicable,
  ),
  'ibm,ddw-extensions': define(
    'What the firmware knows of dynamic DMA windows beyond the three calls.',
    `${DDW}; PAPR Binding, ibm,ddw-extensions`,
    extensions,
  ),
  'linux,direct64-ddr-window-info': define(
    'Linux’ note to itself and to the next kernel: a dynamic window in which all of memory is mapped once.',
    `${LINUX}, struct dynamic_dma_window_prop`,
    linuxWindow,
  ),
  'linux,dma64-ddr-window-info': define(
    'Linux’ note to itself and to the next kernel: a dynamic window whose table is filled and cleared as I/O goes.',
    `${LINUX}, struct dynamic_dma_window_prop`,
    linuxWindow,
  ),
  'linux,usable-memory': define(
    'The part of memory that a crash kernel may use.',
    'Linux, kexec (crash kernel)',
    memoryRange,
  ),
  'ibm,lrdr-capacity': define(
    'How far the partition can grow: enable_ddw() sizes a direct window by the first number.',
    `${DR}; PAPR Binding, ibm,lrdr-capacity`,
    lrdrCapacity,
  ),
  'ibm,lmb-size': define('Size of a logical memory block.', `${DR}, ibm,lmb-size`, (reader) => {
    reader.number('size', 2, { note: sizeNote });
  }),
  'ibm,dynamic-memory': define(
    'Logical memory blocks, each one.',
    `${DR}, ibm,dynamic-memory`,
    dynamicMemory,
  ),
  'ibm,dynamic-memory-v2': define(
    'Logical memory blocks, in sets of like ones.',
    `${DR}, ibm,dynamic-memory-v2`,
    dynamicMemoryV2,
  ),
  'ibm,memory-flags-mask': define('Flags of memory blocks that mean something.', DR, number('mask')),
  'ibm,memory-preservation-time': define('Seconds for which memory is kept.', PAPR, number('seconds', true)),
  'ibm,associativity': define('How near it is to what: NUMA.', 'LoPAR, NUMA', countedDomains),
  'ibm,associativity-lookup-arrays': define('Lists that memory blocks name.', 'LoPAR, NUMA', lookupArrays),
  'ibm,max-associativity-domains': define('Most domains of each level.', 'LoPAR, NUMA', countedDomains),
  'ibm,my-drc-index': define(
    'The dynamic-reconfiguration connector of the slot: what hotplug calls name.',
    `${DR}, ibm,my-drc-index`,
    number('DRC index'),
  ),
  'ibm,pe-total-#msi': define(
    'MSIs that the PE may have.',
    `${PAPR}, ibm,pe-total-#msi`,
    number('MSIs', true),
  ),
  'ibm,pci-config-space-type': define(
    'Configuration space: 0 of 256 bytes, 1 extended.',
    `${PAPR}, ibm,pci-config-space-type`,
    number('type', true),
  ),
  'ibm,is-vf': define(
    'The function is an SR-IOV virtual function.',
    `${PAPR}, ibm,is-vf`,
    number('VF', true),
  ),
  'used-by-rtas': define('RTAS uses the device too.', PAPR, flag),
  'ibm,hypertas-functions': define(
    'Sets of hypervisor calls that the firmware has: hcall-tce and hcall-multi-tce are those of TCEs.',
    `${PAPR}, ibm,hypertas-functions`,
    strings('set'),
  ),
};

const RTAS_TOKEN = define(
  'An RTAS call: the number to call it by on this platform.',
  'LoPAR, RTAS Environment',
  (reader) => void reader.number('token', 1, { kind: 'token' }),
);

const UNKNOWN = define('', '', (reader) => reader.rest('cell'));
const UNKNOWN_TEXT = define('', '', strings('text'));

/** What a property says. */
export function propertyMeaning(name: string, value: Uint8Array, place: PropertyPlace): PropertyMeaning {
  const { sentence, document, read } = definitionOf(name, value, place);
  const reader = new FieldReader(value);
  read(reader, place);
  reader.rest('cell');
  return { sentence, document, fields: reader.fields };
}

function definitionOf(name: string, value: Uint8Array, { path }: PropertyPlace): Definition {
  const known = Object.hasOwn(DEFINITIONS, name) ? DEFINITIONS[name] : undefined;
  if (known !== undefined) return known;
  if (path === '/rtas' && value.length === 4) return RTAS_TOKEN;
  return looksLikeText(value) ? UNKNOWN_TEXT : UNKNOWN;
}

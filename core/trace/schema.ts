// What each kind of event is and what its fields mean: read by formatting, JSONL, the filter language, help, and grids to come.
// A new kind of event is its type in events.ts, a line in kinds.ts, and its entry here.

import type { DmaFault } from '../abi/ports.ts';
import type { DmaMode, MachineState, PeState, PrintkEvent, TraceEvent, TraceEventKind } from './events.ts';
import { TRACE_KINDS } from './kinds.ts';

/** What sort of thing an event is, for a person scanning down a trace. Each has a letter, so that colour is never the only sign. */
export type EventClass =
  | 'map'
  | 'unmap'
  | 'stuff'
  | 'get'
  | 'hcall'
  | 'window'
  | 'rtas'
  | 'dma'
  | 'error'
  | 'kernel'
  | 'log'
  | 'platform'
  | 'command'
  | 'note';

export interface ClassSchema {
  /** One letter, different for every class. */
  readonly mark: string;
  readonly label: string;
  readonly meaning: string;
}

export const EVENT_CLASSES: Readonly<Record<EventClass, ClassSchema>> = {
  map: {
    mark: 'M',
    label: 'map',
    meaning: 'makes I/O pages usable: H_PUT_TCE with permissions, H_PUT_TCE_INDIRECT',
  },
  unmap: { mark: 'U', label: 'unmap', meaning: 'takes one I/O page away: H_PUT_TCE without permissions' },
  stuff: {
    mark: 'S',
    label: 'stuff',
    meaning: 'writes one value many times: H_STUFF_TCE, mostly to clear a range',
  },
  get: { mark: 'G', label: 'get', meaning: 'reads one TCE: H_GET_TCE' },
  hcall: { mark: 'H', label: 'hcall', meaning: 'another hypervisor call' },
  window: { mark: 'W', label: 'window', meaning: 'asks for, makes or removes a DMA window' },
  rtas: { mark: 'R', label: 'RTAS', meaning: 'another call of Run-Time Abstraction Services' },
  dma: { mark: 'D', label: 'DMA', meaning: 'a device reads or writes memory' },
  error: { mark: 'E', label: 'error', meaning: 'a call was refused, a DMA failed, a driver gave up' },
  kernel: { mark: 'K', label: 'kernel', meaning: 'the guest kernel does or decides something' },
  log: { mark: 'L', label: 'log', meaning: 'a line of the kernel log' },
  platform: {
    mark: 'P',
    label: 'platform',
    meaning: 'the machine, its functions or the device tree changed',
  },
  command: { mark: 'C', label: 'command', meaning: 'what you asked the lab to do' },
  note: { mark: 'N', label: 'note', meaning: 'a mark, or the figures of a workload' },
};

/** How a field is written: in text, in JSONL, and as a value in filters. */
export type FieldType =
  /** 64-bit value: `0x` and 16 digits. */
  | 'u64'
  | 'u64s'
  /** 32-bit bus number: `0x` and 8 digits. */
  | 'liobn'
  /** hcall number: its name where it has one. */
  | 'opcode'
  /** hcall status: a number in files, a name in text. */
  | 'status'
  | 'int'
  | 'ints'
  | 'text'
  | 'flag'
  /** Raw bytes: hex digits. */
  | 'bytes'
  /** TCE runs, one window, one function, steps of a plan: objects of their own. */
  | 'runs'
  | 'window'
  | 'function'
  | 'steps';

export interface FieldSchema {
  readonly type: FieldType;
  /** What the number counts: `TCEs`, `bytes`, `ns`, `bits`. */
  readonly unit?: string;
  readonly meaning: string;
  /** The field may be missing. */
  readonly optional?: true;
  /** All texts that the field can hold. */
  readonly values?: readonly string[];
}

export interface KindSchema {
  readonly label: string;
  /** The class when nothing went wrong; classOf() in classes.ts says which one an event has. */
  readonly class: EventClass;
  readonly meaning: string;
  readonly fields: Readonly<Record<string, FieldSchema>>;
}

/** The event type with kind `K`. */
export type EventOf<K extends TraceEventKind, E = TraceEvent> = E extends { readonly kind: infer Kinds }
  ? K extends Kinds
    ? E
    : never
  : never;

/** One schema per field: an event type that gets a new field does not compile until it is described here. */
type FieldsOf<K extends TraceEventKind> = {
  readonly [F in Exclude<keyof EventOf<K>, 'seq' | 'timeNs' | 'cause' | 'kind'>]-?: FieldSchema;
};

type Schemas = {
  readonly [K in TraceEventKind]: Omit<KindSchema, 'fields'> & { readonly fields: FieldsOf<K> };
};

const DIRECTIONS = ['read', 'write'];
const FAULTS: readonly DmaFault[] = ['no-window', 'no-tce', 'permission', 'beyond-ram', 'frozen'];
const LEVELS: readonly PrintkEvent['level'][] = ['err', 'warn', 'notice', 'info', 'debug'];
const MODES: readonly DmaMode[] = ['direct', 'indirect', 'hybrid', 'default', 'none'];
const PE_STATES: readonly PeState[] = [
  'normal',
  'reset',
  'stopped',
  'mmio-enabled',
  'unavailable',
  'disabled',
];
const STATES: readonly MachineState[] = ['off', 'booting', 'running', 'oops'];

const FN: FieldSchema = { type: 'text', meaning: 'PCI function: domain:bus:device.function' };
const BUID: FieldSchema = { type: 'u64', meaning: 'bus unit: names the PHB and its PE in RTAS calls' };

const windowFields = { buid: BUID, window: { type: 'window', meaning: 'the window' } } as const;
const dmaFields = {
  fn: FN,
  direction: {
    type: 'text',
    meaning: 'read = the device reads memory, write = it writes memory',
    values: DIRECTIONS,
  },
  busAddress: { type: 'u64', meaning: 'first bus address of the transfer' },
  bytes: { type: 'int', unit: 'bytes', meaning: 'length of the transfer' },
} as const;
const driverFields = {
  fn: FN,
  driver: { type: 'text', meaning: "the driver's name" },
  mode: { type: 'text', meaning: "which way the device's DMA goes from now on", values: MODES },
  maskBits: { type: 'int', unit: 'bits', meaning: 'width of the DMA mask that the driver asked for' },
  reason: { type: 'text', meaning: 'why it failed, with the errno', optional: true },
} as const;
const functionFields = { description: { type: 'function', meaning: 'what the function is' } } as const;

export const SCHEMA: Schemas = {
  'tce-hcall': {
    label: 'TCE hcall',
    class: 'map',
    meaning: 'one of the four hypervisor calls that read or write TCEs',
    fields: {
      opcode: { type: 'opcode', meaning: 'which call' },
      liobn: { type: 'liobn', meaning: 'logical I/O bus number: names the window' },
      ioba: { type: 'u64', meaning: 'I/O bus address of the (first) TCE' },
      ret: { type: 'status', meaning: 'status, r3 after the call' },
      tce: { type: 'u64', meaning: 'the value written or read: real page and permissions', optional: true },
      count: { type: 'int', unit: 'TCEs', meaning: 'number of TCEs', optional: true },
      wideCount: {
        type: 'u64',
        unit: 'TCEs',
        meaning: 'the count as given, when it is 2^53 or more',
        optional: true,
      },
      list: { type: 'u64', meaning: 'guest real address of the list page', optional: true },
      runs: { type: 'runs', meaning: 'what the list held, as runs of consecutive pages', optional: true },
    },
  },
  'tce-exchange': {
    label: 'TCE exchange',
    class: 'map',
    meaning:
      'a range of TCEs read and written one by one (VFIO): an H_GET_TCE and an H_PUT_TCE for each entry',
    fields: {
      liobn: { type: 'liobn', meaning: 'logical I/O bus number: names the window' },
      ioba: { type: 'u64', meaning: 'I/O bus address of the first TCE' },
      count: { type: 'int', unit: 'TCEs', meaning: 'entries; twice as many hcalls' },
      before: { type: 'runs', meaning: 'what was read, as runs of consecutive pages' },
      after: { type: 'runs', meaning: 'what was written, as runs of consecutive pages' },
    },
  },
  hcall: {
    label: 'hcall',
    class: 'hcall',
    meaning: 'any other hypervisor call',
    fields: {
      opcode: { type: 'opcode', meaning: 'which call' },
      args: { type: 'u64s', meaning: 'arguments from r4 on' },
      ret: { type: 'status', meaning: 'status, r3 after the call' },
    },
  },
  rtas: {
    label: 'RTAS call',
    class: 'rtas',
    meaning: 'a call of Run-Time Abstraction Services',
    fields: {
      token: { type: 'int', meaning: 'number of the call in the device tree' },
      name: { type: 'text', meaning: 'name of the call' },
      args: { type: 'ints', meaning: 'input cells' },
      nret: { type: 'int', unit: 'cells', meaning: 'output cells asked for' },
      rets: { type: 'ints', meaning: 'output cells, the status first' },
    },
  },
  'window-created': {
    label: 'window created',
    class: 'window',
    meaning: 'a DMA window came to be',
    fields: windowFields,
  },
  'window-removed': {
    label: 'window removed',
    class: 'window',
    meaning: 'a DMA window went away',
    fields: windowFields,
  },
  'window-restored': {
    label: 'window restored',
    class: 'window',
    meaning: 'the default window came back, empty',
    fields: windowFields,
  },
  dma: { label: 'DMA', class: 'dma', meaning: 'a device read or wrote memory', fields: dmaFields },
  'dma-fault': {
    label: 'DMA fault',
    class: 'error',
    meaning: "a device's access was refused",
    fields: { ...dmaFields, fault: { type: 'text', meaning: 'why', values: FAULTS } },
  },
  'pe-frozen': {
    label: 'PE frozen',
    class: 'error',
    meaning: 'after a fault the platform cut the partitionable endpoint off (EEH)',
    fields: { buid: BUID, fn: FN },
  },
  'pe-state': {
    label: 'PE state',
    class: 'platform',
    meaning: 'a partitionable endpoint went into another error state (EEH)',
    fields: {
      buid: BUID,
      from: { type: 'text', meaning: 'the state before', values: PE_STATES },
      to: { type: 'text', meaning: 'the state now', values: PE_STATES },
      by: { type: 'text', meaning: 'the RTAS call that did it, or what happened' },
    },
  },
  printk: {
    label: 'kernel log',
    class: 'log',
    meaning: 'a line of the kernel log',
    fields: {
      level: { type: 'text', meaning: 'severity', values: LEVELS },
      fn: { ...FN, optional: true },
      text: { type: 'text', meaning: 'the whole line without time' },
    },
  },
  'guest-call': {
    label: 'kernel function',
    class: 'kernel',
    meaning: 'the guest kernel entered a function; what follows inside has it as its cause',
    fields: {
      name: { type: 'text', meaning: "the function's name in Linux" },
      fn: { ...FN, optional: true },
      detail: { type: 'text', meaning: 'what it was called with', optional: true },
    },
  },
  'ddw-plan': {
    label: 'DDW plan',
    class: 'kernel',
    meaning: "enable_ddw()'s decision for a device",
    fields: {
      fn: FN,
      mode: { type: 'text', meaning: "which way the device's DMA will go", values: MODES },
      steps: { type: 'steps', meaning: 'the comparisons made, in order' },
    },
  },
  'driver-bound': {
    label: 'driver bound',
    class: 'kernel',
    meaning: 'a driver took the device',
    fields: driverFields,
  },
  'driver-failed': {
    label: 'driver failed',
    class: 'error',
    meaning: "a driver's probe failed",
    fields: driverFields,
  },
  'driver-unbound': {
    label: 'driver unbound',
    class: 'kernel',
    meaning: 'a driver let go of the device',
    fields: driverFields,
  },
  'dt-changed': {
    label: 'device tree',
    class: 'platform',
    meaning: "a property of the guest's live device tree changed",
    fields: {
      path: { type: 'text', meaning: 'node' },
      property: { type: 'text', meaning: 'property' },
      before: { type: 'bytes', meaning: 'value before; missing = there was none', optional: true },
      after: { type: 'bytes', meaning: 'value after; missing = removed', optional: true },
    },
  },
  'function-added': {
    label: 'function added',
    class: 'platform',
    meaning: 'a PCI function appeared',
    fields: functionFields,
  },
  'function-removed': {
    label: 'function removed',
    class: 'platform',
    meaning: 'a PCI function went',
    fields: functionFields,
  },
  'machine-state': {
    label: 'machine',
    class: 'platform',
    meaning: 'the partition changed its state',
    fields: { state: { type: 'text', meaning: 'the new state', values: STATES } },
  },
  command: {
    label: 'command',
    class: 'command',
    meaning: 'a command was accepted',
    fields: { line: { type: 'text', meaning: "the command in the lab's language" } },
  },
  'io-figures': {
    label: 'I/O figures',
    class: 'note',
    meaning: 'a workload ended',
    fields: {
      id: { type: 'text', meaning: 'the function that did the I/O' },
      fn: FN,
      requests: { type: 'int', meaning: 'requests completed' },
      bytes: { type: 'int', unit: 'bytes', meaning: 'payload moved' },
      maps: { type: 'int', meaning: 'DMA mappings made' },
      unmaps: { type: 'int', meaning: 'DMA mappings taken down' },
      hcalls: { type: 'int', meaning: 'hypervisor calls for them' },
      failures: { type: 'int', meaning: 'requests that failed' },
      peakTces: { type: 'int', unit: 'TCEs', meaning: 'most TCEs mapped at one time' },
      durationNs: { type: 'int', unit: 'ns', meaning: 'virtual time from first to last request' },
      corrupted: { type: 'int', meaning: 'payloads whose hash did not match' },
    },
  },
  ioctl: {
    label: 'ioctl',
    class: 'kernel',
    meaning: 'a system call of a user process came back',
    fields: {
      process: { type: 'text', meaning: 'the process' },
      container: { type: 'text', meaning: 'the VFIO container' },
      name: { type: 'text', meaning: "the call's name in Linux" },
      args: { type: 'text', meaning: 'what it was called with' },
      ret: { type: 'int', meaning: '0 or above, or a negative errno' },
      answer: { type: 'text', meaning: 'the result in words' },
    },
  },
  mark: {
    label: 'mark',
    class: 'note',
    meaning: 'a mark that somebody set',
    fields: { text: { type: 'text', meaning: 'what it says' } },
  },
};

/** The schema of a kind with its fields as a plain record, for code that handles all kinds alike. */
export function schemaOf(kind: TraceEventKind): KindSchema {
  return SCHEMA[kind];
}

/** True for the name of a kind. */
export function isTraceKind(text: string): text is TraceEventKind {
  return (TRACE_KINDS as readonly string[]).includes(text);
}

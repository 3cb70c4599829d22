// What a filter can ask about an event: one row per field. `of` reads it from the decoded event; `column`, where there is one, reads
// the same from a packed row without decoding (a property test holds them equal).

import { hcallName } from '../../abi/papr/hcall.ts';
import { permissionText } from '../../abi/papr/tce.ts';
import { hex8 } from '../../base/u64.ts';
import { argumentsOf, permissionsOf } from '../arguments.ts';
import { classAt, classOf } from '../classes.ts';
import type { NewEvent, TraceEventKind } from '../events.ts';
import { callName, functionOf, liobnOf, whoOf } from '../format.ts';
import { CODE_INDIRECT, CODE_PUT, CODE_STUFF, LAST_TCE_CODE, TRACE_KINDS, opcodeOfCode } from '../kinds.ts';
import type { NameLookup } from '../names.ts';
import type { TraceReader } from '../reader.ts';
import { EVENT_CLASSES, schemaOf } from '../schema.ts';
import { OPCODE_NAMES, OPCODE_WORDS, STATUS_NAMES, STATUS_WORDS } from './values.ts';
import type { NumberNames } from './values.ts';

/** Reads a number of a packed TCE hcall. */
export interface NumberColumn {
  readonly width: 32;
  /** First and last code of kinds.ts for which it holds. */
  readonly codes: readonly [number, number];
  readonly read: (log: TraceReader, seq: number) => number;
}

/** The same for a 64-bit value, by halves. */
export interface U64Column {
  readonly width: 64;
  readonly codes: readonly [number, number];
  readonly hi: (log: TraceReader, seq: number) => number;
  readonly lo: (log: TraceReader, seq: number) => number;
}

interface FieldBase {
  readonly name: string;
  /** For help and completion. */
  readonly meaning: string;
}

export interface NumberField extends FieldBase {
  readonly type: 'number';
  /** Undefined: the event has no such field. */
  readonly of: (event: NewEvent) => bigint | number | undefined;
  readonly column?: NumberColumn | U64Column;
  /** Names that stand for numbers, and how they are spelt. */
  readonly names?: NumberNames;
  readonly words?: readonly string[];
  readonly isTime?: true;
}

/** Reads a text of a packed TCE hcall. */
export interface TextColumn {
  readonly codes: readonly [number, number];
  readonly read: (log: TraceReader, seq: number, names: NameLookup) => string | undefined;
}

export interface TextField extends FieldBase {
  readonly type: 'text';
  readonly column?: TextColumn;
  readonly of: (event: NewEvent, names: NameLookup) => string | undefined;
  /** All texts it can be, when there are few. */
  readonly words?: readonly string[];
}

/** Read from the row alone, whatever the event is. */
export interface RowField extends FieldBase {
  readonly type: 'row';
  readonly read: (log: TraceReader, seq: number) => number;
  readonly isTime?: true;
}

/** Every event above this one in the tree of causes. */
export interface AncestorField extends FieldBase {
  readonly type: 'ancestors';
}

export type FilterField = NumberField | TextField | RowField | AncestorField;

const TCE_CODES = [0, LAST_TCE_CODE] as const;
const onTce = (read: TextColumn['read']): TextColumn => ({ codes: TCE_CODES, read });

const row = (name: string, meaning: string, read: RowField['read'], isTime?: true): RowField =>
  isTime === undefined ? { name, meaning, type: 'row', read } : { name, meaning, type: 'row', read, isTime };
const text = (
  name: string,
  meaning: string,
  of: TextField['of'],
  rest: Partial<Pick<TextField, 'words' | 'column'>> = {},
): TextField => ({ name, meaning, type: 'text', of, ...rest });
const number = (
  name: string,
  meaning: string,
  of: NumberField['of'],
  rest: Partial<Pick<NumberField, 'column' | 'names' | 'words' | 'isTime'>> = {},
): NumberField => ({ name, meaning, type: 'number', of, ...rest });

/** A field that the event's own schema has under this name, as text; `example` is a kind that has it. No TCE hcall has one. */
function ownText(name: string, meaning: string, example?: TraceEventKind): TextField {
  const of: TextField['of'] = (event) => {
    if (schemaOf(event.kind).fields[name]?.type !== 'text') return undefined;
    const value: unknown = new Map<string, unknown>(Object.entries(event)).get(name);
    return typeof value === 'string' ? value : undefined;
  };
  const words = example === undefined ? undefined : schemaOf(example).fields[name]?.values;
  const column = { codes: TCE_CODES, read: () => undefined };
  return text(name, meaning, of, words === undefined ? { column } : { column, words });
}

/** A number that the event has under this name. */
function ownNumber(name: string): NumberField['of'] {
  return (event) => {
    const value: unknown = new Map<string, unknown>(Object.entries(event)).get(name);
    return typeof value === 'number' || typeof value === 'bigint' ? value : undefined;
  };
}

/** Names of the four calls by code. */
const TCE_CALL_NAMES = [0, 1, 2, 3].map((code) => hcallName(opcodeOfCode(code)));

const isTce = (event: NewEvent): event is Extract<NewEvent, { kind: 'tce-hcall' }> =>
  event.kind === 'tce-hcall';

function retOf(event: NewEvent): number | undefined {
  if (event.kind === 'tce-exchange') return 0;
  if (event.kind === 'ioctl') return event.ret;
  if (event.kind === 'tce-hcall' || event.kind === 'hcall') return event.ret;
  return event.kind === 'rtas' ? event.rets[0] : undefined;
}

function countOf(event: NewEvent): bigint | number | undefined {
  if (event.kind === 'tce-exchange') return event.count;
  return isTce(event) ? (event.wideCount ?? event.count ?? 1) : undefined;
}

function tceOf(event: NewEvent): bigint | undefined {
  if (event.kind === 'tce-exchange') return event.after[0]?.first;
  return isTce(event) ? (event.tce ?? event.runs?.[0]?.first) : undefined;
}

function buidOf(event: NewEvent): bigint | undefined {
  if ('buid' in event) return event.buid;
  return 'description' in event ? event.description.buid : undefined;
}

const windowOf = (event: NewEvent): Extract<NewEvent, { window: unknown }>['window'] | undefined =>
  'window' in event ? event.window : undefined;

export const FILTER_FIELDS: readonly FilterField[] = [
  row('seq', 'number of the event', (_, seq) => seq),
  row('time', 'virtual time: 1.5ms, 2s, or seconds with a point', (log, seq) => log.timeNsAt(seq), true),
  row('cause', 'number of the enclosing event, -1 at the top', (log, seq) => log.causeAt(seq)),
  { name: 'under', meaning: 'number of any event above this one in the tree of causes', type: 'ancestors' },
  text('kind', 'kind of event', (event) => event.kind, {
    words: TRACE_KINDS,
    column: onTce((log, seq) => log.kindAt(seq)),
  }),
  text('class', 'map, unmap, stuff, window, error …', classOf, {
    words: Object.keys(EVENT_CLASSES),
    column: onTce(classAt),
  }),
  text('mark', 'the letter in front of the line', (event) => EVENT_CLASSES[classOf(event)].mark, {
    words: Object.values(EVENT_CLASSES).map((cls) => cls.mark),
    column: onTce((log, seq) => EVENT_CLASSES[classAt(log, seq)].mark),
  }),
  text('call', 'hcall, RTAS call or kernel function by name; else the kind', callName, {
    column: onTce((log, seq) => TCE_CALL_NAMES[log.codeAt(seq)]),
  }),
  text('who', 'the function as commands name it: vf3', whoOf, {
    column: onTce((log, seq, names) => names.ownerOfLiobn(log.liobnAt(seq)) ?? hex8(log.liobnAt(seq))),
  }),
  text('fn', 'the PCI function: 0103:01:00.0', functionOf, { column: onTce(() => undefined) }),
  text('device', 'its device type: nvme, nic', (event, names) => {
    if ('description' in event) return event.description.device;
    const fn = functionOf(event);
    return fn === undefined ? undefined : names.deviceOfFunction(fn);
  }),
  number('opcode', 'number of the hcall', (event) => ('opcode' in event ? event.opcode : undefined), {
    names: OPCODE_NAMES,
    words: OPCODE_WORDS,
  }),
  number('liobn', 'logical I/O bus number of the window', liobnOf, {
    column: { width: 32, codes: TCE_CODES, read: (log, seq) => log.liobnAt(seq) >>> 0 },
  }),
  number(
    'ioba',
    'I/O bus address of the (first) TCE',
    (event) => ('ioba' in event ? event.ioba : undefined),
    {
      column: {
        width: 64,
        codes: TCE_CODES,
        hi: (log, seq) => log.iobaHiAt(seq),
        lo: (log, seq) => log.iobaLoAt(seq),
      },
    },
  ),
  number('tce', 'value written or read; of a list its first TCE', tceOf, {
    column: {
      width: 64,
      codes: [CODE_PUT, CODE_STUFF],
      hi: (log, seq) => log.tceHiAt(seq),
      lo: (log, seq) => log.tceLoAt(seq),
    },
  }),
  text('perm', 'permissions of that TCE', permissionsOf, {
    words: ['rw', 'r-', '-w', '--'],
    column: { codes: [CODE_PUT, CODE_STUFF], read: (log, seq) => permissionText(log.tceLoAt(seq)) },
  }),
  number('list', 'guest real address of the list page', (event) => (isTce(event) ? event.list : undefined)),
  number('count', 'TCEs that the call names: 1 for get and put', countOf, {
    column: { width: 32, codes: [0, CODE_INDIRECT], read: (log, seq) => log.countAt(seq) },
  }),
  number('ret', 'status of the hcall or RTAS call', retOf, {
    column: { width: 32, codes: TCE_CODES, read: (log, seq) => log.retAt(seq) },
    names: STATUS_NAMES,
    words: STATUS_WORDS,
  }),
  number('token', 'token of the RTAS call', ownNumber('token')),
  number('buid', 'bus unit of a window, function or frozen PE', buidOf),
  number('start', 'first bus address of a window', (event) => windowOf(event)?.start),
  number('entries', 'TCEs of a window', (event) => windowOf(event)?.entries),
  number('page', "a window's page size in bytes", (event) => {
    const window = windowOf(event);
    return window === undefined ? undefined : 2 ** window.pageShift;
  }),
  number('bus', 'first bus address of a DMA', ownNumber('busAddress')),
  number('bytes', 'length of a DMA, payload of a workload', ownNumber('bytes')),
  ownText('direction', 'read or write, seen from the device', 'dma'),
  ownText('fault', 'why a DMA was refused', 'dma-fault'),
  ownText('level', 'severity of a kernel message', 'printk'),
  ownText('text', 'words of a kernel message or mark'),
  ownText('name', 'name of an RTAS call or kernel function'),
  ownText('detail', 'what a kernel function was called with'),
  ownText('driver', "a driver's name"),
  ownText('mode', "which way a device's DMA goes", 'ddw-plan'),
  number('mask', 'bits of the DMA mask', ownNumber('maskBits')),
  ownText('reason', 'why a driver failed'),
  ownText('path', 'node of the device tree'),
  ownText('property', 'property of the device tree'),
  ownText('state', 'state of the partition', 'machine-state'),
  ownText('line', 'a command as typed'),
  text('args', 'the arguments as the line shows them', (event) =>
    argumentsOf(event)
      .map(([name, value]) => (name === '' ? value : `${name}=${value}`))
      .join(' '),
  ),
];

const BY_NAME: ReadonlyMap<string, FilterField> = new Map(FILTER_FIELDS.map((field) => [field.name, field]));

export function findField(name: string): FilterField | undefined {
  return BY_NAME.get(name.toLowerCase());
}

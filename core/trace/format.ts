// One line of text per event in fixed columns: mark, time, who, call, arguments, result. Parts carry their class, so that the command
// line and the window colour alike; the mark letter says the same without colour.

import { hcallName } from '../abi/papr/hcall.ts';
import { hex8, joinU64 } from '../base/u64.ts';
import { argumentsOf } from './arguments.ts';
import { classOf } from './classes.ts';
import type { NewEvent, TraceEvent } from './events.ts';
import type { NameLookup } from './names.ts';
import { NO_NAMES } from './names.ts';
import { rtasStatusText, statusText, timeText } from './numbers.ts';
import type { EventClass } from './schema.ts';
import { EVENT_CLASSES } from './schema.ts';

export type PartRole = 'mark' | 'time' | 'who' | 'call' | 'name' | 'value' | 'result' | 'text';

/** A piece of a line. The texts of all parts, joined, are the line. */
export interface TracePart {
  readonly text: string;
  readonly role: PartRole;
  readonly class: EventClass;
}

const TIME_WIDTH = 14;
const WHO_WIDTH = 8;
const CALL_WIDTH = 24;
/** Arguments are filled up to here, so that results stand below each other. */
const ARGUMENTS_WIDTH = 76;

/** What stands in the call column: hcall, RTAS call or kernel function by name; the kind for all else. */
export function callName(event: NewEvent): string {
  switch (event.kind) {
    case 'tce-hcall':
    case 'hcall':
      return hcallName(event.opcode);
    case 'rtas':
    case 'guest-call':
    case 'ioctl':
      return event.name;
    case 'tce-exchange':
      return 'H_GET_TCE+H_PUT_TCE';
    default:
      return event.kind;
  }
}

/** The PCI function that an event is about, where it names one. */
export function functionOf(event: NewEvent): string | undefined {
  if ('fn' in event) return event.fn;
  return 'description' in event ? event.description.fn : undefined;
}

/** The LIOBN that an event is about, where it names one (uint32). */
export function liobnOf(event: NewEvent): number | undefined {
  if (event.kind === 'tce-hcall' || event.kind === 'tce-exchange') return event.liobn >>> 0;
  if ('window' in event) return event.window.liobn >>> 0;
  return 'description' in event ? event.description.defaultLiobn >>> 0 : undefined;
}

/** The PE of an RTAS call: calls about a PCI function have its configuration address first, then the BUID's two halves. */
function ownerOfRtas(args: readonly number[], names: NameLookup): string | undefined {
  const [, high, low] = args;
  return high === undefined || low === undefined ? undefined : names.ownerOfBuid(joinU64(high, low));
}

/** What stands in the who column: `vf3`, else the function's address or the LIOBN, else `-`. */
export function whoOf(event: NewEvent, names: NameLookup): string {
  if (event.kind === 'rtas') return ownerOfRtas(event.args, names) ?? '-';
  if ('description' in event) return event.description.id;
  if (event.kind === 'io-figures') return event.id;
  if (event.kind === 'ioctl') return event.container;
  const fn = functionOf(event);
  if (fn !== undefined) return names.idOfFunction(fn) ?? fn;
  const liobn = liobnOf(event);
  return liobn === undefined ? '-' : (names.ownerOfLiobn(liobn) ?? hex8(liobn));
}

/** What stands in the result column; empty where an event has none. */
export function resultOf(event: NewEvent): string {
  switch (event.kind) {
    case 'tce-hcall':
    case 'hcall':
      return statusText(event.ret);
    case 'rtas':
      return rtasStatusText(event.rets[0]);
    case 'tce-exchange':
      return statusText(0);
    case 'ioctl':
      return event.answer;
    case 'dma-fault':
      return event.fault;
    case 'driver-failed':
      return event.reason ?? 'failed';
    default:
      return '';
  }
}

/** Control characters made visible: no text from a guest, a file or a person may steer the terminal it is shown on. */
function visible(text: string): string {
  return text.replace(/\p{Cc}/gu, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** A line as parts. `names` turns addresses and LIOBNs into the names that commands use. */
export function formatParts(event: TraceEvent, names: NameLookup = NO_NAMES): readonly TracePart[] {
  const cls = classOf(event);
  const parts: TracePart[] = [];
  const push = (text: string, role: PartRole): void =>
    void parts.push({ text: visible(text), role, class: cls });
  push(`${EVENT_CLASSES[cls].mark} `, 'mark');
  push(`${timeText(event.timeNs).padStart(TIME_WIDTH)}  `, 'time');
  push(`${whoOf(event, names).padEnd(WHO_WIDTH)} `, 'who');
  push(`${callName(event).padEnd(CALL_WIDTH)} `, 'call');
  let width = 0;
  for (const [i, [name, value]] of argumentsOf(event).entries()) {
    const label = `${i === 0 ? '' : ' '}${name}${name === '' ? '' : '='}`;
    if (label !== '') push(label, 'name');
    push(value, name === '' ? 'text' : 'value');
    width += label.length + value.length;
  }
  const result = resultOf(event);
  if (result !== '') push(`${' '.repeat(Math.max(ARGUMENTS_WIDTH - width, 1) + 1)}${result}`, 'result');
  return parts;
}

/** The line without colours, nothing behind its last letter. */
export function formatLine(event: TraceEvent, names: NameLookup = NO_NAMES): string {
  return formatParts(event, names)
    .map((part) => part.text)
    .join('')
    .trimEnd();
}

// A trace as lines of JSON (docs/trace-format.md): a header that carries the catalogue of calls, one line per event, an end with the hash.

import { HCALLS, RETURN_CODES } from '../abi/papr/hcall.ts';
import type { TraceEvent, TraceEventKind } from './events.ts';
import { encodeField } from './jsonl-fields.ts';
import { TRACE_KINDS } from './kinds.ts';
import { EVENT_CLASSES, schemaOf } from './schema.ts';
import type { FieldType } from './schema.ts';
import { TRACE_VERSION } from './upgraders.ts';

/** What a file says about itself beyond the catalogue. */
export interface TraceHeaderInfo {
  /** Who wrote it: `ddw-lab 0.1.0`. */
  readonly writer?: string;
  /** The filter that chose the events, when not all are here. */
  readonly filter?: string;
}

/** The header: format, version, and the words that the events use, so that a saved trace explains itself. */
export function encodeHeader(info: TraceHeaderInfo = {}): string {
  return JSON.stringify({
    format: 'ddw-trace',
    version: TRACE_VERSION,
    ...info,
    calls: HCALLS.map((call) => ({ ...call, opcode: `0x${call.opcode.toString(16)}` })),
    statuses: RETURN_CODES,
    kinds: TRACE_KINDS.map((kind) => ({ kind, ...schemaOf(kind) })),
    classes: EVENT_CLASSES,
  });
}

/** The fields of a kind in the order of its schema. */
const FIELDS: ReadonlyMap<TraceEventKind, readonly (readonly [string, FieldType])[]> = new Map(
  TRACE_KINDS.map((kind) => {
    const { fields } = schemaOf(kind);
    return [kind, Object.entries(fields).map(([name, field]) => [name, field.type] as const)];
  }),
);

/** One event as a line (no line end). */
export function encodeEvent(event: TraceEvent): string {
  // The line is put together by hand: making an object for JSON.stringify takes four times as long.
  let line = `{"seq":${event.seq},"timeNs":${event.timeNs},"cause":${event.cause},"kind":"${event.kind}"`;
  for (const [name, type] of FIELDS.get(event.kind) ?? []) {
    const value: unknown = Reflect.get(event, name);
    if (value !== undefined) line += `,"${name}":${JSON.stringify(encodeField(type, value))}`;
  }
  return `${line}}`;
}

/** The last line of a whole trace: lets a reader know that nothing is missing and nothing was changed. */
export function encodeEnd(events: number, hash: string): string {
  return JSON.stringify({ end: true, events, hash });
}

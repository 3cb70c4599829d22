// A trace as comma-separated values (RFC 4180) for spreadsheets: one row per event, the columns of the trace line and of TCE hcalls.

import { hex16, hex8 } from '../base/u64.ts';
import type { U64 } from '../base/u64.ts';
import { argumentsOf, permissionsOf } from '../trace/arguments.ts';
import { classOf } from '../trace/classes.ts';
import type { TraceEvent } from '../trace/events.ts';
import { callName, liobnOf, resultOf, whoOf } from '../trace/format.ts';
import type { NameLookup } from '../trace/names.ts';
import type { TraceReader } from '../trace/reader.ts';
import type { Selection } from './selection.ts';
import { namesFor, selectedEvents } from './selection.ts';

const COLUMNS: readonly (readonly [name: string, of: (event: TraceEvent, names: NameLookup) => string])[] = [
  ['seq', (event) => String(event.seq)],
  ['time_ns', (event) => String(event.timeNs)],
  ['cause', (event) => (event.cause < 0 ? '' : String(event.cause))],
  ['class', classOf],
  ['who', whoOf],
  ['call', callName],
  ['liobn', (event) => hexOrNothing(liobnOf(event), hex8)],
  ['ioba', (event) => hexOrNothing('ioba' in event ? event.ioba : undefined, hex16)],
  ['tce', (event) => hexOrNothing(tceOf(event), hex16)],
  ['perm', (event) => permissionsOf(event) ?? ''],
  ['count', countText],
  ['result', resultOf],
  ['arguments', argumentsText],
];

/** Of a range of exchanges the first TCE written. */
function tceOf(event: TraceEvent): U64 | undefined {
  if (event.kind === 'tce-exchange') return event.after[0]?.first;
  return event.kind === 'tce-hcall' ? event.tce : undefined;
}

function countText(event: TraceEvent): string {
  if (event.kind === 'tce-exchange') return String(event.count);
  return event.kind === 'tce-hcall' ? String(event.wideCount ?? event.count ?? 1) : '';
}

function hexOrNothing<T>(value: T | undefined, text: (value: T) => string): string {
  return value === undefined ? '' : text(value);
}

function argumentsText(event: TraceEvent): string {
  return argumentsOf(event)
    .map(([name, value]) => (name === '' ? value : `${name}=${value}`))
    .join(' ');
}

/** Quoted when it must be. A text that a spreadsheet would take for a formula gets an apostrophe in front. */
export function csvCell(text: string): string {
  const safe = /^[=+@\t\r]|^-.*[(|!]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Lines without line ends (RFC 4180 wants CR LF between them), the first with the names of the columns. */
export function* csvLines(log: TraceReader, selection: Selection = {}): Generator<string, void, void> {
  const names = namesFor(log, selection);
  yield COLUMNS.map(([name]) => name).join(',');
  for (const event of selectedEvents(log, selection)) {
    yield COLUMNS.map(([, of]) => csvCell(of(event, names))).join(',');
  }
}

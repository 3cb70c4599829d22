// A trace for Perfetto and chrome://tracing ("Trace Event Format", JSON array form): a track per function, events as instants, guest
// functions and RTAS calls as slices from the event to the last one that it caused.

import { argumentsOf } from '../trace/arguments.ts';
import { classOf } from '../trace/classes.ts';
import { explain } from '../trace/explain.ts';
import type { TraceEvent } from '../trace/events.ts';
import { callName, resultOf, whoOf } from '../trace/format.ts';
import type { NameLookup } from '../trace/names.ts';
import type { TraceReader } from '../trace/reader.ts';
import type { Selection } from './selection.ts';
import { namesFor, selectedEvents } from './selection.ts';

const PID = 1;

/** End of each event that caused others: the time of the last one below it. */
function endTimes(log: TraceReader): ReadonlyMap<number, number> {
  const ends = new Map<number, number>();
  for (let seq = 0; seq < log.length; seq++) {
    const timeNs = log.timeNsAt(seq);
    for (let cause = log.causeAt(seq); cause >= 0; cause = log.causeAt(cause)) ends.set(cause, timeNs);
  }
  return ends;
}

function argsOf(event: TraceEvent, names: NameLookup): Record<string, string | number> {
  const args: Record<string, string | number> = { seq: event.seq, says: explain(event, names) };
  for (const [name, value] of argumentsOf(event)) args[name === '' ? 'what' : name] = value;
  const result = resultOf(event);
  return result === '' ? args : { ...args, result };
}

/** Lines of one JSON document; joined with line ends they are the file. Times are microseconds, as the format has them. */
export function* chromeJsonLines(log: TraceReader, selection: Selection = {}): Generator<string, void, void> {
  const names = namesFor(log, selection);
  const ends = endTimes(log);
  const tracks = new Map<string, number>();
  yield '{"displayTimeUnit":"ns","traceEvents":[';
  yield JSON.stringify({ ph: 'M', pid: PID, name: 'process_name', args: { name: 'DDW Lab' } });
  for (const event of selectedEvents(log, selection)) {
    const who = whoOf(event, names);
    let tid = tracks.get(who);
    if (tid === undefined) {
      tid = tracks.size + 1;
      tracks.set(who, tid);
      yield `,${JSON.stringify({ ph: 'M', pid: PID, tid, name: 'thread_name', args: { name: who } })}`;
    }
    const end = ends.get(event.seq);
    const shape = end === undefined ? { ph: 'i', s: 't' } : { ph: 'X', dur: (end - event.timeNs) / 1000 };
    const head = { name: callName(event), cat: classOf(event), pid: PID, tid, ts: event.timeNs / 1000 };
    yield `,${JSON.stringify({ ...head, ...shape, args: argsOf(event, names) })}`;
  }
  yield ']}';
}

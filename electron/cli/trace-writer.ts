// Writes a trace while it grows: lines for people, or JSON Lines that other tools (and the lab) read back.

import {
  compileFilter,
  encodeEnd,
  encodeEvent,
  encodeHeader,
  fail,
  formatLine,
  ok,
  TraceNames,
} from '../../core/index.ts';
import type { Result, Session, TraceFilter } from '../../core/index.ts';
import type { Output } from './output.ts';

export interface TraceWriter {
  /** Stdout is for programs: words for people go elsewhere. */
  readonly pure: boolean;
  /** Writes what has been recorded since the last call. */
  write(session: Session): void;
  /** After the last event. */
  end(session: Session): void;
}

export interface TraceOptions {
  readonly trace?: string | undefined;
  readonly filter?: string | undefined;
}

/** Undefined: no trace is asked for. A filter alone means text. Errors: `bad-option` and those of the filter language. */
export function traceWriter(options: TraceOptions, output: Output): Result<TraceWriter | undefined> {
  const form = options.trace ?? (options.filter === undefined ? undefined : 'text');
  if (form === undefined) return ok(undefined);
  if (form !== 'text' && form !== 'jsonl')
    return fail('bad-option', `--trace cannot be "${form}"`, 'choose text or jsonl');
  const names = new TraceNames();
  const filter = compileFilter(options.filter ?? '', names);
  if (!filter.ok) return filter;
  const chosen = filter.value.text === '' ? undefined : filter.value;
  return ok(form === 'text' ? textWriter(chosen, names, output) : jsonlWriter(chosen, names, output));
}

function textWriter(filter: TraceFilter | undefined, names: TraceNames, output: Output): TraceWriter {
  let next = 0;
  return {
    pure: false,
    write({ trace }) {
      for (; next < trace.length; next++) {
        names.feed(trace, next, next + 1);
        if (filter === undefined || filter.test(trace, next))
          output.out(`${formatLine(trace.event(next), names)}\n`);
      }
    },
    end: () => undefined,
  };
}

function jsonlWriter(filter: TraceFilter | undefined, names: TraceNames, output: Output): TraceWriter {
  let next = 0;
  output.out(`${encodeHeader(filter === undefined ? {} : { filter: filter.text })}\n`);
  return {
    pure: true,
    write({ trace }) {
      for (; next < trace.length; next++) {
        names.feed(trace, next, next + 1);
        if (filter === undefined || filter.test(trace, next))
          output.out(`${encodeEvent(trace.event(next))}\n`);
      }
    },
    end(session) {
      // A chosen part has no hash to prove it by.
      if (filter === undefined) output.out(`${encodeEnd(session.traceLength, session.traceHash())}\n`);
    },
  };
}

// Reads what jsonl.ts writes. The file comes from outside: every line is checked, and an error names its line.

import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { TraceEvent } from './events.ts';
import { decodeField } from './jsonl-fields.ts';
import type { Json } from './jsonl-fields.ts';
import { codeOfOpcode } from './kinds.ts';
import { TraceLog } from './log.ts';
import { isTraceKind, schemaOf } from './schema.ts';
import { TRACE_VERSION, UPGRADERS, upgradeFrom } from './upgraders.ts';
import type { Upgrader } from './upgraders.ts';

type Line = { readonly [name: string]: Json };

export interface TraceFile {
  readonly writer?: string;
  readonly filter?: string;
  readonly events: readonly TraceEvent[];
  /** The hash that the file's end gives; absent when the file has no end (an excerpt, or cut off). */
  readonly hash?: string;
}

const bad = (line: number, message: string, hint?: string): ReturnType<typeof fail> =>
  fail('bad-trace', `line ${line}: ${message}`, hint);

function parseLine(text: string, number: number): Result<Line> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return bad(number, 'this is not JSON', 'a trace has one JSON object per line');
  }
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? ok(value as Line) : bad(number, 'this is not a JSON object');
}

/** An event from its JSON, without seq, timeNs and cause checked against others. */
export function decodeEvent(line: Line): Result<TraceEvent> {
  const { seq, timeNs, cause, kind } = line;
  for (const [name, value, least] of [
    ['seq', seq, 0],
    ['timeNs', timeNs, 0],
    ['cause', cause, -1],
  ] as const) {
    if (!Number.isSafeInteger(value) || Number(value) < least) {
      return fail('bad-trace', `${name} must be a whole number from ${least} on`);
    }
  }
  if (typeof kind !== 'string' || !isTraceKind(kind)) {
    return fail('bad-trace', `no event is of the kind ${JSON.stringify(kind ?? null)}`);
  }
  const entries: [string, unknown][] = [];
  const { fields } = schemaOf(kind);
  for (const [name, field] of Object.entries(fields)) {
    const json = line[name];
    if (json === undefined && field.optional === true) continue;
    const value = decodeField(name, field, json);
    if (!value.ok) return value;
    entries.push([name, value.value]);
  }
  const event = { seq, timeNs, cause, kind, ...Object.fromEntries(entries) } as unknown as TraceEvent;
  if (event.kind === 'tce-hcall' && codeOfOpcode(event.opcode) < 0) {
    return fail('bad-trace', 'opcode must be one of the four TCE hcalls');
  }
  return ok(event);
}

function upgraderOf(
  header: Line,
  upgraders: readonly Upgrader[],
  target: number,
): Result<Upgrader['upgrade']> {
  if (header['format'] !== 'ddw-trace') {
    return bad(1, 'this is no trace of this lab', 'the first line must say "format":"ddw-trace"');
  }
  const version = header['version'];
  const upgrade = typeof version === 'number' ? upgradeFrom(version, target, upgraders) : undefined;
  if (upgrade !== undefined) return ok(upgrade);
  return bad(
    1,
    `the trace has version ${JSON.stringify(version ?? null)}, this lab reads 1 to ${target}`,
    'open it with a newer version of the lab',
  );
}

/**
 * Reads the lines of a file. Errors (`bad-trace`) name the line. `upgraders` and `target` are for tests: the format's own are
 * the default.
 */
export function readTrace(
  lines: Iterable<string>,
  upgraders: readonly Upgrader[] = UPGRADERS,
  target = TRACE_VERSION,
): Result<TraceFile> {
  const events: TraceEvent[] = [];
  let upgrade: Upgrader['upgrade'] | undefined;
  let info: Pick<TraceFile, 'writer' | 'filter'> = {};
  let end: Line | undefined;
  let number = 0;
  for (const text of lines) {
    number++;
    if (text.trim() === '') continue;
    const line = parseLine(text, number);
    if (!line.ok) return line;
    if (upgrade === undefined) {
      const found = upgraderOf(line.value, upgraders, target);
      if (!found.ok) return found;
      upgrade = found.value;
      info = headerInfo(line.value);
      continue;
    }
    if (end !== undefined) return bad(number, 'there is something after the end of the trace');
    const current = upgrade(line.value);
    if (current['end'] === true) {
      end = current;
      continue;
    }
    const event = decodeEvent(current);
    if (!event.ok) return bad(number, event.error.message);
    events.push(event.value);
  }
  if (upgrade === undefined) return bad(1, 'the file is empty');
  if (end !== undefined && end['events'] !== events.length) {
    return bad(
      number,
      `the trace says ${JSON.stringify(end['events'] ?? null)} events, but has ${events.length}`,
    );
  }
  const hash = end?.['hash'];
  return ok({ ...info, events, ...(typeof hash === 'string' ? { hash } : {}) });
}

function headerInfo(header: Line): Pick<TraceFile, 'writer' | 'filter'> {
  const { writer, filter } = header;
  return {
    ...(typeof writer === 'string' ? { writer } : {}),
    ...(typeof filter === 'string' ? { filter } : {}),
  };
}

/**
 * A log with the events of a file. Errors (`bad-trace`): events are missing (an excerpt), a cause that does not come before its
 * effect, time that runs backwards, or a hash that is not the one the file gives.
 */
export function logOfTrace(file: TraceFile): Result<TraceLog> {
  const clock = { nowNs: 0 };
  const log = new TraceLog(clock);
  for (const event of file.events) {
    const { seq, timeNs, cause, ...content } = event;
    if (seq !== log.length) {
      return fail(
        'bad-trace',
        `event ${seq} stands where event ${log.length} should be`,
        'an excerpt cannot be opened as a trace',
      );
    }
    if (cause >= seq) return fail('bad-trace', `event ${seq} has a cause that comes later: ${cause}`);
    if (timeNs < clock.nowNs) return fail('bad-trace', `event ${seq} is earlier than the one before it`);
    clock.nowNs = timeNs;
    log.emitUnder(cause, content);
  }
  if (file.hash !== undefined && file.hash !== log.hash()) {
    return fail(
      'bad-trace',
      'the hash at its end is not that of its events',
      'the file was changed or damaged',
    );
  }
  return ok(log);
}

// `.ddwrun`: a session as JSON. What is read may come from anybody: sizes are bounded, unknown fields refused with their path.

import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { checkShape, integer, list, literal, pattern, record } from '../machine/shape.ts';
import type { Shape } from '../machine/shape.ts';
import { commandShape, configShape } from '../machine/shapes.ts';
import { validateConfig } from '../machine/validate.ts';
import type { LabStamp, SessionFile, SessionLog } from './session-types.ts';

/** Longest text of a session file, in characters, and most commands in it. */
export const MAX_SESSION_TEXT = 64 * 2 ** 20;
const MAX_COMMANDS = 100_000;

const count = integer(0, Number.MAX_SAFE_INTEGER);

const logFields = {
  config: configShape,
  commands: list(record({ step: count, command: commandShape }), MAX_COMMANDS),
  steps: count,
};

const logShape: Shape<SessionLog> = record(logFields);

const hash = pattern(/^[0-9a-f]{16}$/, '16 hex digits');

const stampShape: Shape<LabStamp> = record({
  id: pattern(/^[\w.-]{1,100}\/[\w.-]{1,100}$/, 'the name of a lab, such as 01-part/02-lab'),
  hash,
  seed: integer(0, 0xffff_ffff),
  learner: pattern(/^\P{Cc}{0,80}$/u, 'a name of at most 80 characters'),
  program: pattern(/^[\w.+ -]{1,40}$/, 'a version'),
});

const sessionShape: Shape<SessionFile> = record(
  {
    format: literal('ddwrun'),
    version: literal(1),
    ...logFields,
    traceHash: hash,
    events: count,
  },
  { lab: stampShape },
);

/** A session file from its text. Errors: `not-json`, `not-a-session`, `too-large`, `bad-value`, `unknown-field` and those of a configuration. */
export function parseSessionFile(text: string): Result<SessionFile> {
  if (text.length > MAX_SESSION_TEXT) {
    return fail(
      'too-large',
      `the file holds ${text.length} characters; a session has at most ${MAX_SESSION_TEXT}`,
    );
  }
  const parsed = parseJson(text);
  return parsed.ok ? checkSessionFile(parsed.value) : parsed;
}

export function checkSessionFile(value: unknown): Result<SessionFile> {
  if (!saysDdwrun(value)) {
    return fail(
      'not-a-session',
      'this is not a session of DDW Lab',
      'open a file that the lab saved (.ddwrun)',
    );
  }
  const newer = versionOf(value);
  if (newer > 1) {
    return fail(
      'too-new',
      `the session was saved by a later version of DDW Lab (format version ${newer}; this one reads version 1)`,
      'open it with that version',
    );
  }
  const checked = checkShape(sessionShape, value, 'session');
  return checked.ok ? inOrder(checked.value) : checked;
}

/** A log from elsewhere (a journal, a message). Errors: `bad-value`, `unknown-field` and those of a configuration. */
export function checkSessionLog(value: unknown): Result<SessionLog> {
  const checked = checkShape(logShape, value, 'session');
  return checked.ok ? inOrder(checked.value) : checked;
}

function inOrder<T extends SessionLog>(log: T): Result<T> {
  const config = validateConfig(log.config);
  if (!config.ok) return config;
  let step = 0;
  for (const [index, entry] of log.commands.entries()) {
    if (entry.step < step || entry.step > log.steps) {
      return fail('bad-value', `session.commands[${index}].step goes back in time or beyond the end`);
    }
    step = entry.step;
  }
  return ok(log);
}

/** Text of a session file: two-space JSON, so that a diff shows what changed. */
export function sessionText(file: SessionFile): string {
  return `${JSON.stringify(file, null, 2)}\n`;
}

function parseJson(text: string): Result<unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return ok(value);
  } catch {
    return fail(
      'not-json',
      'the file is not JSON: it is damaged, or not a session',
      'open a file that the lab saved (.ddwrun)',
    );
  }
}

function versionOf(value: object): number {
  return 'version' in value && typeof value.version === 'number' ? value.version : 0;
}

function saysDdwrun(value: unknown): value is { readonly format: 'ddwrun' } {
  return typeof value === 'object' && value !== null && 'format' in value && value.format === 'ddwrun';
}

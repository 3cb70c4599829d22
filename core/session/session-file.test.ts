import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LPAR, defaultScenario } from './default-scenario.ts';
import { replaySession } from './replay.ts';
import { MAX_SESSION_TEXT, parseSessionFile, sessionText } from './session-file.ts';
import type { SessionFile } from './session-types.ts';
import { Session } from './session.ts';

function booted(): SessionFile {
  const session = Session.create({
    ...DEFAULT_LPAR,
    functions: [{ id: 'vf0', device: 'nvme', slotClass: 'sriov-vf' }],
  });
  if (!session.ok) throw new Error(session.error.message);
  session.value.dispatch({ do: 'boot' });
  session.value.advance(1_000_000);
  session.value.dispatch({ do: 'mark', text: 'booted' });
  return session.value.save();
}

const file = booted();
const changed = (change: object): string => JSON.stringify({ ...file, ...change });

describe('a session file', () => {
  it('is read back as it was written', () => {
    expect(parseSessionFile(sessionText(file))).toEqual({ ok: true, value: file });
  });

  it('holds commands with the number of steps before them, and no events', () => {
    expect(file.commands).toEqual([
      { step: 0, command: { do: 'boot' } },
      { step: file.steps, command: { do: 'mark', text: 'booted' } },
    ]);
    expect(sessionText(file).length).toBeLessThan(2000);
  });

  it.each<[string, string, string]>([
    ['not-json', '{"format":', 'the file is not JSON'],
    ['not-a-session', '{}', 'this is not a session of DDW Lab'],
    ['not-a-session', '[1,2]', 'this is not a session of DDW Lab'],
    [
      'too-new',
      changed({ version: 2 }),
      'saved by a later version of DDW Lab (format version 2; this one reads version 1)',
    ],
    ['bad-value', changed({ version: 0 }), 'session.version must be 1'],
    ['bad-value', changed({ steps: 1.5 }), 'session.steps must be a whole number'],
    ['bad-value', changed({ traceHash: 'xyz' }), 'session.traceHash must be 16 hex digits'],
    ['bad-value', changed({ commands: {} }), 'session.commands must be a list'],
    [
      'bad-value',
      changed({ commands: [{ step: 0, command: { do: 'explode' } }] }),
      'session.commands[0].command.do must be one of',
    ],
    [
      'bad-value',
      changed({
        commands: [
          { step: 5, command: { do: 'boot' } },
          { step: 4, command: { do: 'boot' } },
        ],
      }),
      'session.commands[1].step goes back in time',
    ],
    ['bad-value', changed({ steps: 0 }), 'session.commands[1].step goes back in time or beyond the end'],
    ['unknown-field', changed({ extra: 1 }), 'session has a field "extra"'],
    [
      'unknown-field',
      changed({ commands: [{ step: 0, command: { do: 'boot', fast: true } }] }),
      'session.commands[0].command has a field "fast"',
    ],
    [
      'unknown-field',
      changed({ config: { ...file.config, __proto__: null, turbo: 1 } }),
      'session.config has a field "turbo"',
    ],
    [
      'unknown-profile',
      changed({ config: { ...file.config, profile: 'vax' } }),
      'there is no platform "vax"',
    ],
  ])('%s: %#', (code, text, message) => {
    const parsed = parseSessionFile(text);
    expect(parsed).toMatchObject({ ok: false, error: { code } });
    expect(parsed.ok ? '' : parsed.error.message).toContain(message);
  });

  it('is refused when it is too long to be one', () => {
    expect(parseSessionFile(' '.repeat(MAX_SESSION_TEXT + 1))).toMatchObject({
      ok: false,
      error: { code: 'too-large' },
    });
  });

  it('with __proto__ in it changes nothing but its own reading', () => {
    const text = sessionText(file).replace('"format"', '"__proto__": {"polluted": 1}, "format"');
    expect(parseSessionFile(text)).toMatchObject({ ok: false, error: { code: 'unknown-field' } });
    expect('polluted' in {}).toBe(false);
  });
});

it('a file of version 1, as it was first written, is read for ever', () => {
  const text = readFileSync(join(import.meta.dirname, 'fixtures', 'version-1.ddwrun'), 'utf8');
  const parsed = parseSessionFile(text);
  expect(parsed).toEqual({ ok: true, value: JSON.parse(text) });
});

describe('a replay', () => {
  it('proves itself by the hash', () => {
    const replayed = replaySession(file);
    expect(replayed.ok && replayed.value.traceHash()).toBe(file.traceHash);
  });

  it.each<[string, Partial<SessionFile>, string]>([
    ['another hash', { traceHash: '0123456789abcdef' }, 'its trace has the hash'],
    [
      'more events',
      { events: file.events + 1 },
      `it gave ${file.events} events, the file says ${file.events + 1}`,
    ],
    ['steps that never come', { steps: file.steps + 10 }, 'the machine has nothing left to do after step'],
    [
      'another machine',
      { config: { ...file.config, kernel: '5.13' } },
      'the session does not replay as it was saved',
    ],
    [
      'a command that is refused',
      { commands: [{ step: 0, command: { do: 'reset' } }, ...file.commands] },
      'command 0 is refused',
    ],
  ])('with %s is refused', (_what, change, message) => {
    const replayed = replaySession({ ...file, ...change });
    expect(replayed).toMatchObject({ ok: false, error: { code: 'replay-differs' } });
    expect(replayed.ok ? '' : replayed.error.message).toContain(message);
  });
});

describe('the default scenario', () => {
  it.each([
    ['5.15', 'indirect'],
    ['5.13', 'default'],
  ])('under Linux %s: VFs go %s, as the verdict said before boot', (kernel, mode) => {
    const session = Session.create(defaultScenario(kernel));
    if (!session.ok) throw new Error(session.error.message);
    const verdict = session.value.query({ ask: 'verdict', config: defaultScenario(kernel) });
    session.value.dispatch({ do: 'boot' });
    session.value.advance(10_000_000);
    const functions = session.value.query({ ask: 'functions' });
    expect(verdict.ok && verdict.value.map((row) => row.mode)).toEqual([mode]);
    expect(functions.ok && functions.value.map((row) => row.mode)).toEqual(
      Array.from({ length: 8 }, () => mode),
    );
    expect(session.value.oops).toBeUndefined();
  });
});

// What the projections say of a trace must be what the machine itself says: the same session, seen from both sides.
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { dmesgText, GuestLogFold } from './guest-log.ts';
import { WindowsFold } from './windows.ts';
import { FunctionsFold } from './functions.ts';
import { FiguresFold } from './figures.ts';
import { DEFAULT_COMMANDS, defaultScenario } from '../session/default-scenario.ts';
import { Session } from '../session/session.ts';
import type { Command } from '../machine/commands.ts';

function newSession(kernel?: string): Session {
  const session = Session.create(defaultScenario(kernel));
  if (!session.ok) throw new Error(session.error.message);
  return session.value;
}

function answer<T>(result: { ok: true; value: T } | { ok: false; error: { message: string } }): T {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

/** Windows, functions and counts, as the machine answers and as the trace tells. */
function compare(session: Session, idle: boolean): void {
  const { trace } = session;
  const windows = new WindowsFold();
  const functions = new FunctionsFold();
  const figures = new FiguresFold();
  const guestLog = new GuestLogFold();
  for (const fold of [windows, functions, figures, guestLog]) fold.feed(trace, 0, trace.length);

  const live = answer(session.query({ ask: 'windows' })).filter((window) => window.active);
  const key = (liobn: number, used: number): string => `${(liobn >>> 0).toString(16)} ${used}`;
  expect(windows.value.map(({ window, usedTces }) => key(window.liobn, usedTces)).sort()).toEqual(
    live.map(({ liobn, usedTces }) => key(liobn, usedTces)).sort(),
  );
  const of = (fn: {
    description: { id: string };
    driver?: string | null;
    mode: string;
    state: string;
  }): string => `${fn.description.id} ${fn.driver ?? '-'} ${fn.mode} ${fn.state}`;
  // How far a guest has come with a function in the middle of its probe is no event.
  if (idle) expect(functions.value.map(of)).toEqual(answer(session.query({ ask: 'functions' })).map(of));
  expect(guestLog.value.map((line) => line.text)).toEqual(
    answer(session.query({ ask: 'dmesg' })).map((line) => line.text),
  );
  expect(guestLog.value.every((line) => dmesgText(line).endsWith(line.text))).toBe(true);
}

const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  fc.constantFrom<Command>(
    { do: 'boot' },
    { do: 'boot' },
    { do: 'reset' },
    { do: 'shutdown' },
    { do: 'vf-add', count: 2, device: 'nvme' },
    { do: 'vf-remove', id: 'vf2' },
    { do: 'vf-remove', id: 'vf0' },
    ...DEFAULT_COMMANDS,
  ),
);

describe('windows, functions and log folded from the trace', () => {
  it.each([['5.15'], ['5.13']])('are those of the machine after the default scenario under %s', (kernel) => {
    const session = newSession(kernel);
    for (const command of DEFAULT_COMMANDS) {
      answer(session.dispatch(command));
      while (!session.advance(1000).idle);
      compare(session, true);
    }
  });

  it('are those of the machine at any moment of any session', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anyCommand, fc.oneof(fc.constant(100_000), fc.nat(3000))), {
          minLength: 2,
          maxLength: 6,
        }),
        (deeds) => {
          const session = newSession();
          for (const [command, steps] of deeds) {
            session.dispatch(command);
            compare(session, session.advance(steps).idle);
          }
        },
      ),
      { numRuns: 15 },
    );
  });
});

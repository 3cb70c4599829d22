// Carries out lines of the lab shell on a session. A line that changes the machine waits until what it set going is done;
// I/O goes on beside it. Where it must wait, the generator yields: the host runs exactly one step for each yield, so that the
// same lines give the same trace in every host.

import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { RunUntil, ShellAction, ShellLine } from '../console/lab-shell/actions.ts';
import { helpText } from '../console/lab-shell/help.ts';
import { changedConfig } from '../console/lab-shell/settings.ts';
import { showText } from '../console/lab-shell/show.ts';
import type { Session } from './session.ts';

export type LineRun = Generator<void, Result<string>, void>;

/** Returns the text that the line shows ('' for most), or what is wrong. */
export function* runLine(session: Session, line: ShellLine): LineRun {
  const result = yield* runAction(session, line.action);
  if (result.ok) return result;
  // A refused command points at its line, as a mistyped one does.
  const { code, message, hint } = result.error;
  return fail(code, `line ${line.place.line}: ${message}`, hint);
}

function* runAction(session: Session, action: ShellAction): LineRun {
  switch (action.do) {
    case 'command': {
      const accepted = session.dispatch(action.command);
      if (!accepted.ok) return accepted;
      yield* settle(session);
      return ok('');
    }
    case 'configure': {
      const config = session.query({ ask: 'config' });
      if (!config.ok) return config;
      const accepted = session.dispatch({
        do: 'configure',
        config: changedConfig(config.value, action.change),
      });
      return accepted.ok ? ok('') : accepted;
    }
    case 'run':
      return yield* runFor(session, action.run);
    case 'show':
      return showText((query) => session.query(query), action.show);
    case 'help':
      return ok(helpText(action.topic));
  }
}

/** Waits until nothing but I/O is under way. */
export function* settle(session: Session): Generator<void, void, void> {
  while (!session.settled && !session.idle) yield;
}

function* runFor(session: Session, run: RunUntil): LineRun {
  if (run.until === 'idle' && session.endless) {
    return fail('endless', 'I/O with --count 0 never ends by itself', 'type: run 10ms, or: io stop vf0');
  }
  const from = session.steps;
  const deadline = run.until === 'ns' ? session.nowNs + run.ns : Infinity;
  const most = run.until === 'steps' ? run.steps : Infinity;
  while (!session.idle && session.nowNs < deadline && session.steps - from < most) yield;
  return ok('');
}

// A saved session as a script. Its commands are timed by scheduler steps, which are other steps under another kernel: so the session is
// run once as it was, and each wait is read as "when that was done" and, where I/O went on, how much virtual time more.

import { ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { checkSessionLog } from './session-file.ts';
import { Session } from './session.ts';
import type { SessionLog } from './session-types.ts';
import type { Pace, RunScript, ScriptStep } from './scripted-run.ts';

/** Works in pieces: call advance() until `result` is there. Whether the trace is the saved one is for a replay to say. */
export class ScriptReader {
  /** Set when the session has been read. Errors: those of a session's log. */
  result: Result<RunScript> | undefined;
  private readonly file: SessionLog;
  private readonly session: Session | undefined;
  private readonly steps: ScriptStep[] = [];
  /** Virtual time at which what the last command set going was done; undefined: not yet. */
  private settledNs: number | undefined = 0;

  constructor({ config, commands, steps }: SessionLog) {
    const file = { config, commands, steps };
    this.file = file;
    const checked = checkSessionLog(file);
    const session = checked.ok ? Session.create(file.config) : checked;
    if (session.ok) this.session = session.value;
    else this.result = session;
  }

  /** Runs at most `maxSteps` scheduler steps. */
  advance(maxSteps: number): void {
    for (let left = maxSteps; left > 0 && this.result === undefined; left--) this.step();
  }

  private step(): void {
    const { session, file } = this;
    if (session === undefined) return;
    const entry = file.commands[this.steps.length];
    if (session.steps < (entry?.step ?? file.steps) && !session.idle) {
      session.advance(1);
      if (session.settled) this.settledNs ??= session.nowNs;
      return;
    }
    const wait = this.paceNow(session);
    if (entry === undefined) {
      this.result = ok({ steps: this.steps, end: wait });
      return;
    }
    this.steps.push({ wait, command: entry.command });
    session.dispatch(entry.command);
    this.settledNs = session.settled ? session.nowNs : undefined;
  }

  private paceNow(session: Session): Pace {
    if (session.idle) return { until: 'idle' };
    return { until: 'settled', plusNs: session.nowNs - (this.settledNs ?? session.nowNs) };
  }
}

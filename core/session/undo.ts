// Undo: the session again without one of its configuration acts. All before the act happens as it did, step by step; what came after
// is done again at the virtual time at which it was, and what is not possible any more is told. The result is a session like any other.

import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { commandText } from '../machine/command-text.ts';
import { isAct } from './acts.ts';
import type { DatedCommand } from './acts.ts';
import { Session } from './session.ts';

export interface Undone {
  readonly session: Session;
  /** Sentences: commands after the act that were refused without it. */
  readonly refusals: readonly string[];
}

/** Works in pieces, so that a host stays responsive: call advance() until `result` is there. */
export class Undo {
  result: Result<Undone> | undefined;
  private readonly session: Session;
  private readonly play: Generator<void, void, void>;
  private readonly refusals: string[] = [];

  private constructor(session: Session, log: readonly DatedCommand[], act: number, until: number) {
    this.session = session;
    this.play = this.playing(log, act, until);
  }

  /** `index`: place in the session's log (`acts`); absent: the newest act. Errors: `nothing-to-undo`, `no-act`. */
  static of(before: Session, index?: number): Result<Undo> {
    const { history: log } = before;
    const act = index ?? log.findLastIndex(({ command }) => isAct(command));
    const entry = log[act];
    if (index === undefined && entry === undefined) {
      return fail('nothing-to-undo', 'nothing was done to the configuration in this session');
    }
    if (entry === undefined || !isAct(entry.command)) {
      return fail('no-act', `command ${act} of this session is no act on the configuration`);
    }
    const session = Session.create(before.startConfig);
    return session.ok ? ok(new Undo(session.value, log, act, before.nowNs)) : session;
  }

  /** Runs at most `maxSteps` scheduler steps. */
  advance(maxSteps: number): void {
    for (let left = maxSteps; left > 0 && this.result === undefined; left--) {
      if (this.play.next().done === true) {
        this.result = ok({ session: this.session, refusals: this.refusals });
      } else this.session.advance(1);
    }
  }

  private *playing(log: readonly DatedCommand[], act: number, until: number): Generator<void, void, void> {
    const { session } = this;
    for (const [index, entry] of log.entries()) {
      if (index === act) continue;
      if (index < act) while (session.steps < entry.step) yield;
      else yield* this.waitFor(entry);
      this.dispatch(entry);
    }
    // The act itself came after some steps more: those happened too.
    const last = log[act];
    if (last !== undefined && act === log.length - 1) while (session.steps < last.step) yield;
    while (session.nowNs < until && !session.idle) yield;
  }

  private *waitFor({ nowNs, settled }: DatedCommand): Generator<void, void, void> {
    const { session } = this;
    while (!session.idle && (session.nowNs < nowNs || (settled && !session.settled))) yield;
  }

  private dispatch({ command }: DatedCommand): void {
    const config = this.session.query({ ask: 'config' });
    const accepted = this.session.dispatch(command);
    if (accepted.ok || !config.ok) return;
    const line = commandText(command, config.value);
    this.refusals.push(`"${line}" was refused: ${accepted.error.message}`);
  }
}

/** The whole undo at once. */
export function undo(before: Session, index?: number): Result<Undone> {
  const run = Undo.of(before, index);
  if (!run.ok) return run;
  for (;;) {
    if (run.value.result !== undefined) return run.value.result;
    run.value.advance(1 << 20);
  }
}

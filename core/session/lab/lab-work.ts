// Work on a lab: its machine, the lines that are typed, and how far the checks have come.

import { fail, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import type { ShellLine } from '../../console/lab-shell/actions.ts';
import type { AskState } from '../../lab/check-fold.ts';
import { LabProgress } from '../../lab/progress.ts';
import type { CheckResult } from '../../lab/progress.ts';
import { runLine } from '../run-line.ts';
import { Session } from '../session.ts';
import type { LabStamp, SessionFile } from '../session-types.ts';
import type { OpenLab } from './open-lab.ts';

/** Scheduler steps and events of one lab: many times what any needs, and still an end. */
export const MAX_LAB_STEPS = 10_000_000;
export const MAX_LAB_EVENTS = 10_000_000;

export class LabWork {
  readonly open: OpenLab;
  readonly session: Session;
  private readonly progress: LabProgress;

  private constructor(open: OpenLab, session: Session) {
    this.open = open;
    this.session = session;
    this.progress = new LabProgress(open.lab, open.names);
  }

  /** The machine as the learner finds it: the lines of `setup` are done. An open lab serves one work: its names follow this trace. */
  static begin(open: OpenLab): Result<LabWork> {
    const session = Session.create(open.config);
    if (!session.ok) return session;
    const work = new LabWork(open, session.value);
    for (const line of open.setup) {
      const done = work.carryOut(line);
      if (!done.ok) return done;
    }
    work.rest();
    return ok(work);
  }

  /** Carries out a line; what holds then has passed. */
  do(line: ShellLine): Result<string> {
    const done = this.carryOut(line);
    this.rest();
    return done;
  }

  /** I/O that has an end comes to it. */
  finish(): Result<true> {
    while (!this.session.idle && !this.session.endless) {
      if (this.isTooLong()) return tooLong;
      this.session.advance(1);
    }
    this.rest();
    return ok(true);
  }

  results(): readonly CheckResult[] {
    return this.progress.results(askOf(this.session));
  }

  /** The attempt as a file. */
  attempt(learner: string, program: string): SessionFile {
    const { source, lab } = this.open;
    const stamp: LabStamp = { id: source.id, hash: source.hash, seed: lab.seed, learner, program };
    return { ...this.session.save(), lab: stamp };
  }

  private carryOut(line: ShellLine): Result<string> {
    const run = runLine(this.session, line);
    for (;;) {
      const next = run.next();
      if (next.done === true) return next.value;
      if (this.isTooLong()) return tooLong;
      this.session.advance(1);
    }
  }

  private isTooLong(): boolean {
    return this.session.steps > MAX_LAB_STEPS || this.session.traceLength > MAX_LAB_EVENTS;
  }

  private rest(): void {
    this.progress.follow(this.session.trace);
    this.progress.rest(askOf(this.session));
  }
}

const tooLong = fail('too-long', 'this goes on for longer than a lab may', 'give I/O a smaller --count');

/** What checks over the state ask. */
export function askOf(session: Session): AskState {
  return (ask) => {
    if (ask === 'functions') return functionsOf(session);
    const answer = session.query({ ask });
    return answer.ok ? answer.value : undefined;
  };
}

/** A function's id and address beside its state, as windows have theirs. */
function functionsOf(session: Session): unknown {
  const answer = session.query({ ask: 'functions' });
  return answer.ok ? answer.value.map((row) => ({ ...row.description, ...row })) : undefined;
}

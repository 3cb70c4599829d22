// A saved session run again: the same commands after the same number of steps must give the same events, byte for byte.

import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { checkSessionFile, checkSessionLog } from './session-file.ts';
import { Session } from './session.ts';
import type { SessionFile, SessionLog } from './session-types.ts';

/** Events hashed in the place of one step: about as long. */
const EVENTS_PER_STEP = 256;

/** A replay in pieces, so that a host can stay responsive: call advance() until `result` is there. */
export class Replay {
  private readonly file: SessionLog | SessionFile;
  private readonly session: Session | undefined;
  private readonly beginning: (command: number) => void;
  private next = 0;
  /** Set when the replay has ended, well or not. */
  result: Result<Session> | undefined;

  /** A file's replay proves itself by its hash; a mere log (a journal) has none. `beginning`: told of each command before it is given. */
  constructor(file: SessionLog | SessionFile, beginning: (command: number) => void = () => undefined) {
    this.file = file;
    this.beginning = beginning;
    const checked = 'format' in file ? checkSessionFile(file) : checkSessionLog(file);
    const session = checked.ok ? Session.create(file.config) : checked;
    if (session.ok) this.session = session.value;
    else this.result = session;
  }

  /** The session being built up, for those who show a replay as it goes. */
  get partial(): Session | undefined {
    return this.session;
  }

  /** Commands carried out so far. */
  get commandsDone(): number {
    return this.next;
  }

  /** 0 … 1. */
  get done(): number {
    const steps = this.session?.steps ?? 0;
    return this.file.steps === 0 ? 1 : Math.min(1, steps / this.file.steps);
  }

  /** Runs at most `maxSteps` scheduler steps. */
  advance(maxSteps: number): void {
    const { session, file } = this;
    if (session === undefined || this.result !== undefined) return;
    let left = maxSteps;
    while (left > 0) {
      const entry = file.commands[this.next];
      const target = entry?.step ?? file.steps;
      const { steps } = session.advance(Math.min(left, target - session.steps));
      left -= steps;
      if (session.steps === target) {
        if (entry === undefined) {
          if (!('format' in file)) this.result = ok(session);
          else if (session.hashAhead(left * EVENTS_PER_STEP)) this.end(session, file);
          return;
        }
        this.beginning(this.next);
        const accepted = session.dispatch(entry.command);
        if (!accepted.ok) return this.diverged(`command ${this.next} is refused (${accepted.error.message})`);
        this.next++;
      } else if (steps === 0 && left > 0) {
        return this.diverged(`the machine has nothing left to do after step ${session.steps} of ${target}`);
      }
    }
  }

  private end(session: Session, { events, traceHash }: SessionFile): void {
    if (session.traceLength !== events) {
      return this.diverged(`it gave ${session.traceLength} events, the file says ${events}`);
    }
    const hash = session.traceHash();
    if (hash !== traceHash)
      return this.diverged(`its trace has the hash ${hash}, the file says ${traceHash}`);
    this.result = ok(session);
  }

  private diverged(what: string): void {
    this.result = fail(
      'replay-differs',
      `the session does not replay as it was saved: ${what}`,
      'the file was changed, or saved by another version of the lab',
    );
  }
}

/** The whole replay at once. Errors: those of a session file, and `replay-differs`. */
export function replaySession(file: SessionFile): Result<Session> {
  const replay = new Replay(file);
  for (;;) {
    if (replay.result !== undefined) return replay.result;
    replay.advance(1 << 20);
  }
}

// A session driven by a script: each command after a wait that means the same under any kernel, whatever number of steps it takes there.

import type { Result } from '../base/result.ts';
import type { Command } from '../machine/commands.ts';
import type { MachineConfig } from '../machine/config.ts';
import { commandText } from '../machine/command-text.ts';
import { settle } from './run-line.ts';
import { Session } from './session.ts';

/** Until nothing is left to do; or until what was set going is done, and I/O has gone on beside for `plusNs` of virtual time. */
export type Pace = { readonly until: 'idle' } | { readonly until: 'settled'; readonly plusNs: number };

export interface ScriptStep {
  readonly wait: Pace;
  readonly command: Command;
}

export interface RunScript {
  readonly steps: readonly ScriptStep[];
  /** After the last command; I/O that still runs then is stopped, so that its figures are known. */
  readonly end: Pace;
}

/** Each command when what the one before set going is done; at the end, all I/O to its end. */
export function scriptOf(commands: readonly Command[]): RunScript {
  const wait: Pace = { until: 'settled', plusNs: 0 };
  return { steps: commands.map((command) => ({ wait, command })), end: { until: 'idle' } };
}

export class ScriptedRun {
  readonly session: Session;
  /** Sentences: commands that this machine refused. */
  readonly refusals: string[] = [];
  private readonly play: Generator<void, void, void>;
  private ended = false;

  private constructor(session: Session, script: RunScript) {
    this.session = session;
    this.play = this.playing(script);
  }

  /** Errors: those of a configuration. */
  static create(config: MachineConfig, script: RunScript): Result<ScriptedRun> {
    const session = Session.create(config);
    return session.ok ? { ok: true, value: new ScriptedRun(session.value, script) } : session;
  }

  get done(): boolean {
    return this.ended;
  }

  /** Runs at most `maxSteps` scheduler steps. */
  advance(maxSteps: number): void {
    for (let left = maxSteps; left > 0 && !this.ended; left--) {
      if (this.play.next().done === true) this.ended = true;
      else this.session.advance(1);
    }
  }

  private *playing({ steps, end }: RunScript): Generator<void, void, void> {
    for (const { wait, command } of steps) {
      yield* pause(this.session, wait);
      this.dispatch(command);
    }
    yield* pause(this.session, end);
    const status = this.session.query({ ask: 'status' });
    const running = status.ok ? status.value.workloads.filter((io) => io.running === true) : [];
    for (const { id } of running) this.dispatch({ do: 'io-stop', id });
    // Requests in flight come to their end.
    yield* pause(this.session, { until: 'idle' });
  }

  private dispatch(command: Command): void {
    const config = this.session.query({ ask: 'config' });
    const accepted = this.session.dispatch(command);
    if (accepted.ok || !config.ok) return;
    const line = commandText(command, config.value);
    this.refusals.push(`"${line}" was refused: ${accepted.error.message}`);
  }
}

function* pause(session: Session, pace: Pace): Generator<void, void, void> {
  yield* settle(session);
  const deadline = pace.until === 'idle' ? Infinity : session.nowNs + pace.plusNs;
  // I/O without an end is never idle: where the script meant to wait for it, it does not wait.
  while (!session.idle && session.nowNs < deadline && !(deadline === Infinity && session.endless)) yield;
}

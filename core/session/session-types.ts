// The one facade that desktop app, command line and tests talk to.

import type { Result } from '../base/result.ts';
import type { MachineConfig } from '../machine/config.ts';
import type { Command } from '../machine/commands.ts';
import type { AnswerTo, Query } from '../machine/queries.ts';
import type { TraceEvent } from '../trace/events.ts';

export interface LoggedCommand {
  /** Scheduler steps that had run before it. */
  readonly step: number;
  readonly command: Command;
}

/**
 * A session is its command log: the machine it began with, and each command with the number of scheduler steps that had run before
 * it. Replaying it gives the same events, byte for byte.
 */
export interface SessionLog {
  readonly config: MachineConfig;
  readonly commands: readonly LoggedCommand[];
  /** Steps run in all. */
  readonly steps: number;
}

/** What makes a session an attempt at a lab. Identity is the name that the learner typed, nothing else. */
export interface LabStamp {
  /** `part/lab`. */
  readonly id: string;
  /** labHash() of the lab's files. */
  readonly hash: string;
  readonly seed: number;
  readonly learner: string;
  /** Version of DDW Lab that saved it. */
  readonly program: string;
}

/** `.ddwrun` is this as JSON: the log, and what proves a replay of it. */
export interface SessionFile extends SessionLog {
  readonly format: 'ddwrun';
  readonly version: 1;
  /** FNV-1a hash over all events, hex; lets a replay prove itself. */
  readonly traceHash: string;
  readonly events: number;
  readonly lab?: LabStamp;
}

export interface AdvanceOutcome {
  readonly steps: number;
  /** Nothing is left to do until the next command. */
  readonly idle: boolean;
}

export interface SessionApi {
  /** Accepts and logs a command, or says why not. What it sets going is done by advance(). */
  dispatch(command: Command): Result<{ readonly seq: number }>;
  /** Runs at most `maxSteps` scheduler steps (one step is short: at most a few hundred hcalls). */
  advance(maxSteps: number): AdvanceOutcome;
  query<Q extends Query>(query: Q): Result<AnswerTo<Q>>;
  /** Events recorded so far. */
  readonly traceLength: number;
  event(seq: number): TraceEvent;
  traceHash(): string;
  save(): SessionFile;
}

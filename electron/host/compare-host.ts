// Runs a comparison beside the session that is shown: in short turns, with the event loop in between, so that the window stays quick.

import {
  Comparison,
  DEFAULT_COMMANDS,
  defaultScenario,
  fail,
  ok,
  scriptOf,
  ScriptReader,
} from '../../core/index.ts';
import type {
  CompareProgress,
  CompareReport,
  MachineConfig,
  Result,
  RunScript,
  SessionLog,
} from '../../core/index.ts';

export interface CompareHostOptions {
  /** Longest turn of work. */
  readonly sliceMs?: number;
  /** Shortest time between two progress reports. */
  readonly progressMs?: number;
  /** Milliseconds that never go back; for tests. */
  readonly now?: () => number;
}

/** Plain data, as the window may send it. */
export interface CompareHostRequest {
  /** Ids or releases; absent: the session's own kernel. */
  readonly kernels?: readonly string[];
  readonly profiles?: readonly string[];
}

export interface CompareHostProgress {
  /** reading: the session is run once as it was, to learn when its commands came. */
  readonly phase: 'reading' | 'running';
  /** Empty while reading. */
  readonly columns: readonly CompareProgress[];
}

type Listener = (progress: CompareHostProgress) => void;

/** What is compared, on which machine. */
export interface CompareSubject {
  readonly config: MachineConfig;
  readonly script: RunScript;
}

/** A machine that has done nothing yet, with what of the default scenario's work its functions can do. */
export function withDefaultWorkload(config: MachineConfig): CompareSubject {
  const ids = new Set(config.functions.map(({ id }) => id));
  const commands = DEFAULT_COMMANDS.filter((command) => !('id' in command) || ids.has(command.id ?? ''));
  return { config, script: scriptOf(commands) };
}

const QUIET: Listener = () => undefined;

export class CompareHost {
  private readonly sliceMs: number;
  private readonly progressMs: number;
  private readonly now: () => number;
  /** The run that counts; those before it have been cancelled. */
  private current: symbol | undefined;
  private reportedAt = -Infinity;

  constructor(options: CompareHostOptions = {}) {
    this.sliceMs = options.sliceMs ?? 8;
    this.progressMs = options.progressMs ?? 100;
    this.now = options.now ?? (() => performance.now());
  }

  get busy(): boolean {
    return this.current !== undefined;
  }

  /**
   * Compares what a session did (as its save() says) or a script, without one the default scenario; a comparison that still runs is
   * cancelled.
   * Errors: those of a session file and of Comparison.create, `cancelled`, `internal`. Never throws.
   */
  async run(
    request: CompareHostRequest,
    session?: SessionLog | CompareSubject,
    onProgress: Listener = QUIET,
  ): Promise<Result<CompareReport>> {
    const token = Symbol('comparison');
    this.current = token;
    this.reportedAt = -Infinity;
    try {
      const subject = await this.subjectOf(token, session, onProgress);
      return subject.ok ? await this.compare(token, { ...subject.value, ...request }, onProgress) : subject;
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      return fail('internal', `this is a bug of the lab: ${what}`, 'save the session and report it');
    } finally {
      if (this.current === token) this.current = undefined;
    }
  }

  /** Ends the comparison that runs, if there is one: its result is the error `cancelled`. */
  cancel(): void {
    this.current = undefined;
  }

  private async subjectOf(
    token: symbol,
    session: SessionLog | CompareSubject | undefined,
    onProgress: Listener,
  ): Promise<Result<CompareSubject>> {
    if (session === undefined) return ok({ config: defaultScenario(), script: scriptOf(DEFAULT_COMMANDS) });
    if ('script' in session) return ok(session);
    const reader = new ScriptReader(session);
    const work = { advance: () => reader.advance(1), done: () => reader.result !== undefined };
    const ended = await this.work(token, work, () => onProgress({ phase: 'reading', columns: [] }));
    if (!ended || reader.result === undefined) return cancelled();
    return reader.result.ok ? ok({ config: session.config, script: reader.result.value }) : reader.result;
  }

  private async compare(
    token: symbol,
    request: CompareSubject & CompareHostRequest,
    onProgress: Listener,
  ): Promise<Result<CompareReport>> {
    const made = Comparison.create(request);
    if (!made.ok) return made;
    const comparison = made.value;
    const report = (): void => onProgress({ phase: 'running', columns: comparison.progress });
    const work = { advance: () => comparison.advance(1), done: () => comparison.report !== undefined };
    const ended = await this.work(token, work, report);
    if (!ended || comparison.report === undefined) return cancelled();
    report();
    return ok(comparison.report);
  }

  /** Turns of work until it is done; false: it was cancelled. */
  private async work(
    token: symbol,
    { advance, done }: { readonly advance: () => void; readonly done: () => boolean },
    report: () => void,
  ): Promise<boolean> {
    while (!done()) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.current !== token) return false;
      const until = this.now() + this.sliceMs;
      while (!done() && this.now() < until) advance();
      if (this.now() - this.reportedAt < this.progressMs) continue;
      this.reportedAt = this.now();
      report();
    }
    return this.current === token;
  }
}

const cancelled = (): Result<never> => fail('cancelled', 'the comparison was cancelled');

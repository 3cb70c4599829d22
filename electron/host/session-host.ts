// Owns a session and lets it work in short turns, so that whoever shares the thread (window, terminal) gets answers in time.
// Wall-clock time lives here and nowhere below: docs/decisions/0010-the-machine-in-a-process-of-its-own.md

import {
  compileFilter,
  defaultScenario,
  fail,
  ok,
  Replay,
  Session,
  TraceNames,
  Undo,
} from '../../core/index.ts';
import type {
  AnswerTo,
  Command,
  MachineBug,
  MachineConfig,
  Query,
  Result,
  SessionLog,
  TraceFilter,
  Undone,
} from '../../core/index.ts';
import { logIn, replayInTurns, textInTurns, undoInTurns } from './in-turns.ts';
import { readSessionText, writeAtomically } from './session-store.ts';
import type { HostProgress, SessionHostApi, TracePage, TracePageRequest } from './host-types.ts';
import { RateMeter } from './rate-meter.ts';
import { pageOfTrace } from './trace-page.ts';
import { UNWATCHED } from './work-list.ts';
import type { Work } from './work-list.ts';

export interface SessionHostOptions {
  /** Longest turn of work. */
  readonly sliceMs?: number;
  /** Shortest time between two progress reports. */
  readonly progressMs?: number;
  /** Milliseconds that never go back; for tests. */
  readonly now?: () => number;
  readonly config?: MachineConfig;
}

export class SessionHost implements SessionHostApi {
  private readonly sliceMs: number;
  private readonly progressMs: number;
  private readonly now: () => number;
  private readonly listeners = new Set<(progress: HostProgress) => void>();
  private readonly waiting = new Set<() => void>();
  private readonly rate: RateMeter;
  private current: Session;
  private file: string | undefined;
  private on = false;
  /** It is being replayed or saved: nothing may be done to it. */
  private held: string | undefined;
  private bugTold: MachineBug | undefined;
  private pending: NodeJS.Immediate | undefined;
  private longestSliceMs = 0;
  private reportedAt = -Infinity;
  private names = new TraceNames();
  /** Events whose names are known. */
  private named = 0;
  private filter: { readonly text: string; readonly test: TraceFilter } | undefined;

  /** Throws only when `config` is not a machine: check it before, or leave it out. */
  constructor(options: SessionHostOptions = {}) {
    this.sliceMs = options.sliceMs ?? 8;
    this.progressMs = options.progressMs ?? 100;
    this.now = options.now ?? (() => performance.now());
    this.rate = new RateMeter(this.now);
    const session = Session.create(options.config ?? defaultScenario());
    if (!session.ok) throw new Error(session.error.message);
    this.current = session.value;
  }

  /** For hosts that need more than this API: export, the command line. */
  get session(): Session {
    return this.current;
  }

  dispatch(command: Command): Result<{ readonly seq: number }> {
    if (this.held !== undefined) return fail('busy', `this session ${this.held}`, 'wait for its end');
    const accepted = guarded(() => this.current.dispatch(command));
    this.tellBug();
    if (accepted.ok) this.wake();
    return accepted;
  }

  query<Q extends Query>(query: Q): Result<AnswerTo<Q>> {
    return guarded(() => this.current.query(query));
  }

  start(): void {
    this.on = true;
    this.wake();
    this.report(true);
  }

  stop(): void {
    this.on = false;
    if (this.pending !== undefined) clearImmediate(this.pending);
    this.pending = undefined;
    this.report(true);
    this.release();
  }

  whenIdle(): Promise<void> {
    if (!this.on || this.current.idle) return Promise.resolve();
    return new Promise((resolve) => this.waiting.add(resolve));
  }

  onProgress(listener: (progress: HostProgress) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  progress(): HostProgress {
    const status = this.current.query({ ask: 'status' });
    const { state, nowNs, events, hcalls, problems } = status.ok
      ? status.value
      : { state: 'off' as const, nowNs: 0, events: 0, hcalls: 0, problems: 0 };
    return {
      state,
      nowNs,
      steps: this.current.steps,
      events,
      hcalls,
      hcallsPerSecond: this.rate.perSecond(hcalls),
      problems,
      running: this.pending !== undefined,
      busy: !this.current.idle,
      longestSliceMs: this.longestSliceMs,
      ...(this.file === undefined ? {} : { file: this.file }),
    };
  }

  tracePage(request: TracePageRequest): Result<TracePage> {
    const filter = this.filterOf(request.filter);
    if (!filter.ok) return filter;
    return guarded(() => {
      this.names.feed(this.current.trace, this.named, this.current.traceLength);
      this.named = this.current.traceLength;
      return ok(pageOfTrace(this.current.trace, request, filter.value, this.now));
    });
  }

  new(config?: MachineConfig): Result<true> {
    const session = Session.create(config ?? defaultScenario());
    if (!session.ok) return session;
    this.adopt(session.value, undefined);
    return ok(true);
  }

  async open(file: string, work: Work = UNWATCHED): Promise<Result<true>> {
    const text = await readSessionText(file);
    if (!text.ok) return text;
    const log = logIn(text.value);
    if (!log.ok) return log;
    const session = await this.replay(new Replay(log.value), work);
    if (!session.ok) return session;
    this.adopt(session.value, file);
    return ok(true);
  }

  /**
   * The session of a log, in the place of the one at hand at once: it is seen growing, and takes no commands until it has come to its
   * end. Where it cannot go on as the log says, it stands at what was reached, and the error says why; `cancelled` too.
   */
  async recover(
    log: SessionLog,
    work: Work = UNWATCHED,
    beginning?: (command: number) => void,
  ): Promise<Result<true>> {
    const replay = new Replay(log, beginning);
    if (replay.partial !== undefined) this.adopt(replay.partial, this.file);
    const recovered = await this.holding('is being recovered', () => this.replay(replay, work));
    this.tellBug();
    return recovered.ok ? ok(true) : recovered;
  }

  /** The machine stands while its trace is being hashed: what is written is one moment of it. */
  async save(file: string, work: Work = UNWATCHED): Promise<Result<true>> {
    const written = await this.saveCopy(file, work);
    if (written.ok) this.file = file;
    return written;
  }

  /** The same; the session is not that file's from then on. */
  async saveCopy(file: string, work: Work = UNWATCHED): Promise<Result<true>> {
    const content = await this.holding('is being saved', () => textInTurns(this.current, work));
    return content.ok ? writeAtomically(file, content.value) : content;
  }

  /** The session without one of its acts; this one stands still meanwhile, and stays. Errors: those of Undo, `cancelled`. */
  async undone(index?: number, work: Work = UNWATCHED): Promise<Result<Undone>> {
    const undo = Undo.of(this.current, index);
    if (!undo.ok) return undo;
    const options = { sliceMs: this.sliceMs, now: this.now, work, each: () => undefined };
    return this.holding('is being undone', () => undoInTurns(undo.value, options));
  }

  /** A session made elsewhere, in the place of the one at hand. */
  takeUp(session: Session, file?: string): void {
    this.adopt(session, file);
  }

  /** Told of a fault of ours that broke the machine, once. */
  onBug: (bug: MachineBug) => void = () => undefined;

  private replay(replay: Replay, work: Work): Promise<Result<Session>> {
    const each = (): void => {
      if (replay.partial === this.current) this.report(false);
    };
    return replayInTurns(replay, { sliceMs: this.sliceMs, now: this.now, work, each });
  }

  private async holding<T>(what: string, action: () => Promise<T>): Promise<T> {
    this.held = what;
    try {
      return await action();
    } finally {
      this.held = undefined;
      this.wake();
      this.report(true);
      if (this.current.idle) this.release();
    }
  }

  private tellBug(): void {
    const { bug } = this.current;
    if (bug === undefined || bug === this.bugTold) return;
    this.bugTold = bug;
    this.onBug(bug);
  }

  private adopt(session: Session, file: string | undefined): void {
    this.current = session;
    this.file = file;
    this.filter = undefined;
    this.names = new TraceNames();
    this.named = 0;
    this.rate.reset();
    this.wake();
    this.report(true);
    if (session.idle) this.release();
  }

  /** Lets the machine work if it may and can. */
  private wake(): void {
    if (!this.on || this.held !== undefined || this.pending !== undefined || this.current.idle) return;
    this.pending = setImmediate(() => this.slice());
  }

  private slice(): void {
    this.pending = undefined;
    if (this.held !== undefined) return;
    const begun = this.now();
    const until = begun + this.sliceMs;
    let idle = false;
    while (!idle && this.now() < until) idle = this.current.advance(1).idle;
    this.longestSliceMs = Math.max(this.longestSliceMs, this.now() - begun);
    this.tellBug();
    this.wake();
    this.report(idle);
    if (idle) this.release();
  }

  private report(always: boolean): void {
    const now = this.now();
    if (!always && now - this.reportedAt < this.progressMs) return;
    this.reportedAt = now;
    const progress = this.progress();
    this.longestSliceMs = 0;
    for (const listener of this.listeners) listener(progress);
  }

  private release(): void {
    for (const resolve of this.waiting) resolve();
    this.waiting.clear();
  }

  /** Pages of one view come one after another with the same expression: it is compiled once. */
  private filterOf(text = ''): Result<TraceFilter | undefined> {
    if (text.trim() === '') return ok(undefined);
    if (text.length > 2000) return fail('filter-too-long', 'the filter is longer than 2000 characters');
    if (this.filter?.text === text) return ok(this.filter.test);
    const test = compileFilter(text, this.names);
    if (test.ok) this.filter = { text, test: test.value };
    return test;
  }
}

/** A bug of ours becomes an error that can be shown: the session is still there to be saved. */
function guarded<T>(ask: () => Result<T>): Result<T> {
  try {
    return ask();
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    return fail('internal', `this is a bug of the lab: ${what}`, 'save the session and report it');
  }
}

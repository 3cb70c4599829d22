// Long work on a session in short turns, with the event loop in between: replaying it, hashing its trace, reading its file.

import { fail, ok, parseSessionFile, sessionText } from '../../core/index.ts';
import type { Replay, Result, Session, SessionFile, SessionLog, Undo, Undone } from '../../core/index.ts';
import { isJournal, parseJournal } from './journal.ts';
import type { Work } from './work-list.ts';

/** Events hashed in one turn: a few milliseconds. */
const EVENTS_PER_TURN = 8192;
const REST_MS = 8;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export interface TurnOptions {
  readonly sliceMs: number;
  readonly now: () => number;
  readonly work: Work;
  /** Called after each turn. */
  readonly each: () => void;
}

/** Errors: those of a replay, `cancelled`. */
export function replayInTurns(replay: Replay, options: TurnOptions): Promise<Result<Session>> {
  return inTurns(replay, () => replay.done, options);
}

/** Errors: `cancelled`. */
export function undoInTurns(undo: Undo, options: TurnOptions): Promise<Result<Undone>> {
  return inTurns(undo, () => null, options);
}

interface LongWork<T> {
  readonly result: Result<T> | undefined;
  advance(maxSteps: number): void;
}

async function inTurns<T>(
  long: LongWork<T>,
  part: () => number | null,
  { sliceMs, now, work, each }: TurnOptions,
): Promise<Result<T>> {
  for (;;) {
    const until = now() + sliceMs;
    while (long.result === undefined && now() < until) long.advance(1);
    if (long.result !== undefined) return long.result;
    each();
    work.report(part());
    await turn();
    if (work.cancelled) return fail('cancelled', 'it was cancelled');
  }
}

/** The session as a file's text. It must stand still meanwhile. Errors: `cancelled`. */
export async function textInTurns(session: Session, work: Work): Promise<Result<string>> {
  while (!session.hashAhead(EVENTS_PER_TURN)) {
    work.report(null);
    await turn();
    if (work.cancelled) return fail('cancelled', 'saving was cancelled: nothing was written');
  }
  return ok(sessionText(session.save()));
}

/** Lets a session that nobody else runs work until it is idle. Errors: `cancelled`. */
export async function restInTurns(session: Session, work: Work): Promise<Result<true>> {
  for (;;) {
    const until = performance.now() + REST_MS;
    while (!session.idle && performance.now() < until) session.advance(1);
    if (session.idle) return ok(true);
    await turn();
    if (work.cancelled) return fail('cancelled', 'it was cancelled');
  }
}

/** A session file, or the journal of one: set aside, it can be opened like a file. */
export function logIn(text: string): Result<SessionFile | SessionLog> {
  if (!isJournal(text)) return parseSessionFile(text);
  const journal = parseJournal(text);
  return journal.ok ? ok(journal.value.log) : journal;
}

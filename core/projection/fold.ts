// A projection: what is shown is a fold over the trace. It reads events only, so it shows the same live, on replay and from a file.

import type { TraceReader } from '../trace/reader.ts';

export interface Fold<T> {
  /**
   * Takes in events `from` … `to` - 1: each once, in order, in pieces of any size. An event amended later is not seen again, so feed
   * between scheduler steps, when every RTAS call has its answer.
   */
  feed(log: TraceReader, from: number, to: number): void;
  /** What the events so far amount to: plain data of its own, or read-only. */
  readonly value: T;
}

/** Feeds a fold with all that a log has gained since the last time; returns how far it is now. */
export function catchUp(fold: Fold<unknown>, log: TraceReader, done: number): number {
  const to = log.length;
  if (to > done) fold.feed(log, done, to);
  return to;
}

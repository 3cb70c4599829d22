// What firmware, guest and devices write their observations to. TraceLog (log.ts) is the real one.

import type { NewEvent } from './events.ts';
import type { RunWords } from './run-words.ts';

export interface TraceSink {
  /** Appends an event under the current cause; returns its sequence number. The object is the log's from then on: not to be changed. */
  emit(event: NewEvent): number;
  /** Appends an event and makes it the cause of all that follows, until `close`. */
  open(event: NewEvent): number;
  /** Ends the innermost open event (they nest). */
  close(): void;
  /**
   * Replaces the fields of a rare event emitted or opened earlier: an RTAS call's cells are known only when it is done.
   * Not for packed rows.
   */
  amend(seq: number, event: NewEvent): void;

  // The four TCE hcalls are written as packed rows: int32 halves, no objects. Each returns its sequence number.
  get(liobn: number, iobaHi: number, iobaLo: number, tceHi: number, tceLo: number, ret: number): number;
  put(liobn: number, iobaHi: number, iobaLo: number, tceHi: number, tceLo: number, ret: number): number;
  /** `countHi`/`countLo`: the argument as given, even when absurd. */
  stuff(
    liobn: number,
    iobaHi: number,
    iobaLo: number,
    tceHi: number,
    tceLo: number,
    countHi: number,
    countLo: number,
    ret: number,
  ): number;
  /**
   * `list` is the guest real address of the list page. The stored list is given as its first TCE and `contiguous` = the number of
   * entries when each is one page above the last; else `runs` holds it. Of a call that was refused only `runs` is kept.
   */
  indirect(
    liobn: number,
    iobaHi: number,
    iobaLo: number,
    listHi: number,
    listLo: number,
    countHi: number,
    countLo: number,
    firstHi: number,
    firstLo: number,
    runs: RunWords | undefined,
    ret: number,
  ): number;
}

/** A sink that keeps no trace: each event is shown to `see`, which gives its number; TCE hcalls go nowhere. */
export function watchingSink(see: (event: NewEvent) => number): TraceSink {
  const unseen = (): number => 0;
  const none = (): void => undefined;
  return {
    ...{ emit: see, open: see, close: none, amend: none },
    ...{ get: unseen, put: unseen, stuff: unseen, indirect: unseen },
  };
}

// A controller's ends of its queues (NVMe 1.4 section 4.1): heads, tails and the phase bit.

export interface SubmissionQueue {
  readonly id: number;
  readonly cqId: number;
  readonly hi: number;
  readonly lo: number;
  /** Entries. */
  readonly size: number;
  head: number;
  tail: number;
  /** A fetch is under way. */
  fetching: boolean;
}

export interface CompletionQueue<Command> {
  readonly id: number;
  readonly hi: number;
  readonly lo: number;
  readonly size: number;
  readonly interrupts: boolean;
  head: number;
  tail: number;
  phase: 0 | 1;
  /** Completions that found the queue full. */
  readonly waiting: Command[];
}

export function submissionQueue(
  id: number,
  cqId: number,
  hi: number,
  lo: number,
  size: number,
): SubmissionQueue {
  return { id, cqId, hi, lo, size, head: 0, tail: 0, fetching: false };
}

export function completionQueue<Command>(
  id: number,
  hi: number,
  lo: number,
  size: number,
  interrupts: boolean,
): CompletionQueue<Command> {
  return { id, hi, lo, size, interrupts, head: 0, tail: 0, phase: 1, waiting: [] };
}

/** A full queue leaves one slot empty, so that full and empty differ. */
export function isFull(queue: {
  readonly head: number;
  readonly tail: number;
  readonly size: number;
}): boolean {
  return (queue.tail + 1) % queue.size === queue.head;
}

/** Upper half of the address `offset` bytes after (hi, lo); the lower one is `(lo + offset) | 0`. */
export function hiAt(hi: number, lo: number, offset: number): number {
  return (lo >>> 0) + offset >= 0x1_0000_0000 ? (hi + 1) | 0 : hi;
}

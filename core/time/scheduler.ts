// Alarms in virtual time, ordered by (time, order of setting): the heart of determinism. Nothing runs but through here.

import type { VirtualClock } from './clock.ts';

/**
 * A task is cut into short pieces: it yields at preemption points (at most a few hundred hcalls apart), so that a host can
 * stop between two steps. `yield n` means: go on after n virtual ns.
 */
export type Task = Generator<number, void, void>;

export interface Scheduler {
  readonly clock: VirtualClock;
  /** Runs `action` once, `delayNs` (>= 0) from now. Returns a handle for cancel(). */
  after(delayNs: number, action: () => void): number;
  cancel(handle: number): void;
  /** Starts a task; its first piece runs at the next step. `done` runs after its last piece. */
  start(task: Task, done?: () => void): void;
  /** Runs the earliest alarm or task piece and moves the clock to its time; false when there is none. */
  step(): boolean;
  readonly idle: boolean;
  /** Forgets all alarms and tasks (power off, reset). */
  clear(): void;
}

interface Entry {
  readonly timeNs: number;
  readonly order: number;
  readonly action: () => void;
}

const before = (a: Entry, b: Entry): boolean =>
  a.timeNs < b.timeNs || (a.timeNs === b.timeNs && a.order < b.order);

export function createScheduler(clock: VirtualClock): Scheduler {
  const heap: Entry[] = [];
  const pending = new Set<number>();
  let order = 0;

  const push = (entry: Entry): void => {
    let i = heap.length;
    heap.push(entry);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const p = heap[parent];
      if (p === undefined || !before(entry, p)) break;
      heap[i] = p;
      i = parent;
    }
    heap[i] = entry;
  };

  const pop = (): Entry | undefined => {
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      const left = heap[child];
      const right = heap[child + 1];
      if (left === undefined) break;
      let least = left;
      if (right !== undefined && before(right, left)) {
        least = right;
        child++;
      }
      if (!before(least, last)) break;
      heap[i] = least;
      i = child;
    }
    heap[i] = last;
    return top;
  };

  const after = (delayNs: number, action: () => void): number => {
    const handle = order++;
    pending.add(handle);
    push({ timeNs: clock.nowNs + delayNs, order: handle, action });
    return handle;
  };

  const start = (task: Task, done?: () => void): void => {
    const piece = (): void => {
      const next = task.next();
      if (next.done === true) done?.();
      else after(next.value, piece);
    };
    after(0, piece);
  };

  return {
    clock,
    after,
    // A cancelled entry stays in the heap and is passed over when its turn comes.
    cancel: (handle) => void pending.delete(handle),
    start,
    step() {
      for (;;) {
        const entry = pop();
        if (entry === undefined) return false;
        if (!pending.delete(entry.order)) continue;
        // The clock may have run ahead: an action that takes virtual time delays what comes after it.
        clock.nowNs = Math.max(clock.nowNs, entry.timeNs);
        entry.action();
        return true;
      }
    },
    get idle() {
      return pending.size === 0;
    },
    clear() {
      heap.length = 0;
      pending.clear();
    },
  };
}

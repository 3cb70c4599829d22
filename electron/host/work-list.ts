// What takes longer than a glance (opening, recovering, saving, comparing): how far each has come, and a way to end it.

import type { WorkItem } from '../ipc-contract.ts';

/** Handed to whoever does the work. */
export interface Work {
  /** The person wants it to end: stop, undo what was begun, answer the error `cancelled`. */
  readonly cancelled: boolean;
  /** 0 … 1; null: nobody can say. */
  report(done: number | null): void;
  /** Called once when the person wants it to end: for work that does not look. */
  onCancel(listener: () => void): void;
}

/** For work that nobody watches. */
export const UNWATCHED: Work = {
  cancelled: false,
  report: () => undefined,
  onCancel: () => undefined,
};

/** Shorter work is not listed: a line that flashes up tells nothing. */
const LISTED_AFTER_MS = 150;
const TOLD_EVERY_MS = 100;

interface Entry {
  item: WorkItem;
  readonly beganAt: number;
  readonly cancel: () => void;
  listed: boolean;
}

export class WorkList {
  private readonly tell: (items: readonly WorkItem[]) => void;
  private readonly now: () => number;
  private readonly entries = new Map<number, Entry>();
  private nextId = 1;
  private toldAt = -Infinity;

  constructor(tell: (items: readonly WorkItem[]) => void, now: () => number = () => performance.now()) {
    this.tell = tell;
    this.now = now;
  }

  get items(): readonly WorkItem[] {
    return [...this.entries.values()].filter(({ listed }) => listed).map(({ item }) => item);
  }

  async run<T>(label: string, cancellable: boolean, action: (work: Work) => Promise<T>): Promise<T> {
    const id = this.nextId++;
    let cancelled = false;
    let tellWorker = (): void => undefined;
    const item: WorkItem = { id, label, done: null, cancellable };
    const cancel = (): void => {
      if (cancelled || !cancellable) return;
      cancelled = true;
      tellWorker();
    };
    this.entries.set(id, { item, beganAt: this.now(), cancel, listed: false });
    const work: Work = {
      get cancelled() {
        return cancelled;
      },
      report: (done) => this.report(id, done),
      onCancel: (listener) => (tellWorker = listener),
    };
    try {
      return await action(work);
    } finally {
      this.end(id);
    }
  }

  /** What has ended, or cannot be ended, is left alone. */
  cancel(id: number): void {
    this.entries.get(id)?.cancel();
  }

  private report(id: number, done: number | null): void {
    const entry = this.entries.get(id);
    if (entry === undefined) return;
    const now = this.now();
    entry.item = { ...entry.item, done: done === null ? null : Math.min(1, Math.max(0, done)) };
    const isNew = !entry.listed && now - entry.beganAt >= LISTED_AFTER_MS;
    if (isNew) entry.listed = true;
    if (isNew || (entry.listed && now - this.toldAt >= TOLD_EVERY_MS)) this.tellNow(now);
  }

  private end(id: number): void {
    const entry = this.entries.get(id);
    this.entries.delete(id);
    if (entry?.listed === true) this.tellNow(this.now());
  }

  private tellNow(now: number): void {
    this.toldAt = now;
    this.tell(this.items);
  }
}

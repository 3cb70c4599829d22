// Which entries of a table hold which region's memory: it_userspace, as runs instead of a word for each entry.

export interface EntryRun<T> {
  readonly start: number;
  readonly count: number;
  readonly value: T;
}

export class EntryRuns<T> {
  private runs: EntryRun<T>[] = [];

  get entries(): number {
    return this.runs.reduce((sum, { count }) => sum + count, 0);
  }

  all(): readonly EntryRun<T>[] {
    return this.runs;
  }

  /** Takes [start, start + count) out; what was there, cut to the range. */
  clear(start: number, count: number): readonly EntryRun<T>[] {
    const end = start + count;
    let first = this.firstAfter(start);
    const removed: EntryRun<T>[] = [];
    const kept: EntryRun<T>[] = [];
    const from = first;
    for (let run = this.runs[first]; run !== undefined && run.start < end; run = this.runs[++first]) {
      const cutStart = Math.max(run.start, start);
      const cutEnd = Math.min(run.start + run.count, end);
      removed.push({ start: cutStart, count: cutEnd - cutStart, value: run.value });
      if (run.start < cutStart) kept.push({ ...run, count: cutStart - run.start });
      const tail = run.start + run.count - cutEnd;
      if (tail > 0) kept.push({ start: cutEnd, count: tail, value: run.value });
    }
    this.runs.splice(from, first - from, ...kept);
    return removed;
  }

  /** Entries that hold `value` from now on; what they held before. */
  set(start: number, count: number, value: T): readonly EntryRun<T>[] {
    const removed = this.clear(start, count);
    const at = this.firstAfter(start);
    const before = this.runs[at - 1];
    if (before !== undefined && before.start + before.count === start && before.value === value)
      this.runs[at - 1] = { ...before, count: before.count + count };
    else this.runs.splice(at, 0, { start, count, value });
    return removed;
  }

  /** Index of the first run that ends after `start`. */
  private firstAfter(start: number): number {
    let low = 0;
    let high = this.runs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const run = this.runs[middle];
      if (run !== undefined && run.start + run.count <= start) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

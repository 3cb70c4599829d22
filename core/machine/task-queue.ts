// Tasks that take turns: the next begins when the one before has ended, each under the cause of the command that asked for it.

import type { Scheduler, Task } from '../time/scheduler.ts';
import type { RunContext } from './run-context.ts';

export class TaskQueue {
  private readonly scheduler: Scheduler;
  private readonly context: RunContext;
  private waiting: (() => void)[] = [];
  private running = false;

  constructor(scheduler: Scheduler, context: RunContext) {
    this.scheduler = scheduler;
    this.context = context;
  }

  get empty(): boolean {
    return !this.running && this.waiting.length === 0;
  }

  /** `done` runs after the task's last piece, before the next task. */
  add(task: Task, done?: () => void): void {
    const begin = this.context.bound(() => {
      this.scheduler.start(task, () => {
        done?.();
        this.next();
      });
    });
    this.waiting.push(begin);
    if (!this.running) this.next();
  }

  /** Forgets all; the scheduler's own list is cleared by its owner. */
  clear(): void {
    this.waiting = [];
    this.running = false;
  }

  private next(): void {
    const begin = this.waiting.shift();
    this.running = begin !== undefined;
    begin?.();
  }
}

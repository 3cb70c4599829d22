// A kernel's own view of the scheduler: when the kernel dies and another begins (kexec, crash), what it had set going never runs,
// while the devices' alarms go on.

import type { Scheduler, Task } from '../time/scheduler.ts';

export interface MortalScheduler {
  readonly scheduler: Scheduler;
  /** From now on nothing that was started here runs. */
  readonly end: () => void;
}

export function mortalScheduler(outer: Scheduler): MortalScheduler {
  let alive = true;
  const alarms = new Set<number>();
  function* whileAlive(task: Task): Task {
    while (alive) {
      const next = task.next();
      if (next.done === true) return;
      yield next.value;
    }
  }
  const scheduler: Scheduler = {
    clock: outer.clock,
    after(delayNs, action) {
      const handle = outer.after(delayNs, () => {
        alarms.delete(handle);
        action();
      });
      alarms.add(handle);
      return handle;
    },
    cancel(handle) {
      alarms.delete(handle);
      outer.cancel(handle);
    },
    start: (task, done) =>
      outer.start(whileAlive(task), () => {
        if (alive) done?.();
      }),
    step: () => outer.step(),
    get idle() {
      return outer.idle;
    },
    clear: () => outer.clear(),
  };
  const end = (): void => {
    alive = false;
    for (const handle of alarms) outer.cancel(handle);
    alarms.clear();
  };
  return { scheduler, end };
}

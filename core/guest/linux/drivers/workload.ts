// The pace of a workload: so many requests, so many at a time, so far apart. What a request is, the driver knows.

import type { Scheduler } from '../../../time/scheduler.ts';
import type { IoFigures, IoRequestPlan } from '../types.ts';

export const newFigures = (): IoFigures => ({
  requests: 0,
  bytes: 0,
  maps: 0,
  unmaps: 0,
  failures: 0,
  corrupted: 0,
});

export interface Workload {
  /** Launches what may be launched now. */
  pump(): void;
  /** The request of this slot is over. */
  complete(slot: number): void;
  /** No further requests; those under way are waited for. */
  stop(): void;
  /** Nothing is launched while paused (controller reset). */
  paused: boolean;
  readonly inFlight: number;
}

export interface WorkloadParts {
  readonly scheduler: Scheduler;
  readonly plan: IoRequestPlan;
  /** Requests that can be under way at one time (<= plan.depth). */
  readonly slots: number;
  /** Begins request number `index` in `slot`; complete(slot) follows, maybe at once. */
  readonly launch: (slot: number, index: number) => void;
  /** Called once, when the last request is over. */
  readonly done: () => void;
}

export function createWorkload({ scheduler, plan, slots, launch, done }: WorkloadParts): Workload {
  const free: number[] = [];
  for (let slot = slots - 1; slot >= 0; slot--) free.push(slot);
  let issued = 0;
  let inFlight = 0;
  let stopping = false;
  let over = false;
  let pumping = false;
  let nextDueNs = scheduler.clock.nowNs;
  let timer = -1;

  const mayIssue = (): boolean => !stopping && !workload.paused && (plan.count === 0 || issued < plan.count);

  const waitUntilDue = (): void => {
    if (timer >= 0) return;
    timer = scheduler.after(nextDueNs - scheduler.clock.nowNs, () => {
      timer = -1;
      workload.pump();
    });
  };

  const endIfOver = (): void => {
    if (over || inFlight > 0 || (!stopping && (plan.count === 0 || issued < plan.count))) return;
    over = true;
    if (timer >= 0) scheduler.cancel(timer);
    done();
  };

  const launchAll = (): void => {
    while (free.length > 0 && mayIssue()) {
      if (plan.intervalNs > 0) {
        if (scheduler.clock.nowNs < nextDueNs) return waitUntilDue();
        nextDueNs += plan.intervalNs;
      }
      const slot = free.pop();
      if (slot === undefined) return;
      inFlight++;
      launch(slot, issued++);
    }
  };

  const workload: Workload = {
    paused: false,
    get inFlight() {
      return inFlight;
    },
    pump() {
      // A request that fails at once completes inside launch: the loop below it goes on, not a new one.
      if (pumping) return;
      pumping = true;
      launchAll();
      pumping = false;
      endIfOver();
    },
    complete(slot) {
      inFlight--;
      free.push(slot);
      workload.pump();
    },
    stop() {
      stopping = true;
      workload.pump();
    },
  };
  return workload;
}

// Workloads of a machine: begins them on a driver, counts what they cost, and gives their figures at the end.

import type { FunctionAddress } from '../abi/ports.ts';
import type { BoundDriver } from '../guest/linux/types.ts';
import type { VirtualClock } from '../time/clock.ts';
import type { Task } from '../time/scheduler.ts';
import type { IoParameters } from './commands.ts';
import type { RunContext } from './run-context.ts';
import { figuresEvent } from './workloads.ts';
import type { Workload } from './workloads.ts';

/** How often a removal looks whether I/O has come to its end, virtual ns. */
const STOP_POLL_NS = 1000;

export class IoRunner {
  readonly workloads = new Map<string, Workload>();
  private readonly context: RunContext;
  private readonly clock: VirtualClock;

  constructor(context: RunContext, clock: VirtualClock) {
    this.context = context;
    this.clock = clock;
  }

  start(id: string, fn: FunctionAddress, driver: BoundDriver, io: IoParameters): void {
    const workload: Workload = {
      id,
      fn,
      meter: { hcalls: 0, tces: 0, peakTces: 0 },
      begunNs: this.clock.nowNs,
      figures: () => driver.figures,
      stop: () => driver.stopIo(),
      endless: io.count === 0,
      stopping: false,
      ended: false,
    };
    this.workloads.set(id, workload);
    this.context.metered(workload.meter, () => driver.startIo(io, () => this.end(workload)));
  }

  /** Requests in flight are finished first. */
  stop(id: string): void {
    const workload = this.workloads.get(id);
    if (workload === undefined || workload.ended) return;
    workload.stopping = true;
    workload.stop();
  }

  /** Stops what runs on a function, and ends when it has. */
  *finish(id: string): Task {
    const running = this.workloads.get(id);
    if (running === undefined || running.ended) return;
    this.stop(id);
    while (!running.ended) yield STOP_POLL_NS;
  }

  /** Nothing runs any more (power off, Oops): each has the figures it came to. */
  endAll(): void {
    for (const workload of this.workloads.values()) this.end(workload);
  }

  /** A stop that was asked for has not come to its end. */
  get stopping(): boolean {
    return [...this.workloads.values()].some((io) => io.stopping && !io.ended);
  }

  /** I/O that goes on until stopped is running. */
  get endless(): boolean {
    return [...this.workloads.values()].some((io) => io.endless && !io.ended && !io.stopping);
  }

  private end(workload: Workload): void {
    if (workload.ended) return;
    workload.ended = true;
    const last = { ...workload.figures() };
    workload.figures = () => last;
    this.context.emit(figuresEvent(workload, this.clock.nowNs));
  }
}

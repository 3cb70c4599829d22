// What the machine remembers of its own trace, so that questions need no walk over a million events.

import type { FunctionAddress } from '../abi/ports.ts';
import type { DdwPlanEvent, NewEvent } from '../trace/events.ts';

/** Kernels whose logs are kept. */
const LOGS_KEPT = 8;

/** Log lines of one kernel, as sequence numbers, oldest first. */
export interface KernelLog {
  /** Counts the kernels from 1. */
  readonly boot: number;
  readonly seqs: number[];
  oops: boolean;
}

const changeKey = (path: string, property: string): string => `${path} ${property}`;

export class Notes {
  /** Sequence numbers of the log lines of the kernel that was booted last, oldest first. */
  get guestLog(): readonly number[] {
    return this.logs.at(-1)?.seqs ?? [];
  }
  /** Logs of the last kernels, oldest first: what a kernel said before it died can be read under the next. */
  readonly logs: KernelLog[] = [];
  /** Kernels started. */
  private boots = 0;
  /** By path and property: the event that changed it last since the kernel booted. */
  private readonly treeChanges = new Map<string, number>();
  readonly failedDrivers = new Set<FunctionAddress>();
  /**
   * The decision that made a function's window. Linux decides again for the coherent mask and then only finds the window: the
   * longer decision is the one that says why.
   */
  readonly plans = new Map<FunctionAddress, NewEvent<DdwPlanEvent>>();
  /** Calls refused, faults, errors logged: what a person would want to look at. */
  problems = 0;

  see(seq: number, event: NewEvent): void {
    if (isProblem(event)) this.problems++;
    switch (event.kind) {
      case 'printk':
        this.log().seqs.push(seq);
        return;
      case 'dt-changed':
        this.treeChanges.set(changeKey(event.path, event.property), seq);
        return;
      case 'driver-failed':
        this.failedDrivers.add(event.fn);
        return;
      case 'driver-bound':
        this.failedDrivers.delete(event.fn);
        return;
      case 'ddw-plan':
        if (event.steps.length >= (this.plans.get(event.fn)?.steps.length ?? 0))
          this.plans.set(event.fn, event);
        return;
      case 'driver-unbound':
        this.plans.delete(event.fn);
        return;
      case 'function-removed':
        this.plans.delete(event.description.fn);
        this.failedDrivers.delete(event.description.fn);
        return;
      case 'machine-state':
        if (event.state === 'booting') this.forget();
        if (event.state === 'oops') this.log().oops = true;
    }
  }

  /** The event that changed a property of the guest's tree last. */
  treeChange(path: string, property: string): number | undefined {
    return this.treeChanges.get(changeKey(path, property));
  }

  private log(): KernelLog {
    return this.logs.at(-1) ?? this.beginLog();
  }

  private beginLog(): KernelLog {
    const log = { boot: ++this.boots, seqs: [], oops: false };
    this.logs.push(log);
    if (this.logs.length > LOGS_KEPT) this.logs.shift();
    return log;
  }

  /** Another kernel begins. */
  private forget(): void {
    this.beginLog();
    this.treeChanges.clear();
    this.failedDrivers.clear();
    this.plans.clear();
  }
}

/** RTAS is judged when its cells are known; a busy status (990x) is no problem. */
export function isProblem(event: NewEvent): boolean {
  switch (event.kind) {
    case 'dma-fault':
    case 'pe-frozen':
    case 'driver-failed':
      return true;
    case 'rtas':
      return (event.rets[0] ?? 0) < 0;
    case 'hcall':
      return event.ret < 0;
    case 'printk':
      return event.level === 'err';
    case 'io-figures':
      return event.failures > 0 || event.corrupted > 0;
    default:
      return false;
  }
}

// Statuses that somebody wants to see: the next calls of a name, on one PHB or on all, fail on purpose.

import type { U64 } from '../base/u64.ts';
import { FaultCounter, type FaultPlan } from './limits.ts';

export interface Injection extends FaultPlan {
  /** `ibm,create-pe-dma-window`, `H_PUT_TCE`: as traces name it. */
  readonly call: string;
  /** Only calls about this PHB's PE or windows; absent: all. */
  readonly buid?: U64 | undefined;
}

interface Armed {
  readonly call: string;
  readonly buid: U64 | undefined;
  readonly counter: FaultCounter;
}

export class Injections {
  private armed: readonly Armed[] = [];

  /** Takes the place of an earlier one for the same call and PHB. */
  add({ call, buid, rc, count, skip }: Injection): void {
    const others = this.armed.filter((one) => one.call !== call || one.buid !== buid);
    this.armed = [...others, { call, buid, counter: new FaultCounter({ rc, count, skip }) }];
  }

  /** The status to answer instead of doing this call; undefined: do it. */
  next(call: string, buid: U64 | undefined): number | undefined {
    let status: number | undefined;
    for (const one of this.armed) {
      if (one.call !== call || (one.buid !== undefined && one.buid !== buid)) continue;
      status = one.counter.next();
      if (status !== undefined) break;
    }
    this.armed = this.armed.filter((one) => !one.counter.spent);
    return status;
  }

  /** Calls of this name are still to fail. */
  waitsFor(call: string): boolean {
    return this.armed.some((one) => one.call === call);
  }
}

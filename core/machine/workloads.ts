// I/O under way: what was asked for, what it has cost so far, and the figures at its end.

import type { IoFigures } from '../guest/linux/types.ts';
import type { NewEvent } from '../trace/events.ts';
import type { FunctionAddress } from '../abi/ports.ts';
import type { WorkloadStatus } from './queries.ts';
import type { HcallMeter } from './run-context.ts';

export interface Workload {
  readonly id: string;
  readonly fn: FunctionAddress;
  readonly meter: HcallMeter;
  readonly begunNs: number;
  /** The driver's counters: live while it runs, its last ones after. */
  figures: () => IoFigures;
  readonly stop: () => void;
  /** Goes on until stopped. */
  readonly endless: boolean;
  stopping: boolean;
  ended: boolean;
}

export function workloadStatus({ id, figures, ended }: Workload): WorkloadStatus {
  const { requests, bytes, failures, corrupted } = figures();
  return { id, requests, bytes, failures, corrupted, running: !ended };
}

export function figuresEvent({ id, fn, meter, figures, begunNs }: Workload, nowNs: number): NewEvent {
  const { requests, bytes, maps, unmaps, failures, corrupted } = figures();
  return {
    kind: 'io-figures',
    id,
    fn,
    requests,
    bytes,
    maps,
    unmaps,
    hcalls: meter.hcalls,
    failures,
    peakTces: meter.peakTces,
    durationNs: nowNs - begunNs,
    corrupted,
  };
}

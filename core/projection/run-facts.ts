// What a run came to, as plain data that can be laid beside another run's: windows, DMA space, calls, I/O, failures, dmesg, decisions.

import { hex16 } from '../base/u64.ts';
import type { DmaMode, IoFiguresEvent, MachineState, NewEvent, PlanStep } from '../trace/events.ts';
import { codeOfKind, LAST_TCE_CODE } from '../trace/kinds.ts';
import type { TraceReader } from '../trace/reader.ts';
import type { Fold } from './fold.ts';
import type { Figures } from './figures.ts';
import type { FunctionState } from './functions.ts';
import { GuestLogFold } from './guest-log.ts';
import type { GuestLogLine } from './guest-log.ts';
import { SummaryFold } from './summary.ts';
import type { WindowState } from './windows.ts';

export interface WindowFacts {
  readonly isDefault: boolean;
  /** Bus address of the first byte, hex. */
  readonly start: string;
  readonly pageShift: number;
  readonly entries: number;
  readonly sizeBytes: number;
  readonly usedTces: number;
  /** Most TCEs in use at one time. */
  readonly peakTces: number;
  readonly hcalls: number;
  readonly refused: number;
}

/** Workloads that ended, added up. */
export interface IoFacts {
  readonly requests: number;
  readonly bytes: number;
  readonly maps: number;
  readonly unmaps: number;
  readonly hcalls: number;
  readonly failures: number;
  readonly corrupted: number;
  /** Virtual time. */
  readonly durationNs: number;
}

export interface FunctionFacts {
  readonly id: string;
  readonly fn: string;
  readonly device: string;
  readonly slotClass: string;
  readonly state: FunctionState['state'];
  readonly driver: string | null;
  readonly mode: DmaMode;
  /** Why its driver failed. */
  readonly reason: string | null;
  /** Windows of its PE that are there at the end. */
  readonly windows: readonly WindowFacts[];
  readonly io: IoFacts | null;
  /** The decision of enable_ddw() that led to the window; empty when it never decided. */
  readonly plan: readonly PlanStep[];
}

export interface RunFacts {
  readonly state: MachineState;
  /** The last boot that came to its end. */
  readonly boot: { readonly hcalls: number; readonly durationNs: number } | null;
  readonly functions: readonly FunctionFacts[];
  /** All windows at the end, those of virtual devices too. */
  readonly windows: readonly WindowFacts[];
  /** Windows that the guest created, and default windows that it removed; over the whole run. */
  readonly windowsCreated: number;
  readonly defaultsRemoved: number;
  readonly io: IoFacts | null;
  readonly figures: Figures;
  /** Of the kernel that was booted last. */
  readonly dmesg: readonly GuestLogLine[];
}

const CODE_HCALL = codeOfKind('hcall');
const CODE_RTAS = codeOfKind('rtas');

export class RunFactsFold implements Fold<RunFacts> {
  private readonly summary = new SummaryFold();
  private readonly guestLog = new GuestLogFold();
  private readonly plans = new Map<string, readonly PlanStep[]>();
  private readonly io = new Map<string, IoFacts>();
  private state: MachineState = 'off';
  private hcalls = 0;
  private begun: { readonly hcalls: number; readonly timeNs: number } | undefined;
  private boot: RunFacts['boot'] = null;
  private windowsCreated = 0;
  private defaultsRemoved = 0;

  feed(log: TraceReader, from: number, to: number): void {
    this.summary.feed(log, from, to);
    this.guestLog.feed(log, from, to);
    for (let seq = from; seq < to; seq++) {
      const code = log.codeAt(seq);
      if (code <= LAST_TCE_CODE || code === CODE_HCALL) this.hcalls++;
      const event = code <= LAST_TCE_CODE ? undefined : log.recordAt(seq);
      if (event === undefined) continue;
      if (event.kind === 'tce-exchange') this.hcalls += 2 * event.count;
      this.take(event, log.timeNsAt(seq));
      // Windows that come and go with their PHB are none of the guest's doing.
      if (log.causeAt(seq) >= 0 && log.codeAt(log.causeAt(seq)) === CODE_RTAS) this.asked(event);
    }
  }

  get value(): RunFacts {
    const { figures, functions, windows } = this.summary.value;
    const byPe = new Map<bigint, WindowState[]>();
    for (const window of windows) byPe.set(window.buid, [...(byPe.get(window.buid) ?? []), window]);
    return {
      state: this.state,
      boot: this.boot,
      functions: functions.map((fn) => this.factsOf(fn, byPe.get(fn.description.buid) ?? [])),
      windows: windows.map(windowFacts),
      windowsCreated: this.windowsCreated,
      defaultsRemoved: this.defaultsRemoved,
      io: [...this.io.values()].reduce<IoFacts | null>(addIo, null),
      figures,
      dmesg: this.guestLog.value,
    };
  }

  private take(event: NewEvent, timeNs: number): void {
    switch (event.kind) {
      case 'machine-state':
        return this.changeState(event.state, timeNs);
      case 'ddw-plan':
        // Linux decides again for the coherent mask and then only finds the window: the longer decision says why.
        if (event.steps.length >= (this.plans.get(event.fn)?.length ?? 0)) {
          this.plans.set(event.fn, event.steps);
        }
        return;
      case 'driver-unbound':
        return void this.plans.delete(event.fn);
      case 'function-removed':
        return void this.plans.delete(event.description.fn);
      case 'io-figures':
        return void this.io.set(event.id, addIo(this.io.get(event.id) ?? null, ioFacts(event)));
    }
  }

  private asked(event: NewEvent): void {
    if (event.kind === 'window-created' && !event.window.isDefault) this.windowsCreated++;
    if (event.kind === 'window-removed' && event.window.isDefault) this.defaultsRemoved++;
  }

  private changeState(state: MachineState, timeNs: number): void {
    this.state = state;
    if (state === 'booting') {
      this.plans.clear();
      this.begun = { hcalls: this.hcalls, timeNs };
    } else if (state === 'running' && this.begun !== undefined) {
      this.boot = { hcalls: this.hcalls - this.begun.hcalls, durationNs: timeNs - this.begun.timeNs };
      this.begun = undefined;
    }
  }

  private factsOf(state: FunctionState, windows: readonly WindowState[]): FunctionFacts {
    const { id, fn, device, slotClass } = state.description;
    return {
      id,
      fn,
      device,
      slotClass,
      state: state.state,
      driver: state.driver ?? null,
      mode: state.mode,
      reason: state.reason ?? null,
      windows: windows.map(windowFacts),
      io: this.io.get(id) ?? null,
      plan: this.plans.get(fn) ?? [],
    };
  }
}

/** The facts of a whole trace. */
export function runFacts(trace: TraceReader): RunFacts {
  const fold = new RunFactsFold();
  fold.feed(trace, 0, trace.length);
  return fold.value;
}

function windowFacts({ window, usedTces, peakTces, hcalls, refused }: WindowState): WindowFacts {
  const { isDefault, pageShift, entries } = window;
  const start = hex16(window.start);
  const sizeBytes = entries * 2 ** pageShift;
  return { isDefault, start, pageShift, entries, sizeBytes, usedTces, peakTces, hcalls, refused };
}

function ioFacts(event: Omit<IoFiguresEvent, 'seq' | 'timeNs' | 'cause'>): IoFacts {
  const { requests, bytes, maps, unmaps, hcalls, failures, corrupted, durationNs } = event;
  return { requests, bytes, maps, unmaps, hcalls, failures, corrupted, durationNs };
}

function addIo(a: IoFacts | null, b: IoFacts): IoFacts {
  if (a === null) return b;
  return {
    requests: a.requests + b.requests,
    bytes: a.bytes + b.bytes,
    maps: a.maps + b.maps,
    unmaps: a.unmaps + b.unmaps,
    hcalls: a.hcalls + b.hcalls,
    failures: a.failures + b.failures,
    corrupted: a.corrupted + b.corrupted,
    durationNs: a.durationNs + b.durationNs,
  };
}

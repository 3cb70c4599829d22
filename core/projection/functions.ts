// The functions of the machine (VFs, slots) and what became of each: its driver, the way its DMA goes, why, and its last I/O.

import type {
  DdwPlanEvent,
  DmaMode,
  FunctionDescription,
  IoFiguresEvent,
  NewEvent,
  PlanStep,
} from '../trace/events.ts';
import { codeOfKind, LAST_TCE_CODE } from '../trace/kinds.ts';
import type { TraceReader } from '../trace/reader.ts';
import type { Fold } from './fold.ts';

export interface FunctionState {
  readonly description: FunctionDescription;
  /** `frozen`: its PE is cut off (any state but normal), whatever the guest thinks of the function. */
  readonly state: 'present' | 'bound' | 'failed' | 'frozen';
  readonly driver?: string;
  readonly mode: DmaMode;
  readonly maskBits: number;
  /** driver-failed: why. */
  readonly reason?: string;
  /** enable_ddw()'s last decision. */
  readonly plan?: { readonly seq: number; readonly mode: DmaMode; readonly steps: readonly PlanStep[] };
  /** Figures of the last workload that ended. */
  readonly io?: Omit<IoFiguresEvent, 'seq' | 'timeNs' | 'cause' | 'kind'>;
  readonly faults: number;
  /** Event that it came with. */
  readonly since: number;
}

const CODE_FAULT = codeOfKind('dma-fault');

/** A function nobody drives: fresh, or after power off. */
function unbound(description: FunctionDescription, since: number): FunctionState {
  return { description, state: 'present', mode: 'none', maskBits: 0, faults: 0, since };
}

export class FunctionsFold implements Fold<readonly FunctionState[]> {
  /** What the guest made of each function. */
  private readonly states = new Map<string, FunctionState>();
  /** PEs that the firmware has stopped. A kernel that takes over from another changes nothing in them. */
  private readonly frozen = new Set<bigint>();

  /** In the order in which they appeared. */
  get value(): readonly FunctionState[] {
    return [...this.states.values()].map((state) =>
      this.frozen.has(state.description.buid) ? { ...state, state: 'frozen' } : state,
    );
  }

  feed(log: TraceReader, from: number, to: number): void {
    for (let seq = from; seq < to; seq++) {
      const code = log.codeAt(seq);
      if (code <= LAST_TCE_CODE) continue;
      if (code === CODE_FAULT) this.fault(log, seq);
      const event = log.recordAt(seq);
      if (event !== undefined) this.take(event, seq);
    }
  }

  private take(event: NewEvent, seq: number): void {
    switch (event.kind) {
      case 'function-added':
        return void this.states.set(event.description.fn, unbound(event.description, seq));
      case 'function-removed':
        this.frozen.delete(event.description.buid);
        return void this.states.delete(event.description.fn);
      case 'machine-state':
        return event.state === 'off' || event.state === 'booting' ? this.kernelGone() : undefined;
      case 'ddw-plan':
        return this.plan(event, seq);
      case 'driver-bound':
      case 'driver-failed':
      case 'driver-unbound':
        return this.driver(event);
      case 'pe-frozen':
        return void this.frozen.add(event.buid);
      case 'pe-state':
        return event.to === 'normal' ? void this.frozen.delete(event.buid) : void this.frozen.add(event.buid);
      case 'io-figures': {
        const { kind: _kind, ...io } = event;
        return this.change(event.fn, (state) => ({ ...state, io }));
      }
    }
  }

  private change(fn: string, how: (state: FunctionState) => FunctionState): void {
    const state = this.states.get(fn);
    if (state !== undefined) this.states.set(fn, how(state));
  }

  private fault(log: TraceReader, seq: number): void {
    const event = log.event(seq);
    if (event.kind === 'dma-fault')
      this.change(event.fn, (state) => ({ ...state, faults: state.faults + 1 }));
  }

  private plan(event: Omit<DdwPlanEvent, 'seq' | 'timeNs' | 'cause'>, seq: number): void {
    const plan = { seq, mode: event.mode, steps: event.steps };
    this.change(event.fn, (state) => ({ ...state, plan }));
  }

  private driver(event: Extract<NewEvent, { driver: string }>): void {
    this.change(event.fn, ({ description, since, plan, io, faults }) => ({
      description,
      since,
      faults,
      ...(plan === undefined ? {} : { plan }),
      ...(io === undefined ? {} : { io }),
      ...(event.kind === 'driver-unbound'
        ? { state: 'present', mode: 'none', maskBits: 0 }
        : { driver: event.driver, mode: event.mode, maskBits: event.maskBits, ...outcome(event) }),
    }));
  }

  /** The guest is gone, or a fresh one begins: nobody drives anything. */
  private kernelGone(): void {
    for (const [fn, { description, since, io }] of this.states) {
      const state = unbound(description, since);
      this.states.set(fn, io === undefined ? state : { ...state, io });
    }
  }
}

function outcome(event: Extract<NewEvent, { driver: string }>): Pick<FunctionState, 'state' | 'reason'> {
  if (event.kind !== 'driver-failed') return { state: 'bound' };
  return event.reason === undefined ? { state: 'failed' } : { state: 'failed', reason: event.reason };
}

// A partitionable endpoint: the unit that owns DMA windows and that the platform freezes (LoPAR ch_io_topology).

import type { FunctionAddress } from '../abi/ports.ts';
import type { U64 } from '../base/u64.ts';
import type { DmaEndpoint } from '../iommu/dma-path.ts';
import type { DmaWindow } from '../iommu/dma-window.ts';
import type { PeState } from '../trace/events.ts';
import type { TraceSink } from '../trace/sink.ts';
import { passesMmio, transition, type PeAction } from './eeh.ts';

export class Pe implements DmaEndpoint {
  readonly buid: U64;
  /** By slot: 0 has the default window's LIOBN, 1 the dynamic one's. Slots stay; windows in them come and go. */
  readonly windows: readonly DmaWindow[];
  /** Limited addressing mode (PAPR 2.13): created windows start at a low bus address. */
  limitedAddressing = false;
  /** No DMA and no interrupt passes: any state but normal. */
  frozen = false;
  /** Loads give all ones, stores are lost. */
  mmioStopped = false;
  /** Fifth output of ibm,read-slot-reset-state2: how the PE was reset since its last error. */
  recoveryInfo = 0;
  private readonly trace: TraceSink | undefined;
  private current: PeState = 'normal';
  /** End of a temporary unavailability, virtual ns. */
  private untilNs = 0;

  constructor(buid: U64, windows: readonly DmaWindow[], trace: TraceSink | undefined) {
    this.buid = buid;
    this.windows = windows;
    this.trace = trace;
  }

  /** The state at a moment: unavailability ends by itself, and leaves the PE stopped. */
  state(nowNs: number): PeState {
    if (this.current === 'unavailable' && nowNs >= this.untilNs) this.enter('stopped', 'time');
    return this.current;
  }

  /** Virtual ns until the PE can be worked with again; 0: now, or never. */
  waitNs(nowNs: number): number {
    return this.state(nowNs) === 'unavailable' ? this.untilNs - nowNs : 0;
  }

  /** Does what `action` does in this state; the status of the RTAS call. `by`: the call or cause, for the trace. */
  act(action: PeAction, by: string, nowNs: number): number {
    const { status, to } = transition(this.state(nowNs), action);
    if (to !== undefined) this.enter(to, by);
    return status;
  }

  /** An error of a function froze the PE. */
  freeze(fn: FunctionAddress, by = 'DMA fault'): void {
    const { to } = transition(this.current, 'error');
    if (to === undefined) return;
    this.recoveryInfo = 0;
    this.trace?.emit({ kind: 'pe-frozen', buid: this.buid, fn });
    this.enter(to, by);
  }

  /** An error that the platform needs `untilNs` to gather: nothing can be done with the PE before. */
  makeUnavailable(fn: FunctionAddress, untilNs: number, by: string): void {
    if (this.current === 'disabled') return;
    this.recoveryInfo = 0;
    if (!this.frozen) this.trace?.emit({ kind: 'pe-frozen', buid: this.buid, fn });
    this.untilNs = untilNs;
    this.enter('unavailable', by);
  }

  /** Power cycle, partition reboot, DLPAR: the only ways out of `disabled`. */
  powerCycle(): void {
    this.limitedAddressing = false;
    this.enter('normal', 'partition reset');
  }

  private enter(to: PeState, by: string): void {
    const from = this.current;
    if (from === to) return;
    this.current = to;
    this.frozen = to !== 'normal';
    this.mmioStopped = !passesMmio(to);
    this.trace?.emit({ kind: 'pe-state', buid: this.buid, from, to, by });
  }
}

export function activeWindows(pe: Pe): number {
  return pe.windows.filter((window) => window.active).length;
}

// How Linux works with a PE's error state (arch/powerpc/platforms/pseries/eeh_pseries.c; waits and thaws of kernel/eeh.c).

import { RTAS_BUSY, RTAS_SUCCESS } from '../../abi/papr/ddw.ts';
import { EEH_LOG, EEH_OPTION, EEH_RESET, PE_INFO, PE_MODE, PE_STATE } from '../../abi/papr/eeh.ts';
import { cell, type Phb } from './live-tree.ts';
import type { GuestDevice, KernelState } from './kernel-state.ts';

const NS_PER_MS = 1e6;
/** EEH_PE_RST_HOLD_TIME and EEH_PE_RST_SETTLE_TIME; LoPAR asks for 100 ms and, on PCI Express, 1.5 s. */
const RESET_HOLD_NS = 250 * NS_PER_MS;
const RESET_SETTLE_NS = 1800 * NS_PER_MS;
/** EEH_STATE_MIN_WAIT_TIME, EEH_STATE_MAX_WAIT_TIME. */
const MIN_WAIT_NS = 1000 * NS_PER_MS;
const MAX_WAIT_NS = 300_000 * NS_PER_MS;
/** PCI_BUS_RESET_WAIT_MSEC. */
export const RESET_WAIT_NS = 60_000 * NS_PER_MS;
const RESET_ATTEMPTS = 3;
const EIO = -5;

/** A PE as RTAS calls name it. */
export interface PeName {
  readonly phb: Phb;
  readonly address: number;
}

/** What eeh_ops->get_state says. `gone`: unavailable for good, or nothing that Linux knows. */
export type SlotState =
  'active' | 'reset' | 'stopped' | 'mmio-enabled' | 'gone' | { readonly waitNs: number };

export class EehRtas {
  private readonly k: KernelState;

  constructor(k: KernelState) {
    this.k = k;
  }

  /** The address of the PE that the function belongs to; undefined: none, or the platform has no EEH. */
  peAddress({ pdn: { busno, devfn, phb } }: GuestDevice): number | undefined {
    const fn = { phb, address: (busno << 16) | (devfn << 8) };
    const [status, mode] = this.call('ibm,get-config-addr-info2', fn, [PE_INFO.mode], 2);
    if (status !== RTAS_SUCCESS || mode === PE_MODE.notInPe) return undefined;
    const [second, address] = this.call('ibm,get-config-addr-info2', fn, [PE_INFO.address], 2);
    return second === RTAS_SUCCESS ? address : undefined;
  }

  state(pe: PeName): SlotState {
    const [status, state, capable, unavailableMs = 0] = this.call('ibm,read-slot-reset-state2', pe, [], 4);
    if (status !== RTAS_SUCCESS || capable === 0) return 'gone';
    switch (state) {
      case PE_STATE.normal:
        return 'active';
      case PE_STATE.reset:
        return 'reset';
      case PE_STATE.stopped:
        return 'stopped';
      case PE_STATE.mmioEnabled:
        return 'mmio-enabled';
      default:
        return unavailableMs > 0 ? { waitNs: unavailableMs * NS_PER_MS } : 'gone';
    }
  }

  /** eeh_wait_state(): waits while the PE is unavailable, `mostNs` at most. */
  *waitState(pe: PeName, mostNs: number): Generator<number, SlotState, void> {
    for (let leftNs = mostNs; ;) {
      const state = this.state(pe);
      if (typeof state === 'string') return state;
      if (leftNs <= 0) {
        this.k.printk.line('warn', `eeh_wait_state: Timeout when getting PE's state (${leftNs / NS_PER_MS})`);
        return 'gone';
      }
      const waitNs = Math.min(Math.max(state.waitNs, MIN_WAIT_NS), MAX_WAIT_NS);
      yield Math.min(waitNs, leftNs);
      leftNs -= waitNs;
    }
  }

  /** eeh_pci_enable(EEH_OPT_THAW_MMIO): loads and stores pass again, for whoever wants to look at the device. */
  *thawMmio(pe: PeName): Generator<number, void, void> {
    const before = this.state(pe);
    if (before === 'gone' || before === 'active' || before === 'mmio-enabled') return;
    const [status = 0] = this.call('ibm,set-eeh-option', pe, [EEH_OPTION.thawMmio], 1);
    if (status !== RTAS_SUCCESS)
      this.k.printk.line(
        'warn',
        `eeh_pci_enable: Unexpected state change ${EEH_OPTION.thawMmio} on ${peText(pe)}, err=${status}`,
      );
    yield* this.waitState(pe, RESET_WAIT_NS);
  }

  /** eeh_pe_reset_full(): asserted, held, deasserted, settled; three attempts. 0 or -5. */
  *resetFull(pe: PeName): Generator<number, number, void> {
    for (let attempt = 1; attempt <= RESET_ATTEMPTS; attempt++) {
      const asserted = yield* this.slotReset(pe, EEH_RESET.hot, RESET_HOLD_NS);
      const status = asserted || (yield* this.slotReset(pe, EEH_RESET.deactivate, RESET_SETTLE_NS));
      if (status !== RTAS_SUCCESS) {
        this.attemptFailed(`EEH: Failure ${status} resetting ${peText(pe)}`, attempt);
        continue;
      }
      const state = yield* this.waitState(pe, RESET_WAIT_NS);
      if (state === 'active') return 0;
      this.attemptFailed(`EEH: ${peText(pe)}: Slot inactive after reset`, attempt);
    }
    return EIO;
  }

  private attemptFailed(what: string, attempt: number): void {
    this.k.printk.line('warn', `${what} (attempt ${attempt})`);
  }

  /** ibm,set-eeh-option once; its status. */
  setOption(pe: PeName, option: number): number {
    return this.call('ibm,set-eeh-option', pe, [option], 1)[0] ?? 0;
  }

  /** ibm,set-slot-reset once, without a wait; its status. */
  setReset(pe: PeName, how: number): number {
    return this.call('ibm,set-slot-reset', pe, [how], 1)[0] ?? 0;
  }

  private *slotReset(pe: PeName, how: number, thenNs: number): Generator<number, number, void> {
    const status = this.setReset(pe, how);
    if (status === RTAS_SUCCESS) yield thenNs;
    return status;
  }

  /** ibm,configure-pe, again while it is busy. */
  *configure(pe: PeName): Generator<number, void, void> {
    for (let attempt = 0; attempt < RESET_ATTEMPTS; attempt++) {
      const [status = 0] = this.call('ibm,configure-pe', pe, [], 1);
      if (status !== RTAS_BUSY) return;
      yield NS_PER_MS;
    }
  }

  /** eeh_slot_error_detail(): the platform's log; a permanent one takes the PE out of service. */
  *errorDetail(pe: PeName, severity: keyof typeof EEH_LOG): Generator<number, void, void> {
    if (severity === 'temporary') yield* this.thawMmio(pe);
    yield* this.configure(pe);
    this.call('ibm,slot-error-detail', pe, [0, 0, 0, 0, EEH_LOG[severity]], 1);
  }

  /** Status and outputs; -1 where the platform has no such call (RTAS_UNKNOWN_SERVICE). */
  private call(name: string, pe: PeName, rest: readonly number[], nret: number): readonly number[] {
    const rtas = this.k.tree.find('/rtas');
    const token = rtas === undefined ? undefined : cell(rtas, name, 0);
    if (token === undefined) return [-1];
    const { buidHi, buidLo } = pe.phb;
    return this.k.ports.rtas.call(token, [pe.address, buidHi, buidLo, ...rest], nret);
  }
}

/** `PHB#4003-PE#10000`. */
export function peText({ phb, address }: PeName): string {
  return `PHB#${phb.domain.toString(16)}-PE#${address.toString(16)}`;
}

// Enhanced I/O Error Handling, the part that notices (arch/powerpc/kernel/eeh.c): a load that gives all ones is looked into, and
// when the firmware says that the PE is stopped, its recovery begins.
// On purpose otherwise: Linux asks for PE addresses when it finds devices; here it does so when the first load gives all ones, so
// that a trace without errors has no such calls.

import type { FunctionAddress, MmioPort } from '../../abi/ports.ts';
import type { Task } from '../../time/scheduler.ts';
import type { EehDrivers, EehPe } from './eeh-pe.ts';
import { recoverPe } from './eeh-recovery.ts';
import { EehRtas } from './eeh-rtas.ts';
import type { GuestDevice, KernelState } from './kernel-state.ts';
import type { Phb } from './live-tree.ts';

export class Eeh {
  private readonly k: KernelState;
  private readonly drivers: EehDrivers;
  private readonly rtas: EehRtas;
  /** Failures not yet dealt with; the first is at work. */
  private readonly events: EehPe[] = [];
  /** By PHB; undefined: the platform has no EEH for it. */
  private readonly pes = new Map<Phb, EehPe | undefined>();

  constructor(k: KernelState, drivers: EehDrivers) {
    this.k = k;
    this.drivers = drivers;
    this.rtas = new EehRtas(k);
  }

  /** The registers as drivers see them: readl() of all ones is looked into (eeh_check_failure). */
  watched(mmio: MmioPort): MmioPort {
    return {
      read32: (fn, offset) => {
        const value = mmio.read32(fn, offset);
        if ((value | 0) === -1) this.checkFailure(fn);
        return value;
      },
      write32: (fn, offset, value) => mmio.write32(fn, offset, value),
    };
  }

  /** pci_channel_offline(): the function's PE is known to be cut off. */
  isOffline(fn: FunctionAddress): boolean {
    const dev = this.drivers.device(fn);
    const pe = dev === undefined ? undefined : this.pes.get(dev.pdn.phb);
    return pe !== undefined && pe.channel !== 'normal';
  }

  /** eeh_dev_check_failure(). */
  private checkFailure(fn: FunctionAddress): void {
    const dev = this.drivers.device(fn);
    const pe = dev === undefined ? undefined : this.peOf(dev);
    if (pe === undefined || pe.channel !== 'normal') return;
    const state = this.rtas.state(pe);
    // A register may hold all ones; nothing can be done about a PE that is gone for good.
    if (state === 'active' || state === 'gone') return;
    pe.channel = 'frozen';
    this.events.push(pe);
    if (this.events.length === 1) this.k.scheduler.start(this.eehd());
  }

  /** The kernel thread that eeh_send_failure_event() wakes: one recovery after the other. */
  private *eehd(): Task {
    for (let pe = this.events[0]; pe !== undefined; pe = this.events[0]) {
      yield* recoverPe(this.k, this.rtas, this.drivers, pe);
      this.events.shift();
    }
  }

  private peOf(dev: GuestDevice): EehPe | undefined {
    const { phb } = dev.pdn;
    if (this.pes.has(phb)) return this.pes.get(phb);
    const address = this.rtas.peAddress(dev);
    const pe: EehPe | undefined =
      address === undefined ? undefined : { phb, address, channel: 'normal', failures: 0, sinceNs: 0 };
    this.pes.set(phb, pe);
    return pe;
  }
}

// A PE as the kernel's EEH code keeps it, and what recovery asks of the rest of the kernel.

import type { FunctionAddress } from '../../abi/ports.ts';
import type { Task } from '../../time/scheduler.ts';
import type { PeName } from './eeh-rtas.ts';
import type { GuestDevice } from './kernel-state.ts';
import type { Phb } from './live-tree.ts';
import type { BoundDriver } from './types.ts';

/** struct eeh_pe: PEs here are PHBs. */
export interface EehPe extends PeName {
  /** pci_channel_state_t of its devices. */
  channel: 'normal' | 'frozen' | 'gone';
  /** freeze_count and tstamp: failures since, in the last hour. */
  failures: number;
  sinceNs: number;
}

/** What recovery needs of the rest of the kernel. */
export interface EehDrivers {
  /** Functions below the PHB, as the kernel knows them now. */
  devicesOf(phb: Phb): readonly GuestDevice[];
  device(fn: FunctionAddress): GuestDevice | undefined;
  bound(fn: FunctionAddress): BoundDriver | undefined;
  /** probe() of the function is under way: it holds the device's lock. */
  isProbing(fn: FunctionAddress): boolean;
  /** pci_hp_remove_devices(): the driver is unbound, the function forgotten. */
  unplug(fn: FunctionAddress): Task;
  /** pci_hp_add_devices(): functions are found again and their drivers bound. */
  replug(fns: readonly FunctionAddress[]): Task;
}

// The commands of a session: plain data, logged, replayed. Everything that changes the machine is one of these.

import type { ApplicationPlan } from '../abi/linux/application.ts';
import type { VfioCall } from '../abi/linux/vfio.ts';
import type { MachineConfig } from './config.ts';
import type { SystemCommand } from './system-commands.ts';

export type * from './system-commands.ts';

export interface IoParameters {
  /** Bytes of one request. */
  readonly sizeBytes: number;
  /** Requests in flight. */
  readonly depth: number;
  /** Number of requests; 0 = until stopped. */
  readonly count: number;
  /** read = device to memory. */
  readonly direction: 'read' | 'write';
  /** Virtual ns between requests; 0 = as fast as the device answers. */
  readonly intervalNs: number;
}

export type Command =
  | SystemCommand
  /** Changes the configuration; only while the machine is off. */
  | { readonly do: 'configure'; readonly config: MachineConfig }
  | { readonly do: 'boot' }
  | { readonly do: 'shutdown' }
  /** Partition reset: firmware restores default windows, the guest boots again. */
  | { readonly do: 'reset' }
  /**
   * Adds `count` functions of a device (SR-IOV VFs on PowerVM); a running guest probes them at once. `slotClass`: another kind of slot
   * of the profile, such as `dedicated`.
   */
  | { readonly do: 'vf-add'; readonly count: number; readonly device: string; readonly slotClass?: string }
  | { readonly do: 'vf-remove'; readonly id: string }
  | { readonly do: 'io-start'; readonly id: string; readonly io: IoParameters }
  | { readonly do: 'io-stop'; readonly id: string }
  /**
   * The next calls of a name fail on purpose: after `skip` that go through, `count` answer `rc`. `call` is an RTAS call of the platform
   * or a TCE hcall, as traces name it; `id`: only calls about this function's PE and windows. Waits until all have failed, or the
   * configuration changes.
   */
  | {
      readonly do: 'inject';
      readonly call: string;
      readonly rc: number;
      readonly count: number;
      readonly skip: number;
      readonly id?: string;
    }
  /** An error of the function: its PE stops (platforms with EEH). `unavailableNs`: nothing can be done with it for so long. */
  | { readonly do: 'pe-freeze'; readonly id: string; readonly unavailableNs?: number }
  /**
   * A wrong TCE: an H_PUT_TCE of `tce` at a bus address of the function's windows, behind the back of whoever mapped it. Both are hex
   * strings; 0x0 clears.
   */
  | { readonly do: 'tce-set'; readonly id: string; readonly ioba: string; readonly tce: string }
  /** DLPAR of memory, in whole LMBs (on QEMU in DIMMs): under a running guest, up to maximum and down to minimum memory. */
  | { readonly do: 'memory-add' | 'memory-remove'; readonly bytes: number }
  /** sysfs `bind`: the function's driver, or vfio-pci (by driver_override), which hands it to a user; windows stay. */
  | { readonly do: 'driver-bind'; readonly id: string; readonly driver?: 'vfio-pci' }
  /** sysfs `unbind`; I/O comes to its end first. */
  | { readonly do: 'driver-unbind'; readonly id: string }
  /** One call of a user process (`app` when not named) on a VFIO container, or on its own memory. Refusals of the kernel are results. */
  | { readonly do: 'vfio'; readonly container: string; readonly process?: string; readonly call: VfioCall }
  /** A program that uses VFIO starts under a name, sets its container up and maps its memory; it stays until it is stopped. */
  | { readonly do: 'app-start'; readonly name: string; readonly plan: ApplicationPlan }
  | { readonly do: 'app-stop'; readonly name: string }
  /** sysfs `remove` of a function: the guest forgets it, its node and the platform keep it; `pci-rescan` finds it again. */
  | { readonly do: 'pci-remove'; readonly id: string }
  | { readonly do: 'pci-rescan' }
  /** The same kernel again without a reset of the platform; `withoutProperties`: not told of the windows that this one made. */
  | { readonly do: 'kexec'; readonly withoutProperties?: boolean }
  /** The kernel panics and its crash kernel starts (`crashkernel=` among the boot arguments). */
  | { readonly do: 'crash' }
  | { readonly do: 'mark'; readonly text: string };

export type CommandName = Command['do'];

// The commands of a session: plain data, logged, replayed. Everything that changes the machine is one of these.

import type { MachineConfig } from './config.ts';

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
  | { readonly do: 'mark'; readonly text: string };

export type CommandName = Command['do'];

// Commands to the managed system: what a person does on an HMC. All or nothing: a refused one has changed nothing, and says why with
// the HMC's own code where it is public.

import type { BackupDevice } from '../system/types.ts';

/** What a logical port is to be; of several, all alike. */
export interface LogicalPortWish {
  /** `adapter_id` of an adapter in shared mode. */
  readonly adapter: number;
  readonly physPort: number;
  readonly lpar: number;
  /** Percent of the physical port, a multiple of its granularity; absent: one granule. */
  readonly capacity?: number;
  readonly type?: 'eth' | 'roce';
  readonly pvid?: number;
  readonly promiscuous?: boolean;
  readonly backup?: BackupDevice;
}

export type SystemCommand =
  /** An adapter to shared (SR-IOV) mode or back; `slot`: end of its location code (`C4`). `adapter`: the id wanted; absent: the lowest free. */
  | {
      readonly do: 'adapter-mode';
      readonly slot: string;
      readonly mode: 'shared' | 'dedicated';
      readonly adapter?: number;
    }
  /** The slot of an adapter in dedicated mode, to a partition or (`lpar: null`) back. */
  | { readonly do: 'slot-assign'; readonly slot: string; readonly lpar: number | null }
  /**
   * `count` logical ports (1) for a partition. A running guest is given their PHBs at once. `logicalPort`: the id of the one wanted
   * (`27004002`), only with a count of 1. `device`: what the guest finds in its VFs; absent: `nic`.
   */
  | {
      readonly do: 'logical-port-add';
      readonly port: LogicalPortWish;
      readonly count?: number;
      readonly logicalPort?: string;
      readonly device?: string;
    }
  /** Changes attributes of logical ports; capacity may change while the port is in use. */
  | {
      readonly do: 'logical-port-set';
      readonly logicalPorts: readonly string[];
      readonly capacity?: number;
      readonly pvid?: number;
    }
  /** To another partition; the same id, capacity and place. */
  | { readonly do: 'logical-port-assign'; readonly logicalPorts: readonly string[]; readonly lpar: number }
  | { readonly do: 'logical-port-remove'; readonly logicalPorts: readonly string[] }
  /** A vNIC for `lpar`, backed by a new logical port that the Virtual I/O Server `vios` owns. */
  | {
      readonly do: 'vnic-add';
      readonly lpar: number;
      readonly vios: number;
      readonly adapter: number;
      readonly physPort: number;
      readonly capacity?: number;
    }
  | { readonly do: 'vnic-remove'; readonly lpar: number; readonly slot: number }
  /** Memory of a partition, bytes, in whole LMBs. The running guest takes or gives up the difference (DLPAR). */
  | { readonly do: 'lpar-memory'; readonly lpar: number; readonly bytes: number };

export type SystemCommandName = SystemCommand['do'];

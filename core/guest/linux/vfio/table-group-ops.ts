// struct iommu_table_group_ops of this platform, by generation: what VFIO may do with a PE's windows.

import type { IommuTable } from '../iommu-table.ts';
import type { GuestDevice, KernelState } from '../kernel-state.ts';
import type { LiveNode } from '../live-tree.ts';
import type { TableGroup } from '../table-group.ts';

/** A group as VFIO has it: the group, the node that it belongs to, and its functions in the order of the scan. */
export interface OwnedGroup {
  readonly group: TableGroup;
  readonly node: LiveNode;
  readonly devices: readonly GuestDevice[];
}

type Errno = Generator<number, number, void>;

/** All answers: 0 or a negative errno. */
export interface TableGroupOps {
  /** The kernel gives the PE away, for the sake of one of its functions. */
  takeOwnership(k: KernelState, owned: OwnedGroup, dev: GuestDevice): Errno;
  releaseOwnership(k: KernelState, owned: OwnedGroup, dev: GuestDevice): Generator<number, void, void>;
  /** A table for slot `slot` of a container. */
  createTable(
    k: KernelState,
    owned: OwnedGroup,
    slot: number,
    window: { readonly pageShift: number; readonly bytes: number; readonly levels: number },
  ): Generator<number, IommuTable | number, void>;
  unsetWindow(k: KernelState, owned: OwnedGroup, slot: number): Errno;
}

/** spapr_tce_set_window(): a group takes no table but its own. */
export function setWindow(group: TableGroup, slot: number, table: IommuTable): boolean {
  return group.tables[slot] === table;
}

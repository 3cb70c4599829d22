// struct tce_container of drivers/vfio/vfio_iommu_spapr_tce.c: what one open container holds.

import type { ContainerType } from '../../../abi/linux/vfio.ts';
import type { IommuTable } from '../iommu-table.ts';
import type { UserProcess } from '../process/user-process.ts';
import { EntryRuns } from './entry-runs.ts';
import type { MemRegion } from '../process/mem-region.ts';
import type { OwnedGroup } from './table-group-ops.ts';

/** A table that the container uses, with what the user has mapped: by entry from the table's start. */
export interface ContainerTable {
  readonly table: IommuTable;
  /** Kernel pages charged for the table itself (it_allocated_size). */
  readonly chargedPages: number;
  /** v2: the region behind each entry; v1: nothing but that it is mapped. */
  readonly mapped: EntryRuns<MemRegion | undefined>;
}

export interface Container {
  readonly name: string;
  /** VFIO_SET_IOMMU made it so; undefined: no IOMMU driver yet. */
  type: Exclude<ContainerType, 'type1'> | undefined;
  /** Groups of VFIO_GROUP_SET_CONTAINER, attached to the IOMMU driver by VFIO_SET_IOMMU. */
  readonly groups: OwnedGroup[];
  enabled: boolean;
  defaultWindowPending: boolean;
  /** v1 ENABLE: kernel pages charged. */
  lockedPages: number;
  /** The process whose memory it maps; undefined before the first call that needs one. */
  process: UserProcess | undefined;
  /** IOMMU_TABLE_GROUP_MAX_TABLES is 2. */
  readonly tables: (ContainerTable | undefined)[];
  readonly regions: MemRegion[];
}

export function newContainer(name: string): Container {
  return {
    name,
    type: undefined,
    groups: [],
    enabled: false,
    defaultWindowPending: false,
    lockedPages: 0,
    process: undefined,
    tables: [undefined, undefined],
    regions: [],
  };
}

export function containerTable(table: IommuTable, chargedPages: number): ContainerTable {
  return { table, chargedPages, mapped: new EntryRuns() };
}

/** tce_iommu_find_table(): the slot whose window holds a bus address; -1: none. */
export function findTable({ tables }: Container, iova: bigint): number {
  return tables.findIndex((slot) => slot !== undefined && holds(slot.table, iova));
}

function holds({ offset, size, pageShift }: IommuTable, iova: bigint): boolean {
  const entry = iova >> BigInt(pageShift);
  return entry >= BigInt(offset) && entry < BigInt(offset) + BigInt(size);
}

/** Bus address of a table's first entry. */
export function startOf({ offset, pageShift }: IommuTable): bigint {
  return BigInt(offset) << BigInt(pageShift);
}

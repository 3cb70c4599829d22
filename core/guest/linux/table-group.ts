// struct iommu_table_group: the tables of one partitionable endpoint (PE). G1/G2: [0] default, [1] dynamic window.
// G3: a dynamic table that replaced the default one goes to [0]. What VFIO may offer of it stands here too.

import type { IommuTable } from './iommu-table.ts';

/** max_dynamic_windows_supported of a PE without dynamic windows: -1 in an unsigned field. */
export const NO_DDW_WINDOWS = 0xffff_ffff;

export interface TableGroup {
  /** Number of the IOMMU group, in order of creation. */
  readonly id: number;
  readonly tables: (IommuTable | undefined)[];
  /** spapr_tce_init_table_group() made its query (G3). */
  queried: boolean;
  /** The default window, in 32-bit fields. */
  tce32Start: number;
  tce32Size: number;
  /** Page sizes in bytes, summed; what VFIO_IOMMU_SPAPR_TCE_CREATE takes. */
  pgsizes: number;
  /** 0: none, or not asked yet. */
  maxDynamicWindows: number;
  /** A user's container owns the group (iommu_group_claim_dma_owner). */
  claimed: boolean;
}

export function emptyGroup(id: number): TableGroup {
  return {
    id,
    tables: [undefined, undefined],
    queried: false,
    tce32Start: 0,
    tce32Size: 0,
    pgsizes: 0,
    maxDynamicWindows: 0,
    claimed: false,
  };
}

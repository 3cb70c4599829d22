// struct iommu_table_group: the tables of one partitionable endpoint (PE). G1/G2: [0] default, [1] dynamic window.
// G3: a dynamic table that replaced the default one goes to [0].

import type { IommuTable } from './iommu-table.ts';

export interface TableGroup {
  /** Number of the IOMMU group, in order of creation. */
  readonly id: number;
  readonly tables: (IommuTable | undefined)[];
  /** spapr_tce_init_table_group() made its query (G3). */
  queried: boolean;
}

// Preregistered memory of a process, as its address space keeps it (mm->context.iommu_group_mem_list).

/** struct mm_iommu_table_group_mem_t. */
export interface MemRegion {
  readonly vaddr: number;
  readonly bytes: number;
  /** Largest I/O page that may be mapped into it: log2. */
  readonly pageShift: number;
  /** Containers that hold it. */
  used: number;
  /** TCEs that point into it. */
  mapped: number;
}

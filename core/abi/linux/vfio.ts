// What a process asks of VFIO and what it is told (include/uapi/linux/vfio.h, the sPAPR TCE part), and the memory calls that go
// with it. Plain data: commands carry it, the trace names it.

/** VFIO_SPAPR_TCE_IOMMU, VFIO_SPAPR_TCE_v2_IOMMU, and one that this driver is not (VFIO_TYPE1_IOMMU). */
export type ContainerType = 'v1' | 'v2' | 'type1';

/** VFIO_EEH_PE_*: numbers 0 to 9, in this order. */
export const EEH_PE_OPS = [
  'disable',
  'enable',
  'unfreeze-io',
  'unfreeze-dma',
  'get-state',
  'reset-deactivate',
  'reset-hot',
  'reset-fundamental',
  'configure',
  'inject-err',
] as const;
export type EehPeOp = (typeof EEH_PE_OPS)[number];

/**
 * One call of a process. 64-bit values are hex strings; `vaddr` may also be a buffer's name with an offset (`buf`, `buf+0x1000`), as
 * mmap gave it. Sizes are bytes.
 */
export type VfioCall =
  /** mmap() of anonymous memory; `pageBytes` above the base page: MAP_HUGETLB of that size. */
  | { readonly call: 'mmap'; readonly buffer: string; readonly bytes: number; readonly pageBytes?: number }
  | { readonly call: 'munmap'; readonly buffer: string }
  /** RLIMIT_MEMLOCK (`ulimit -l`, null: unlimited) and CAP_IPC_LOCK, which makes the limit void. */
  | { readonly call: 'ulimit'; readonly bytes: number | null; readonly capIpcLock: boolean }
  /** VFIO_GROUP_SET_CONTAINER for the group of a function. */
  | { readonly call: 'set-container'; readonly id: string }
  | { readonly call: 'set-iommu'; readonly type: ContainerType }
  | { readonly call: 'get-info' }
  | { readonly call: 'enable' }
  | { readonly call: 'disable' }
  | { readonly call: 'register'; readonly vaddr: string; readonly bytes: number }
  | { readonly call: 'unregister'; readonly vaddr: string; readonly bytes: number }
  | {
      readonly call: 'map';
      readonly vaddr: string;
      readonly iova: string;
      readonly bytes: number;
      readonly read: boolean;
      readonly write: boolean;
    }
  | { readonly call: 'unmap'; readonly iova: string; readonly bytes: number }
  | { readonly call: 'create'; readonly pageShift: number; readonly bytes: number; readonly levels?: number }
  | { readonly call: 'remove'; readonly start: string }
  | { readonly call: 'eeh'; readonly op: EehPeOp }
  /** All descriptors of the container and its groups are closed. */
  | { readonly call: 'close' };

/** The kernel's names, for traces and errors. */
export const VFIO_CALL_NAMES: Readonly<Record<VfioCall['call'], string>> = {
  mmap: 'mmap',
  munmap: 'munmap',
  ulimit: 'setrlimit',
  'set-container': 'VFIO_GROUP_SET_CONTAINER',
  'set-iommu': 'VFIO_SET_IOMMU',
  'get-info': 'VFIO_IOMMU_SPAPR_TCE_GET_INFO',
  enable: 'VFIO_IOMMU_ENABLE',
  disable: 'VFIO_IOMMU_DISABLE',
  register: 'VFIO_IOMMU_SPAPR_REGISTER_MEMORY',
  unregister: 'VFIO_IOMMU_SPAPR_UNREGISTER_MEMORY',
  map: 'VFIO_IOMMU_MAP_DMA',
  unmap: 'VFIO_IOMMU_UNMAP_DMA',
  create: 'VFIO_IOMMU_SPAPR_TCE_CREATE',
  remove: 'VFIO_IOMMU_SPAPR_TCE_REMOVE',
  eeh: 'VFIO_EEH_PE_OP',
  close: 'close',
};

/** VFIO_IOMMU_SPAPR_TCE_GET_INFO: struct vfio_iommu_spapr_tce_info. */
export interface TceInfo {
  /** Bit 0: VFIO_IOMMU_SPAPR_INFO_DDW. */
  readonly flags: number;
  readonly dma32Start: number;
  readonly dma32Size: number;
  /** Sum of page sizes in bytes. */
  readonly pgsizes: number;
  readonly maxDynamicWindows: number;
  readonly levels: number;
}

/** What a call came back with. `ret`: 0 or above, or a negative errno. */
export interface VfioResult {
  readonly ret: number;
  /** create: bus address that the platform chose. */
  readonly start?: bigint;
  readonly info?: TceInfo;
}

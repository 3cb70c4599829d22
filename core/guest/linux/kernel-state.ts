// What one booted kernel keeps between its parts: the build's facts, the live tree, the lists of pseries/iommu.c, the log.

import type { GuestPorts } from '../../abi/ports.ts';
import type { U64 } from '../../base/u64.ts';
import type { Scheduler } from '../../time/scheduler.ts';
import type { DmaMode, PlanStep } from '../../trace/events.ts';
import type { TraceSink } from '../../trace/sink.ts';
import type { IommuTable } from './iommu-table.ts';
import type { KernelBuild } from './kernels/kernel-build.ts';
import type { LiveNode, LiveTree, PciDn } from './live-tree.ts';
import type { BuddyAllocator } from './page-allocator.ts';
import type { Printk } from './printk.ts';
import type { TceHcalls } from './tce-hcalls.ts';
import type { TceFeatures, TceOps } from './tce-ops.ts';
import type { LinuxDevice } from './types.ts';

/** A PCI function with the fields of struct device that the DMA code uses. */
export interface GuestDevice extends LinuxDevice {
  readonly bus: 'pci' | 'vio';
  readonly node: LiveNode;
  /** Of a VIO device: empty. */
  readonly pdn: PciDn;
  /** get_iommu_table_base(): what maps go through; may be a freed table (a kernel bug, see KernelBuild.staleTable). */
  table: IommuTable | undefined;
  /** archdata.dma_offset: bus address of real address 0 in a 1:1 window. */
  dmaOffset: bigint;
  /** dev->dma_ops_bypass. */
  opsBypass: boolean;
  /** dev->bus_dma_limit; 0 = none. */
  busDmaLimit: bigint;
  /** dma_set_seg_boundary(): no segment crosses a multiple of 2^bits bytes (PCI core: 32; VIO: 64, none). */
  readonly segBoundaryBits: number;
  /** The last plan of enable_ddw(). */
  plan: { readonly mode: DmaMode; readonly steps: readonly PlanStep[] } | undefined;
}

/** An entry of dma_win_list. */
export interface DmaWindow {
  readonly node: LiveNode;
  readonly liobn: number;
  readonly base: U64;
  readonly pageShift: number;
  readonly windowShift: number;
  direct: boolean;
  /** `direct` or `hybrid` (1:1 and dynamic parts), else dynamic. */
  readonly mode: DmaMode;
}

export interface KernelState {
  readonly build: KernelBuild;
  readonly pageBytes: number;
  readonly ports: GuestPorts;
  readonly trace: TraceSink;
  readonly scheduler: Scheduler;
  readonly printk: Printk;
  readonly tree: LiveTree;
  readonly hcalls: TceHcalls;
  readonly tceOps: TceOps;
  readonly features: TceFeatures;
  readonly pages: BuddyAllocator;
  /** tce_page of a CPU. */
  readonly listPage: (cpu: number) => number | undefined;
  readonly disableDdw: boolean;
  readonly novmerge: boolean;
  /** is_kdump_kernel(). */
  readonly crashKernel: boolean;
  /** dma_win_list. */
  readonly windows: DmaWindow[];
  /** failed_ddw_pdn_list: PEs that are not tried again. */
  readonly failed: Set<LiveNode>;
  /** dma_win_init_mutex. */
  windowMutex: boolean;
  /** Bytes of users' views of tables (it_userspace) in vmalloc space. */
  viewBytes: number;
  /** IOMMU groups made so far. */
  groups: number;
  /** "IOMMU table initialized" was printed. */
  welcomed: boolean;
  /** Why the kernel is dead, if it is. */
  oops: string | undefined;
}

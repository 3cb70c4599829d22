// What a kernel is booted with.

import type { GuestPorts } from '../../abi/ports.ts';
import type { Scheduler } from '../../time/scheduler.ts';
import type { TraceSink } from '../../trace/sink.ts';
import type { MemoryRange } from './crash-area.ts';
import type { MmuMode } from './process/huge-pages.ts';
import type { KernelBuild } from './kernels/kernel-build.ts';

export interface LinuxGuestOptions {
  readonly ports: GuestPorts;
  readonly trace: TraceSink;
  readonly scheduler: Scheduler;
  readonly kernel: KernelBuild;
  /** 4096 or 65536. */
  readonly pageBytes: number;
  readonly cpus: number;
  readonly bootArgs: readonly string[];
  /** dyndbg of iommu.c and dma-iommu.c: the debug lines are printed too. */
  readonly iommuDebugMessages: boolean;
  /** A kdump kernel: it leaves alone what the crashed one has mapped (is_kdump_kernel()). */
  readonly crashKernel?: boolean;
  /** Memory set aside by crashkernel=: nobody's, or, in a crash kernel, all that it takes pages from. */
  readonly crashArea?: MemoryRange | undefined;
  /** Page tables of the partition, which decide the sizes of huge pages. Radix when absent. */
  readonly mmu?: MmuMode;
  readonly seed: number;
}

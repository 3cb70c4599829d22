// Answers about VFIO: plain data (structured-cloneable; bus addresses as bigint).

import type { ApplicationPlan } from '../abi/linux/application.ts';

export interface VfioAnswer {
  readonly processes: readonly ProcessAnswer[];
  readonly containers: readonly ContainerAnswer[];
  readonly applications: readonly ApplicationAnswer[];
  readonly groups: readonly GroupAnswer[];
  /** The last calls of all processes, oldest first. */
  readonly calls: readonly {
    readonly process: string;
    readonly container: string;
    readonly name: string;
    readonly args: string;
    readonly ret: number;
    readonly answer: string;
  }[];
  /** Page tables of the partition, and the sizes of huge pages that go with them, bytes. */
  readonly mmu: 'radix' | 'hash';
  readonly hugePageBytes: readonly number[];
}

export interface ProcessAnswer {
  readonly name: string;
  /** mm->locked_vm and RLIMIT_MEMLOCK, bytes; null: unlimited. */
  readonly lockedBytes: number;
  readonly memlockBytes: number | null;
  readonly capIpcLock: boolean;
  readonly buffers: readonly {
    readonly name: string;
    readonly vaddr: number;
    readonly bytes: number;
    readonly pageBytes: number;
  }[];
  /** Preregistered memory: how many TCEs point into each. */
  readonly regions: readonly {
    readonly vaddr: number;
    readonly bytes: number;
    readonly mappedTces: number;
  }[];
}

export interface ContainerAnswer {
  readonly name: string;
  readonly type: 'v1' | 'v2' | null;
  readonly enabled: boolean;
  /** IOMMU groups in it. */
  readonly groups: readonly number[];
  /** The default window is made when it is first needed. */
  readonly defaultWindowPending: boolean;
  readonly windows: readonly {
    readonly slot: number;
    readonly liobn: number;
    readonly start: bigint;
    readonly pageShift: number;
    readonly entries: number;
    readonly mappedTces: number;
  }[];
}

export interface ApplicationAnswer {
  readonly name: string;
  readonly plan: ApplicationPlan;
  readonly state: 'starting' | 'running' | 'failed';
  readonly failed: {
    readonly call: string;
    readonly ret: number;
    readonly errno: string;
    readonly why: string;
  } | null;
  readonly lines: readonly string[];
  readonly mappedBytes: number;
  readonly ioPageBytes: number;
  readonly iova: bigint;
  readonly tces: number;
  /** TCE hcalls and virtual ns from its start until its memory was mapped, or it failed. */
  readonly hcalls: number;
  readonly ns: number;
}

/** What a PE offers VFIO. */
export interface GroupAnswer {
  readonly group: number;
  readonly ids: readonly string[];
  /** The driver of each function; null: none. */
  readonly drivers: readonly (string | null)[];
  readonly claimed: boolean;
  readonly dma32Start: number;
  readonly dma32Size: number;
  readonly pgsizes: number;
  readonly maxDynamicWindows: number;
}

/** `MemTotal`, `HugePages_Total`; kB, or a count. */
export interface MeminfoRow {
  readonly name: string;
  readonly value: number;
  readonly unit: 'kB' | '';
}

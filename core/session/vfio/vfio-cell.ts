// The matrix of answers about VFIO and huge pages, as plain data: what the command prints as JSON and a window may draw.

import type { ApplicationPlan } from '../../abi/linux/application.ts';
import type { Grade } from '../../base/graded.ts';
import type { Command } from '../../machine/commands.ts';
import type { MachineConfig } from '../../machine/config.ts';

export interface VfioMatrixOptions {
  /** Kernel ids; all when absent. */
  readonly kernels?: readonly string[];
  /** Profile ids; all when absent. */
  readonly profiles?: readonly string[];
  /** Bytes of a page of the program's memory; the base page, 2M, 16M, 1G, 2G and 16G when absent. */
  readonly pageSizes?: readonly number[];
  readonly apps?: readonly ApplicationPlan['app'][];
  /** Memory that the program maps (rounded up to whole pages); 1 GiB when absent. */
  readonly bytes?: number;
  /** A driver of the kernel has had the function first, and has opened a window. */
  readonly driverFirst?: boolean;
}

export interface VfioMatrix {
  readonly bytes: number;
  readonly driverFirst: boolean;
  /** Kernels oldest first; within one, platforms, slots, page sizes, programs. */
  readonly cells: readonly VfioCell[];
}

export interface VfioPlatform {
  readonly profile: string;
  readonly slotClass: string;
  readonly title: string;
  readonly isVf: boolean;
  readonly mmu: 'radix' | 'hash';
}

/** A fact that an outcome rests on. */
export interface VfioEvidence {
  readonly fact: string;
  readonly value: string;
  readonly grade: Grade;
  readonly source: string;
}

export interface VfioCell {
  readonly kernel: string;
  readonly generation: string;
  readonly platform: VfioPlatform;
  /** Page of the program's memory. */
  readonly pageBytes: number;
  readonly app: ApplicationPlan['app'];
  /** works: an I/O page for each page; costs: several TCEs for each; fails: see `failed`. */
  readonly outcome: 'works' | 'costs' | 'fails';
  /** The call that failed, its result, and why. `ret` 0: the call went well, and the program cannot use what it got. */
  readonly failed: {
    readonly call: string;
    readonly ret: number;
    readonly errno: string;
    readonly why: string;
  } | null;
  /** I/O page that the memory is mapped through; 0 when it failed before. */
  readonly ioPageBytes: number;
  readonly tces: number;
  /** TCE hcalls and virtual ns from the program's start until its memory is mapped, or it failed. */
  readonly hcalls: number;
  readonly ns: number;
  /** Windows of the partition then. */
  readonly windows: number;
  /** First bus address of the memory. */
  readonly start: string;
  /** What the program wrote to its terminal. */
  readonly lines: readonly string[];
  readonly evidence: readonly VfioEvidence[];
  /** The machine at that moment: configure with `config`, then the commands, each until idle. */
  readonly open: { readonly config: MachineConfig; readonly commands: readonly Command[] };
}

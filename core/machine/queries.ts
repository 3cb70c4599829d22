// Read-only questions about bulk state. Answers are plain data (structured-cloneable; U64 as bigint).

import type { U64 } from '../base/u64.ts';
import type { DmaMode, MachineState, PlanStep } from '../trace/events.ts';
import type { DtNode } from '../abi/ports.ts';
import type { MachineConfig } from './config.ts';
import type { FigureAnswers, FigureQuery } from './figure-queries.ts';
import type { FormAnswers, FormQuery } from './form-queries.ts';
import type { FunctionAnswer, WindowAnswer } from './function-answer.ts';
import type { InspectAnswers, InspectQuery } from './inspect-queries.ts';
import type { SystemAnswers, SystemQuery } from './system-queries.ts';
import type { MeminfoRow, VfioAnswer } from './vfio-queries.ts';

export type * from './figure-queries.ts';
export type * from './form-queries.ts';
export type * from './function-answer.ts';
export type * from './inspect-queries.ts';
export type * from './system-queries.ts';
export type * from './vfio-queries.ts';

export type Query =
  | SystemQuery
  | FigureQuery
  | FormQuery
  | InspectQuery
  | { readonly ask: 'status' }
  | { readonly ask: 'config' }
  /** What a configuration would lead to, before anything is booted: one verdict per slot class that it uses. */
  | { readonly ask: 'verdict'; readonly config: MachineConfig }
  | { readonly ask: 'functions' }
  | { readonly ask: 'windows'; readonly id?: string }
  /** `count` entries of a window's table from entry `index`. */
  | { readonly ask: 'tces'; readonly liobn: number; readonly index: number; readonly count: number }
  /** Without `from` and `to` of the whole table, else of entries [from, to). */
  | {
      readonly ask: 'tce-overview';
      readonly liobn: number;
      readonly cells: number;
      readonly from?: number;
      readonly to?: number;
    }
  | { readonly ask: 'dmesg' }
  /** The guest's live tree after boot, else the platform's. */
  | { readonly ask: 'device-tree' }
  | { readonly ask: 'plans' }
  | { readonly ask: 'profiles' }
  | { readonly ask: 'kernels' }
  /** Processes, containers and programs that use VFIO, and what the groups offer. */
  | { readonly ask: 'vfio' }
  /** /proc/meminfo as far as memory for I/O goes. */
  | { readonly ask: 'meminfo' };

/** What a machine can answer itself; the rest is the session's: it reads the trace, has the log of commands and the consoles. */
export type MachineQuery = Exclude<Query, FigureQuery | { readonly ask: 'hmc' | 'acts' }>;

export interface StatusAnswer {
  readonly state: MachineState;
  readonly nowNs: number;
  readonly events: number;
  readonly hcalls: number;
  readonly problems: number;
  /** Work waits to be done: call advance(). */
  readonly busy: boolean;
  readonly workloads: readonly WorkloadStatus[];
}

export interface WorkloadStatus {
  readonly id: string;
  readonly requests: number;
  readonly bytes: number;
  readonly failures: number;
  readonly corrupted: number;
  /** False: it has ended, and these are its last figures. */
  readonly running?: boolean;
}

/** A value of a profile or kernel with the reason to believe it. */
export type Grade = 'verified' | 'documented' | 'observed' | 'assumed';
export interface Graded<T> {
  readonly value: T;
  readonly grade: Grade;
  readonly source: string;
}

export interface Verdict {
  readonly slotClass: string;
  readonly device: string;
  readonly mode: DmaMode;
  /** One sentence: "Indirect mapping: 512 GiB of maximum memory need 8,388,608 TCEs of 64K, the block has 4,194,304." */
  readonly summary: string;
  readonly steps: readonly PlanStep[];
  readonly kernelFunction: string;
}

export interface TceAnswer {
  readonly index: number;
  readonly ioba: U64;
  readonly tce: U64;
}

/** `cells` equal parts of the table (or of a part of it): entries in use in each. */
export interface TceOverviewAnswer {
  readonly liobn: number;
  /** Of the whole table. */
  readonly entries: number;
  /** First entry of the first cell. */
  readonly from: number;
  readonly perCell: number;
  readonly used: readonly number[];
}

export interface DmesgLine {
  readonly seq: number;
  readonly timeNs: number;
  readonly level: string;
  readonly text: string;
}

export interface PlanAnswer {
  readonly id: string;
  readonly fn: string;
  readonly mode: DmaMode;
  readonly steps: readonly PlanStep[];
}

export interface ProfileAnswer {
  readonly id: string;
  readonly title: string;
  /** What the platform has to tell, in one sentence. */
  readonly story?: string;
  readonly slotClasses: readonly string[];
  readonly values: readonly {
    readonly path: string;
    readonly value: string;
    readonly grade: Grade;
    readonly source: string;
  }[];
}

export interface KernelAnswer {
  readonly id: string;
  readonly title: string;
  /** What this generation has to tell, in one sentence. */
  readonly story?: string;
  readonly generation: string;
  readonly pageBytes: readonly number[];
  /** What the build does and how that is known, fact by fact. */
  readonly values?: ProfileAnswer['values'];
}

export interface QueryAnswers extends SystemAnswers, FigureAnswers, InspectAnswers, FormAnswers {
  status: StatusAnswer;
  config: MachineConfig;
  verdict: readonly Verdict[];
  functions: readonly FunctionAnswer[];
  windows: readonly WindowAnswer[];
  tces: readonly TceAnswer[];
  'tce-overview': TceOverviewAnswer;
  dmesg: readonly DmesgLine[];
  'device-tree': DtNode;
  plans: readonly PlanAnswer[];
  profiles: readonly ProfileAnswer[];
  kernels: readonly KernelAnswer[];
  vfio: VfioAnswer;
  meminfo: readonly MeminfoRow[];
}

export type AnswerTo<Q extends Query> = QueryAnswers[Q['ask']];

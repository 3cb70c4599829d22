// Questions about the managed system, and their answers: plain data that crosses IPC. BUIDs and addresses are bigint.

import type { Grade } from '../base/graded.ts';
import type { UserError } from '../base/result.ts';
import type { U64 } from '../base/u64.ts';
import type { DmaMode, PlanStep } from '../trace/events.ts';
import type { Command } from './commands.ts';
import type { FunctionAnswer } from './function-answer.ts';

export type SystemQuery =
  /** Partitions, slots, adapters and physical ports; logical ports only as counts. `null` where there is no managed system (QEMU). */
  | { readonly ask: 'system' }
  /** Configured logical ports in the order of their ids; `from` and `limit` page through them. */
  | {
      readonly ask: 'logical-ports';
      readonly adapter?: number;
      readonly lpar?: number;
      readonly from?: number;
      readonly limit?: number;
    }
  /** Hypervisor memory that PEs' TCE tables take. */
  | { readonly ask: 'budget' }
  /** What would come of it, before anything is created. */
  | { readonly ask: 'what-if'; readonly what: WhatIf }
  /** Counts only, by state and by DMA mode: quick with a thousand functions. */
  | { readonly ask: 'functions-summary' }
  /** One function, as `functions` has it. */
  | { readonly ask: 'function'; readonly id: string }
  /** A command as the HMC line that does the same, and whether it would be refused now. Nothing is changed. */
  | { readonly ask: 'hmc'; readonly command: Command }
  /** Configuration acts of the session, newest first: what can be undone. */
  | { readonly ask: 'acts'; readonly limit?: number };

/** A partition as the HMC lists it. Sizes in bytes. */
export interface LparAnswer {
  readonly id: number;
  readonly name: string;
  readonly env: 'aixlinux' | 'vioserver';
  readonly state: 'Running' | 'Not Activated';
  /** The learner's own. */
  readonly isGuest: boolean;
  readonly memoryBytes: number;
  readonly logicalPorts: number;
  readonly vnics: number;
  /** Why it cannot be moved to another system while it runs (live partition mobility); empty: nothing that is modelled is in the way. */
  readonly migrationBlockers: readonly string[];
}

export interface PhysicalPortAnswer {
  readonly id: number;
  /** `U78D2.001.DDWLAB1-P1-C4-T1`. */
  readonly location: string;
  readonly type: 'ethc' | 'roce';
  readonly speedMbps: number;
  readonly logicalPorts: number;
  readonly maxLogicalPorts: number;
  /** Percent. */
  readonly usedCapacity: number;
  readonly granularity: number;
}

export interface AdapterAnswer {
  readonly id: number;
  readonly logicalPorts: number;
  readonly maxLogicalPorts: number;
  /** Partitions that have logical ports here, and how many may. */
  readonly lpars: number;
  readonly maxLpars: number;
  readonly ports: readonly PhysicalPortAnswer[];
}

export interface SlotAnswer {
  readonly name: string;
  /** `21010020`. */
  readonly drcIndex: string;
  readonly location: string;
  readonly model: string;
  readonly title: string;
  readonly mode: 'dedicated' | 'shared';
  /** Dedicated mode: the partition that has it. */
  readonly owner: number | null;
  /** In shared mode. */
  readonly adapter: AdapterAnswer | null;
  /** The lab's own adapter, where `vf add` takes its functions: there in shared mode from the beginning, and always. */
  readonly isDefault: boolean;
  /** What is known of the model, value by value. */
  readonly values: readonly {
    readonly path: string;
    readonly value: string;
    readonly grade: Grade;
    readonly source: string;
  }[];
}

export interface VnicAnswer {
  readonly lpar: number;
  readonly slot: number;
  readonly backing: readonly {
    readonly vios: number;
    readonly logicalPort: string;
    readonly priority: number;
  }[];
}

export interface SystemAnswer {
  readonly name: string;
  readonly guest: number;
  readonly lpars: readonly LparAnswer[];
  readonly slots: readonly SlotAnswer[];
  readonly vnics: readonly VnicAnswer[];
  /** Memory of the whole system, bytes, and where it is. */
  readonly memory: SystemMemory;
}

/** installed = lpars + firmware + tables + free. */
export interface SystemMemory {
  readonly installedBytes: number;
  readonly lparBytes: number;
  /** The hypervisor's own, without TCE tables (assumed). */
  readonly firmwareBytes: number;
  /** Preallocated TCE tables. */
  readonly tableBytes: number;
  readonly freeBytes: number;
}

export interface LogicalPortAnswer {
  /** `27004002`. */
  readonly logicalPort: string;
  readonly adapter: number;
  readonly physPort: number;
  /** With `-S<n>` at its end. */
  readonly location: string;
  /** `PHB 4162`. */
  readonly drcName: string;
  readonly buid: U64;
  /** What Linux calls the PHB: 0x4002. */
  readonly domain: number;
  readonly lpar: number;
  readonly type: 'eth' | 'roce';
  readonly capacity: number;
  readonly configId: number;
  readonly pvid: number;
  readonly promiscuous: boolean;
  /** "virtual Ethernet on VLAN-Test", "vNIC behind 27008001"; null: not migratable. */
  readonly backup: string | null;
  /** A direct VF without a backup: its partition cannot be migrated live. */
  readonly blocksMigration: boolean;
  /** The guest's function behind it; null: another partition's. */
  readonly id: string | null;
  readonly state: FunctionAnswer['state'] | null;
  readonly mode: DmaMode | null;
}

export interface LogicalPortsAnswer {
  readonly total: number;
  readonly rows: readonly LogicalPortAnswer[];
}

/** One holder of TCE tables; PEs alike are one row. A TCE takes 8 bytes. */
export interface BudgetRow {
  /** `guest vf`, `lpar 2`, `unassigned ports`, `slot C4`, …: stable, unique. */
  readonly key: string;
  readonly title: string;
  readonly holder: 'guest' | 'lpar' | 'possible' | 'slot' | 'virtual';
  readonly pes: number;
  /** TCEs of one PE's block. */
  readonly blockTces: number;
  /** All of these PEs: preallocated; in windows that are there now; valid in them. Null: in another partition, not modelled. */
  readonly tces: number;
  readonly windowTces: number | null;
  readonly usedTces: number | null;
  readonly bytes: number;
  /** Bytes of `tces` that no valid TCE is in. */
  readonly wasteBytes: number | null;
}

export interface BudgetAnswer {
  readonly rows: readonly BudgetRow[];
  readonly total: {
    readonly pes: number;
    readonly tces: number;
    readonly bytes: number;
    readonly usedTces: number;
    readonly wasteBytes: number;
  };
  readonly memory: SystemMemory;
  /** How it was worked out: what is not public is `assumed`. */
  readonly parameters: readonly BudgetParameter[];
}

export interface BudgetParameter {
  readonly name: string;
  readonly value: string;
  readonly grade: Grade;
  readonly source: string;
}

/** Absent fields are as the machine has them. Sizes in bytes. */
export interface WhatIf {
  /** VFs that the guest would have in all. */
  readonly vfs: number;
  readonly device?: string;
  readonly kernel?: string;
  readonly memoryBytes?: number;
  readonly maxMemoryBytes?: number;
  readonly installedMemoryBytes?: number;
  /** Persistent memory in the partition. */
  readonly nvdimms?: number;
  /** The largest I/O page that the firmware would offer VFs, log2; smaller ones of the platform stay. */
  readonly largestPageShift?: number;
  /** TCEs of a VF's block. */
  readonly blockTces?: number;
}

/** Functions alike: the same slot class, device and outcome. */
export interface WhatIfGroup {
  readonly slotClass: string;
  readonly device: string;
  readonly count: number;
  readonly mode: DmaMode;
  /** Left on the default window of 4K pages though it asked for a better one, or could have. */
  readonly stuckOn4k: boolean;
  /** The window that the guest would have made (or kept): log2 of its pages, its TCEs, bytes that it maps, bytes of its table. */
  readonly pageShift: number;
  readonly windowTces: number;
  readonly mappedBytes: number;
  readonly tableBytes: number;
  readonly blockTces: number;
  /** One sentence with the numbers that decided. */
  readonly summary: string;
  readonly steps: readonly PlanStep[];
}

export interface WhatIfAnswer {
  readonly groups: readonly WhatIfGroup[];
  /** TCEs that a 1:1 map of the guest's maximum memory needs, by page size of the platform. */
  readonly needs: readonly {
    readonly pageShift: number;
    readonly tces: number;
    readonly tableBytes: number;
    /** Full H_PUT_TCE_INDIRECT calls (512 TCEs each) for one PE. */
    readonly indirectCalls: number;
    readonly fitsBlock: boolean;
  }[];
  /** Preallocated for the guest's VFs, and what their windows would take of it. */
  readonly vfTableBytes: number;
  readonly vfWindowBytes: number;
  readonly memory: SystemMemory;
  /** Sentences: what does not fit, if anything. */
  readonly problems: readonly string[];
}

export interface FunctionsSummaryAnswer {
  readonly total: number;
  readonly byState: Readonly<Record<FunctionAnswer['state'], number>>;
  readonly byMode: Readonly<Record<DmaMode, number>>;
  /** In all windows of all functions. */
  readonly usedTces: number;
}

/** The HMC's way to do what a command does. */
export interface HmcAnswer {
  /** Lines as a person types them at `hscroot@hmc:~>`; empty: the HMC has nothing of the kind. */
  readonly lines: readonly string[];
  /** Why the machine would not take the command now; null: it would. */
  readonly refusal: UserError | null;
}

export interface ActAnswer {
  /** Place in the session's command log: what `undo` takes. */
  readonly index: number;
  /** In the lab's command language. */
  readonly line: string;
}

export interface SystemAnswers {
  system: SystemAnswer | null;
  'logical-ports': LogicalPortsAnswer;
  budget: BudgetAnswer;
  'what-if': WhatIfAnswer;
  'functions-summary': FunctionsSummaryAnswer;
  function: FunctionAnswer;
  hmc: HmcAnswer;
  acts: readonly ActAnswer[];
}

// A platform as data. Every value has a grade and a source; code reads fields and never asks which platform it is.

import type { Graded } from '../../base/graded.ts';
import type { U64 } from '../../base/u64.ts';
import type { CostRules, DdwRules, DmaRules, EehRules, RtasRules, TceRules } from './rules.ts';

export type GradedGroup<Rules> = { readonly [K in keyof Rules]: Graded<Rules[K]> };

/** RTAS calls that the lab knows, by the name that traces use. */
export type RtasCallName =
  | 'display-character'
  | 'ibm,query-pe-dma-window'
  | 'ibm,create-pe-dma-window'
  | 'ibm,remove-pe-dma-window'
  | 'ibm,reset-pe-dma-window'
  | 'read-pci-config'
  | 'write-pci-config'
  | 'ibm,read-pci-config'
  | 'ibm,write-pci-config'
  | 'ibm,set-eeh-option'
  | 'ibm,get-config-addr-info2'
  | 'ibm,read-slot-reset-state2'
  | 'ibm,set-slot-reset'
  | 'ibm,configure-pe'
  | 'ibm,slot-error-detail';

/** A number that follows from where a function sits: base + index * perIndex + adapter * perAdapter. */
export interface NumberRule {
  readonly base: number;
  readonly perIndex: number;
  readonly perAdapter: number;
  /** Only so many adapters have a `perAdapter` of their own; the next ones take what those leave free, `perRow` further each time. */
  readonly columns?: { readonly count: number; readonly perRow: number };
  /** From this index on, other numbers. */
  readonly beyond?: { readonly index: number; readonly base: number; readonly perAdapter: number };
}

/** The block of a slot in a managed system with less than `below` bytes of memory. */
export interface BlockStep {
  readonly below: number;
  readonly tces: number;
}

/** A block for all installed memory (at least `leastBytes`) in pages of 2^pageShift bytes. */
export interface EnlargedBlock {
  readonly pageShift: number;
  readonly leastBytes: number;
}

/** What a PE in a slot of this kind is given (PeRules, as graded data), and how it is numbered. */
export interface SlotClassValues {
  readonly ddw: boolean;
  /** DMA windows of one PE, the default one included. */
  readonly maxWindows: number;
  readonly defaultStart: U64;
  readonly defaultSizeBytes: number;
  readonly ddwStart: U64;
  /** log2 of the I/O page sizes that create accepts. */
  readonly pageShifts: readonly number[];
  readonly queryPageMask: number;
  /** TCEs of a PE's largest contiguous block; with `blockByMemory`: on a system of any size beyond its steps. */
  readonly blockTces: number;
  /** Smaller systems are given smaller blocks: the first step whose `below` is above the installed memory, ascending. */
  readonly blockByMemory?: readonly BlockStep[];
  /** Enlarged capacity (HDDW): the block maps all installed memory, if that is more. */
  readonly enlarged?: EnlargedBlock;
  readonly blockEnforced: boolean;
  readonly minTces: number;
  readonly migrationMask: number;
  readonly defaultLiobn: NumberRule;
  readonly ddwLiobn: NumberRule;
  /** Lower half of the BUID; the upper is 0x08000000. */
  readonly buidLow: NumberRule;
  /** Linux domain number. */
  readonly domain: NumberRule;
  readonly drcIndex: NumberRule;
  /** Number in the DRC name "PHB n". */
  readonly drcNumber: NumberRule;
  /** PCI bus number of the function below the PHB. */
  readonly bus: number;
}

export interface SlotClass {
  readonly id: string;
  readonly title: string;
  readonly isVf: boolean;
  /** own: each function has a PHB (a PE) to itself. configured: the machine's configuration names PHBs; functions share them. */
  readonly phbs: 'own' | 'configured';
  /** The slot class whose numbers these slots share (a slot is the same slot whatever its capacity); absent: numbers of its own. */
  readonly numberedAs?: string;
  readonly values: GradedGroup<SlotClassValues>;
}

/** One entry of a PHB's `ranges`; PHB n lies n steps above the first. */
export interface RangeRule {
  /** First cell: 0x01000000 I/O, 0x02000000 32-bit memory, 0x03000000 64-bit memory. */
  readonly space: number;
  readonly bus: bigint;
  readonly busStep: bigint;
  readonly cpu: bigint;
  readonly cpuStep: bigint;
  readonly size: bigint;
}

export interface TreeValues {
  /** Root `compatible` and `model`. */
  readonly compatible: readonly string[];
  readonly model: string;
  readonly hypertasFunctions: readonly string[];
  /** RTAS calls whose tokens stand in /rtas as well. */
  readonly tokensInRtas: readonly RtasCallName[];
  /** Further tokens of /rtas, of calls that the lab does not model. */
  readonly otherTokens: Readonly<Record<string, number>>;
  /** ibm,ddw-extensions without limited addressing: cells after the count; the token of reset comes first. */
  readonly extensionSixOutputs: boolean;
  readonly pciConfigSpaceType: boolean;
  readonly peTotalMsi: number;
  readonly ranges: {
    readonly io: RangeRule | undefined;
    readonly mem32: RangeRule | undefined;
    readonly mem64: RangeRule | undefined;
  };
  /** How boot memory stands in the tree: memory@ nodes cut at powers of two (QEMU), or one LMB in memory@0 and the rest as LMBs. */
  readonly memory: 'memory-nodes' | 'first-lmb';
}

export interface VioValues {
  /** Bytes of a virtual device's window (4K pages). */
  readonly windowBytes: number;
}

/** The managed system around the partition. */
export interface SystemValues {
  /** Memory of the whole machine, bytes, where a configuration does not say it; slots are given TCEs by it. */
  readonly installedMemoryBytes: number;
}

/** Whose firmware this is, on which processor: what tables of platforms are headed by. */
export interface MakeValues {
  readonly hypervisor: string;
  /** Generation of the processor. */
  readonly processor: string;
  /** Page tables of a partition: radix (huge pages of 2M and 1G) or hash (16M and 16G). */
  readonly mmu: 'radix' | 'hash';
  /** Levels of this firmware that our sources name; none: no source does. */
  readonly firmwareLevels: readonly string[];
}

export interface PlatformProfile {
  readonly id: string;
  readonly title: string;
  /** What this platform has to tell, in one sentence. */
  readonly story: string;
  readonly make: GradedGroup<MakeValues>;
  /** Absent: nothing depends on the managed system. */
  readonly system?: GradedGroup<SystemValues>;
  readonly tce: GradedGroup<TceRules>;
  readonly ddw: GradedGroup<DdwRules>;
  readonly rtas: GradedGroup<RtasRules>;
  readonly tokens: Readonly<Partial<Record<RtasCallName, Graded<number>>>>;
  readonly dma: GradedGroup<DmaRules>;
  readonly eeh: GradedGroup<EehRules>;
  readonly costs: GradedGroup<CostRules>;
  readonly vio: GradedGroup<VioValues>;
  readonly tree: GradedGroup<TreeValues>;
  readonly slotClasses: readonly SlotClass[];
  /** Values of its forerunners, to be shown: no code reads them. */
  readonly footnotes?: Readonly<Record<string, Graded<unknown>>>;
}

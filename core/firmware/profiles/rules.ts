// The behaviours that differ between platforms, as plain values that code reads. Profiles give each with grade and source.

import type { U64 } from '../../base/u64.ts';

/** Validation rules of the TCE hcalls (firmware reference, table 8.1). */
export interface TceRules {
  /** A TCE with permission bits must name memory of the partition, else H_PARAMETER. */
  readonly partitionBounds: boolean;
  /** H_PUT_TCE_INDIRECT and H_STUFF_TCE check range and values of all entries before any is stored. */
  readonly allOrNothing: boolean;
  /** Most TCEs of one H_STUFF_TCE, beyond it H_P4; 0 = as many as the table has, beyond it H_PARAMETER. */
  readonly stuffLimit: number;
  /** Status of H_STUFF_TCE and H_PUT_TCE_INDIRECT of no TCEs. */
  readonly zeroCountStatus: number;
  /** A list page outside memory is refused with H_PARAMETER; otherwise it reads as zeros. */
  readonly listMustBeMemory: boolean;
  /** A negative LIOBN asks for the multi-TCE-table option, answered H_FUNCTION; otherwise it is an unknown LIOBN. */
  readonly negativeLiobnIsMtt: boolean;
  /** H_GET_TCE of an address that is not the caller's: H_PARTIAL and all ones in the address. */
  readonly hideForeignAddresses: boolean;
}

/** Rules of the four DDW calls beside those of the PE. */
export interface DdwRules {
  /** Status of create when no window is available. */
  readonly createFullStatus: number;
  /** Slot that a new window takes: the first free one in this order. */
  readonly slotOrder: readonly number[];
  /** With no window active, the new one starts where the default window did. */
  readonly firstWindowAtDefaultStart: boolean;
  /** Quirk: slot 0 counts as the default window whatever was created in it, so that its removal restores nothing. */
  readonly slotKeepsDefaultFlag: boolean;
  /** log2 of the distance between two created windows; 0: they lie on top of each other (quirk). */
  readonly secondWindowShift: number;
  /** Windows of so many entries (or more) fail with -1. */
  readonly tableEntriesEnd: number;
  /** The default window's entries, while it is there, are taken off the block that query answers. */
  readonly defaultLessensBlock: boolean;
  readonly sixOutputQuery: boolean;
  /** The configuration address must be that of a function of the PE; otherwise -3. False: the BUID alone counts. */
  readonly checksConfigAddress: boolean;
  /** Answer of the 5-output query for the block; 0: the block cut to 32 bits. */
  readonly fiveOutputBlock: number;
  /** Start of created windows in limited addressing mode (PAPR 2.13); undefined: the firmware does not offer it. */
  readonly limitedStart: U64 | undefined;
}

export interface RtasRules {
  /** H_RTAS: the guest hands its buffer to an hcall (QEMU). direct: RTAS is entered without one that is visible. */
  readonly carrier: 'H_RTAS' | 'direct';
  /** Bits of a buffer address that do not count (QEMU ppc64_phys_to_real), as a power of two: the address modulo it. */
  readonly bufferAddressBits: number;
}

/** Enhanced I/O Error Handling: the six RTAS calls. */
export interface EehRules {
  /** False: every call is refused with -3. */
  readonly available: boolean;
  /** ibm,set-slot-reset knows the fundamental reset (function 3); otherwise -8. */
  readonly fundamentalReset: boolean;
}

export interface DmaRules {
  readonly faultPolicy: 'drop' | 'freeze';
}

/** Virtual time of calls, ns. */
export interface CostRules {
  readonly hcallNs: number;
  /** For each TCE of H_STUFF_TCE. */
  readonly stuffTceNs: number;
  /** For each TCE of H_PUT_TCE_INDIRECT. */
  readonly listTceNs: number;
  readonly rtasNs: number;
  /** ibm,create-, remove- and reset-pe-dma-window: tables are made and freed. */
  readonly rtasTableNs: number;
}

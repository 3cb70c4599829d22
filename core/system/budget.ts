// The budget of TCEs: memory of the hypervisor that the tables of PEs take, preallocated at system IPL for each present or possible
// adapter slot (IBM: ASMI "I/O Adapter Enlarged Capacity"; blog of 2025 on the attachment slot count), each VF with a block of its own.
// Arithmetic only: who holds what is handed in.

import type { Graded } from '../base/graded.ts';
import { assumed, documented, observed } from '../firmware/profiles/graded.ts';
import type { PeRules } from '../firmware/types.ts';

export const TCE_BYTES = 8;
/** TCEs of one full H_PUT_TCE_INDIRECT: a 4K list page. */
export const TCES_OF_A_CALL = 512;

/** TCEs that map `bytes` in pages of 2^pageShift. */
export const tcesFor = (bytes: number, pageShift: number): number => Math.ceil(bytes / 2 ** pageShift);
export const tableBytes = (tces: number): number => tces * TCE_BYTES;
/** Full H_PUT_TCE_INDIRECT calls that fill so many entries. */
export const indirectCalls = (tces: number): number => Math.ceil(tces / TCES_OF_A_CALL);

/** TCEs of the default window. */
export const defaultTces = ({ defaultWindow }: Pick<PeRules, 'defaultWindow'>): number =>
  defaultWindow.sizeBytes / 2 ** defaultWindow.pageShift;

/**
 * TCEs that a PE has set aside. With one window in all, the default one and a DDW are made of the same block; with more, the default
 * one is beside it.
 */
export function preallocatedTces(pe: Pick<PeRules, 'defaultWindow' | 'blockTces' | 'maxWindows'>): number {
  const inDefault = defaultTces(pe);
  return pe.maxWindows === 1 ? Math.max(pe.blockTces, inDefault) : pe.blockTces + inDefault;
}

/** What is not in any profile: the managed system's share. PowerVM's own limits are not public. */
export interface BudgetRules {
  /** Memory of the hypervisor without TCE tables and page tables. */
  readonly firmwareBaseBytes: Graded<number>;
  /** A partition's hardware page table is its maximum memory divided by this (`hpt_ratio`). */
  readonly hptRatio: Graded<number>;
  /** Slots of drawers that could be attached: each has a block of a dedicated slot. */
  readonly possibleSlots: Graded<number>;
  /** Logical ports of an adapter in shared mode have their blocks whether configured or not. */
  readonly portsPreallocated: Graded<boolean>;
  /** TCEs of a vNIC's client window. */
  readonly vnicTces: Graded<number>;
}

export const BUDGET_RULES: BudgetRules = {
  firmwareBaseBytes: assumed(4 * 2 ** 30, 'not public: a round number for the hypervisor itself'),
  hptRatio: observed(128, 'HMC capture: hpt_ratio=1:128'),
  possibleSlots: assumed(
    12,
    'IBM: slots of drawers that could be attached count too (ASMI, attachment slot count); the number is ours',
  ),
  portsPreallocated: assumed(
    true,
    'developers: phyp preallocates TCEs for VFs; when, and for which ports, is not public: here at the switch to shared mode, for all',
  ),
  vnicTces: documented(0x1_0000, 'virtual adapters have windows of 256 MiB in 4K pages'),
};

/** Memory of the hypervisor without tables. `maxMemory`: of each partition, bytes. */
export function firmwareBytes(maxMemory: readonly number[]): number {
  const { firmwareBaseBytes, hptRatio } = BUDGET_RULES;
  const pageTables = maxMemory.reduce((sum, bytes) => sum + Math.ceil(bytes / hptRatio.value), 0);
  return firmwareBaseBytes.value + pageTables;
}

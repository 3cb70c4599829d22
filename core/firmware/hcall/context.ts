// What every hcall works with, and how one is declared: argument names and formats, its section, and what it does.

import { TCE_PERM_MASK } from '../../abi/papr/tce.ts';
import type { DeviceModel } from '../../abi/ports.ts';
import { numberFromHalves } from '../../base/u64.ts';
import type { DmaWindow } from '../../iommu/dma-window.ts';
import type { WindowPool } from '../../iommu/window-pool.ts';
import type { GuestMemory } from '../../memory/guest-memory.ts';
import type { VirtualClock } from '../../time/clock.ts';
import type { TraceSink } from '../../trace/sink.ts';
import type { FaultCounter } from '../limits.ts';
import type { CostRules, TceRules } from '../profiles/rules.ts';

export interface MappingChecks {
  /** Addresses must lie in the partition (rules.partitionBounds). */
  readonly partitionBounds: boolean;
  /** Failures to inject into mappings through created windows. */
  readonly inject: FaultCounter | undefined;
}

export interface HcallContext {
  readonly pool: WindowPool;
  readonly memory: GuestMemory;
  readonly rules: TceRules;
  /** Why a mapping may be refused although its place exists; undefined on platforms that refuse none. */
  readonly mappings: MappingChecks | undefined;
  readonly costs: CostRules;
  /** costs.hcallNs, at hand. */
  readonly hcallNs: number;
  readonly clock: VirtualClock;
  readonly trace: TraceSink | undefined;
  /** Virtual devices that take hcalls, by unit address. */
  readonly vioDevices?: ReadonlyMap<number, DeviceModel>;
}

export type ArgumentFormat = 'liobn' | 'address' | 'tce' | 'count' | 'raw';

export interface HcallDefinition {
  readonly opcode: number;
  readonly name: string;
  readonly args: readonly { readonly name: string; readonly format: ArgumentFormat }[];
  readonly section: string;
  /** String of /rtas/ibm,hypertas-functions that announces it; undefined: none does. */
  readonly functionSet: string | undefined;
  /** Takes r4.. from `regs` (r3 at 0, two int32 halves each), leaves outputs there, returns the status. */
  readonly perform: (context: HcallContext, regs: Int32Array) => number;
}

// Positions in the register file: halves of r4 to r7.
export const R4_HI = 2;
export const R4_LO = 3;
export const R5_HI = 4;
export const R5_LO = 5;
export const R6_HI = 6;
export const R6_LO = 7;
export const R7_HI = 8;
export const R7_LO = 9;

/** The window of the LIOBN in r4; one with upper bits set is unknown. */
export function windowOf(context: HcallContext, regs: Int32Array): DmaWindow | undefined {
  return regs[R4_HI] === 0 ? context.pool.find(regs[R4_LO] as number) : undefined;
}

/** True for a TCE that gives a device access to an address at or beyond the end of the partition's memory. */
export function isForeign(context: HcallContext, hi: number, lo: number): boolean {
  return (lo & TCE_PERM_MASK) !== 0 && numberFromHalves(hi, lo & ~0xfff) >= context.memory.ramBytes;
}

/** Status injected instead of mapping `tceLo` through a created window; undefined: none. */
export function injected(context: HcallContext, window: DmaWindow, tceLo: number): number | undefined {
  const inject = context.mappings?.inject;
  return inject === undefined || window.isDefault || (tceLo & TCE_PERM_MASK) === 0
    ? undefined
    : inject.next();
}

/** A 64-bit count argument as a number, or -1 when it is 2^31 or more: more than any table has. */
export function smallCount(hi: number, lo: number): number {
  return hi === 0 && lo >= 0 ? lo : -1;
}

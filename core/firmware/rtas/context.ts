// What every RTAS call works with, and how one is declared. Answers are cells: the status first, then outputs; a call that
// fails writes its status and leaves the other cells alone (QEMU; recorded).

import { RTAS_PARAMETER_ERROR } from '../../abi/papr/ddw.ts';
import { joinU64, type U64 } from '../../base/u64.ts';
import type { WindowPool } from '../../iommu/window-pool.ts';
import type { VirtualClock } from '../../time/clock.ts';
import type { TraceSink } from '../../trace/sink.ts';
import type { Injections } from '../injections.ts';
import type { FaultCounter } from '../limits.ts';
import type { PhbState } from '../phb-state.ts';
import type { RtasCallName } from '../profiles/profile.ts';
import type { CostRules, DdwRules, EehRules } from '../profiles/rules.ts';

export interface RtasContext {
  readonly phbs: ReadonlyMap<bigint, PhbState>;
  readonly pool: WindowPool;
  readonly rules: DdwRules;
  readonly eeh: EehRules;
  /** A PE's functions are reset (hot or fundamental reset). */
  readonly resetFunctions: (buid: U64) => void;
  readonly costs: CostRules;
  readonly clock: VirtualClock;
  readonly trace: TraceSink | undefined;
  readonly injections: Injections;
  /** Creates that answer busy or fail on purpose. */
  readonly createBusy: FaultCounter | undefined;
  readonly createFail: FaultCounter | undefined;
}

export interface RtasCall {
  /** Number of inputs as the caller gave it; `args` may hold fewer. */
  readonly nargs: number;
  readonly nret: number;
  readonly args: readonly number[];
}

export interface RtasDefinition {
  readonly name: RtasCallName;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly section: string;
  readonly perform: (context: RtasContext, call: RtasCall) => readonly number[];
}

export const PARAMETER_ERROR: readonly number[] = [RTAS_PARAMETER_ERROR];

/** The PHB that a window call names by configuration address and BUID, its first three inputs. */
export function peOf(context: RtasContext, call: RtasCall): PhbState | undefined {
  const phb = phbOf(context, call, 1);
  if (phb === undefined || !context.rules.checksConfigAddress) return phb;
  const address = (call.args[0] ?? 0) >>> 0;
  return phb.spec.functions.some((fn) => ((fn.bus << 16) | (fn.slot << 11)) === address) ? phb : undefined;
}

/** The PHB of the BUID in two input cells. */
export function phbOf(context: RtasContext, call: RtasCall, hiAt: number): PhbState | undefined {
  return context.phbs.get(joinU64(call.args[hiAt] ?? 0, call.args[hiAt + 1] ?? 0));
}

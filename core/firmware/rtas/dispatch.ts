// From a token to its call: an unknown one leaves -3 in the first return cell (QEMU spapr_rtas_call).

import { H_PARAMETER, H_SUCCESS } from '../../abi/papr/hcall.ts';
import { hex8, joinU64, type U64 } from '../../base/u64.ts';
import type { PlatformProfile } from '../profiles/profile.ts';
import { PARAMETER_ERROR, type RtasCall, type RtasContext, type RtasDefinition } from './context.ts';

export interface RtasAnswer {
  /** Cells written, the status first; the caller's others stay as they were. */
  readonly cells: readonly number[];
  /** What H_RTAS returns: H_PARAMETER for an unknown token. */
  readonly hcallStatus: number;
}

export class RtasDispatch {
  private readonly context: RtasContext;
  private readonly calls = new Map<number, RtasDefinition>();

  constructor(
    context: RtasContext,
    definitions: readonly RtasDefinition[],
    tokens: PlatformProfile['tokens'],
  ) {
    this.context = context;
    for (const definition of definitions) {
      const token = tokens[definition.name];
      if (token !== undefined) this.calls.set(token.value, definition);
    }
  }

  perform(token: number, call: RtasCall): RtasAnswer {
    const { trace } = this.context;
    const definition = this.calls.get(token >>> 0);
    const name = definition?.name ?? hex8(token);
    const event = { kind: 'rtas' as const, token: token >>> 0, name, args: call.args, nret: call.nret };
    const seq = trace?.open({ ...event, rets: [] });
    const cells = definition === undefined ? PARAMETER_ERROR : this.answer(definition, call);
    if (seq !== undefined) {
      trace?.amend(seq, { ...event, rets: cells.map((cell) => cell | 0) });
      trace?.close();
    }
    return { cells, hcallStatus: definition === undefined ? H_PARAMETER : H_SUCCESS };
  }

  /** Calls that the platform answers to. */
  get names(): readonly string[] {
    return [...this.calls.values()].map((definition) => definition.name);
  }

  private answer(definition: RtasDefinition, call: RtasCall): readonly number[] {
    const { injections, clock, costs } = this.context;
    if (!injections.waitsFor(definition.name)) return definition.perform(this.context, call);
    const status = injections.next(definition.name, this.buidOf(definition, call));
    if (status === undefined) return definition.perform(this.context, call);
    clock.nowNs += costs.rtasNs;
    return [status];
  }

  /** The PHB that a call is about: named by its BUID, or by the LIOBN of a window. */
  private buidOf({ inputs }: RtasDefinition, { args }: RtasCall): U64 | undefined {
    const at = inputs.indexOf('buid_hi');
    if (at >= 0) return joinU64(args[at] ?? 0, args[at + 1] ?? 0);
    return this.context.pool.find((args[inputs.indexOf('liobn')] ?? 0) | 0)?.owner;
  }
}

// A TCE hcall that somebody makes fail: it is answered before anything of it is looked at, and told in the trace all the same.

import { H_GET_TCE, H_PUT_TCE, H_PUT_TCE_INDIRECT, H_STUFF_TCE } from '../../abi/papr/hcall.ts';
import type { HcallContext, HcallDefinition } from './context.ts';
import { R4_LO, R5_HI, R5_LO, R6_HI, R6_LO, R7_HI, R7_LO, smallCount, windowOf } from './context.ts';
import { traceIndirect } from './list-runs.ts';

/** What the trace is told of a refused call; calls without an entry cannot be made to fail. */
const TOLD: ReadonlyMap<number, (context: HcallContext, regs: Int32Array, ret: number) => void> = new Map([
  [
    H_GET_TCE,
    ({ trace }, regs, ret) =>
      trace?.get(regs[R4_LO] as number, regs[R5_HI] as number, regs[R5_LO] as number, 0, 0, ret),
  ],
  [
    H_PUT_TCE,
    ({ trace }, regs, ret) =>
      trace?.put(
        regs[R4_LO] as number,
        regs[R5_HI] as number,
        regs[R5_LO] as number,
        regs[R6_HI] as number,
        regs[R6_LO] as number,
        ret,
      ),
  ],
  [
    H_STUFF_TCE,
    ({ trace }, regs, ret) =>
      trace?.stuff(
        regs[R4_LO] as number,
        regs[R5_HI] as number,
        regs[R5_LO] as number,
        regs[R6_HI] as number,
        regs[R6_LO] as number,
        regs[R7_HI] as number,
        regs[R7_LO] as number,
        ret,
      ),
  ],
  [
    H_PUT_TCE_INDIRECT,
    (context, regs, ret) => {
      const count = smallCount(regs[R7_HI] as number, regs[R7_LO] as number);
      if (context.trace !== undefined) traceIndirect(context, windowOf(context, regs), regs, count, ret);
    },
  ],
]);

export function canBeRefused({ opcode }: HcallDefinition): boolean {
  return TOLD.has(opcode);
}

/** The call, but for what `refusal` says about its LIOBN: a status is answered at once, undefined lets the call through. */
export function refusing(
  { opcode, perform }: HcallDefinition,
  refusal: (liobn: number) => number | undefined,
): HcallDefinition['perform'] {
  const tell = TOLD.get(opcode);
  return (context, regs) => {
    const status = refusal(regs[R4_LO] as number);
    if (status === undefined) return perform(context, regs);
    tell?.(context, regs, status);
    context.clock.nowNs += context.hcallNs;
    return status;
  };
}

// H_STUFF_TCE(liobn, ioba, tce, count): one value into consecutive TCEs (LoPAR ch_lpar_option "H_STUFF_TCE"; QEMU h_stuff_tce).

import { H_P4, H_PARAMETER, H_STUFF_TCE, H_SUCCESS } from '../../abi/papr/hcall.ts';
import type { DmaWindow } from '../../iommu/dma-window.ts';
import type { HcallContext, HcallDefinition } from './context.ts';
import {
  isForeign,
  R4_LO,
  R5_HI,
  R5_LO,
  R6_HI,
  R6_LO,
  R7_HI,
  R7_LO,
  smallCount,
  windowOf,
} from './context.ts';

export const stuffTce: HcallDefinition = {
  opcode: H_STUFF_TCE,
  name: 'H_STUFF_TCE',
  args: [
    { name: 'liobn', format: 'liobn' },
    { name: 'ioba', format: 'address' },
    { name: 'tce', format: 'tce' },
    { name: 'count', format: 'count' },
  ],
  section: 'LoPAR H_STUFF_TCE',
  functionSet: 'hcall-multi-tce',
  perform(context, regs) {
    const count = smallCount(regs[R7_HI] as number, regs[R7_LO] as number);
    const ret = stuff(context, regs, count);
    context.trace?.stuff(
      regs[R4_LO] as number,
      regs[R5_HI] as number,
      regs[R5_LO] as number,
      regs[R6_HI] as number,
      regs[R6_LO] as number,
      regs[R7_HI] as number,
      regs[R7_LO] as number,
      ret,
    );
    context.clock.nowNs += context.hcallNs + (ret === H_SUCCESS ? count * context.costs.stuffTceNs : 0);
    return ret;
  },
};

function stuff(context: HcallContext, regs: Int32Array, count: number): number {
  const window = windowOf(context, regs);
  if (window === undefined) return H_PARAMETER;
  const refusal = refusalOfCount(context, window, count);
  if (refusal !== undefined) return refusal;
  const index = window.indexOf(regs[R5_HI] as number, regs[R5_LO] as number);
  if (index < 0) return H_PARAMETER;
  const fits = Math.min(count, window.entries - index);
  const hi = regs[R6_HI] as number;
  const lo = regs[R6_LO] as number;
  if (context.rules.allOrNothing && fits < count) return H_PARAMETER;
  if (context.rules.partitionBounds && isForeign(context, hi, lo)) return H_PARAMETER;
  window.table.fill(index, fits, hi, lo);
  return fits < count ? H_PARAMETER : H_SUCCESS;
}

function refusalOfCount(context: HcallContext, window: DmaWindow, count: number): number | undefined {
  const { stuffLimit, zeroCountStatus } = context.rules;
  if (stuffLimit !== 0 && (count < 0 || count > stuffLimit)) return H_P4;
  if (count < 0 || count > window.entries) return H_PARAMETER;
  return count === 0 ? zeroCountStatus : undefined;
}

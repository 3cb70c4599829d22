// H_PUT_TCE_INDIRECT(liobn, ioba, list, count): up to 512 TCEs from a 4K list page of the caller
// (LoPAR ch_lpar_option "H_PUT_TCE_INDIRECT"; QEMU h_put_tce_indirect).

import {
  H_FUNCTION,
  H_PARAMETER,
  H_PUT_TCE_INDIRECT,
  H_SUCCESS,
  TCES_PER_CALL,
} from '../../abi/papr/hcall.ts';
import { bswap32 } from '../../base/bits.ts';
import { numberFromHalves } from '../../base/u64.ts';
import type { DmaWindow } from '../../iommu/dma-window.ts';
import type { HcallContext, HcallDefinition } from './context.ts';
import {
  injected,
  isForeign,
  R4_HI,
  R5_HI,
  R5_LO,
  R6_HI,
  R6_LO,
  R7_HI,
  R7_LO,
  smallCount,
  windowOf,
} from './context.ts';
import { listWord, traceIndirect } from './list-runs.ts';

export const putTceIndirect: HcallDefinition = {
  opcode: H_PUT_TCE_INDIRECT,
  name: 'H_PUT_TCE_INDIRECT',
  args: [
    { name: 'liobn', format: 'liobn' },
    { name: 'ioba', format: 'address' },
    { name: 'list', format: 'address' },
    { name: 'count', format: 'count' },
  ],
  section: 'LoPAR H_PUT_TCE_INDIRECT',
  functionSet: 'hcall-multi-tce',
  perform(context, regs) {
    const count = smallCount(regs[R7_HI] as number, regs[R7_LO] as number);
    const window = windowOf(context, regs);
    const ret = putIndirect(context, window, regs, count);
    if (context.trace !== undefined) traceIndirect(context, window, regs, count, ret);
    context.clock.nowNs += context.hcallNs + (ret === H_SUCCESS ? count * context.costs.listTceNs : 0);
    return ret;
  },
};

function putIndirect(
  context: HcallContext,
  window: DmaWindow | undefined,
  regs: Int32Array,
  count: number,
): number {
  const { rules, memory } = context;
  if (rules.negativeLiobnIsMtt && (regs[R4_HI] as number) < 0) return H_FUNCTION;
  if (window === undefined) return H_PARAMETER;
  if (count < 0 || count > TCES_PER_CALL || ((regs[R6_LO] as number) & 0xfff) !== 0) return H_PARAMETER;
  const list = numberFromHalves(regs[R6_HI] as number, regs[R6_LO] as number);
  if (rules.listMustBeMemory && !memory.isRam(list, 0x1000)) return H_PARAMETER;
  if (count === 0) return rules.zeroCountStatus;
  const index = window.indexOf(regs[R5_HI] as number, regs[R5_LO] as number);
  if (index < 0) return H_PARAMETER;
  const words = memory.peekWords(list);
  const from = listWord(list);
  const fits = Math.min(count, window.entries - index);
  if (rules.allOrNothing && fits < count) return H_PARAMETER;
  if (rules.partitionBounds && words !== undefined && namesForeign(context, words, from, count))
    return H_PARAMETER;
  const fault = injected(context, window, words === undefined ? 0 : bswap32(words[from + 1] as number));
  if (fault !== undefined) return fault;
  window.table.copy(index, fits, words, from);
  return fits < count ? H_PARAMETER : H_SUCCESS;
}

function namesForeign(context: HcallContext, words: Int32Array, from: number, count: number): boolean {
  for (let at = from; at < from + 2 * count; at += 2) {
    if (isForeign(context, bswap32(words[at] as number), bswap32(words[at + 1] as number))) return true;
  }
  return false;
}

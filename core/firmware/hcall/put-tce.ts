// H_PUT_TCE(liobn, ioba, tce): one TCE (LoPAR ch_lpar_option "H_PUT_TCE"; QEMU h_put_tce).

import { H_PARAMETER, H_PUT_TCE, H_SUCCESS } from '../../abi/papr/hcall.ts';
import type { DmaWindow } from '../../iommu/dma-window.ts';
import type { TraceSink } from '../../trace/sink.ts';
import type { HcallContext, HcallDefinition, MappingChecks } from './context.ts';
import { injected, isForeign, R4_LO, R5_HI, R5_LO, R6_HI, R6_LO, windowOf } from './context.ts';

export const putTce: HcallDefinition = {
  opcode: H_PUT_TCE,
  name: 'H_PUT_TCE',
  args: [
    { name: 'liobn', format: 'liobn' },
    { name: 'ioba', format: 'address' },
    { name: 'tce', format: 'tce' },
  ],
  section: 'LoPAR H_PUT_TCE',
  functionSet: 'hcall-tce',
  perform(context, regs) {
    const ret = put(context, regs);
    if (context.trace !== undefined) tracePut(context.trace, regs, ret);
    context.clock.nowNs += context.hcallNs;
    return ret;
  },
};

// Kept short: the engine inlines it where it is called, up to a limit of code. What few platforms check is apart.
function put(context: HcallContext, regs: Int32Array): number {
  const window = windowOf(context, regs);
  if (window === undefined) return H_PARAMETER;
  const index = window.indexOf(regs[R5_HI] as number, regs[R5_LO] as number);
  if (index < 0) return H_PARAMETER;
  const hi = regs[R6_HI] as number;
  const lo = regs[R6_LO] as number;
  if (context.mappings !== undefined) {
    const refusal = refusalOf(context, context.mappings, window, hi, lo);
    if (refusal !== undefined) return refusal;
  }
  window.table.put(index, hi, lo);
  return H_SUCCESS;
}

function refusalOf(
  context: HcallContext,
  checks: MappingChecks,
  window: DmaWindow,
  hi: number,
  lo: number,
): number | undefined {
  if (checks.partitionBounds && isForeign(context, hi, lo)) return H_PARAMETER;
  return injected(context, window, lo);
}

function tracePut(trace: TraceSink, regs: Int32Array, ret: number): void {
  trace.put(
    regs[R4_LO] as number,
    regs[R5_HI] as number,
    regs[R5_LO] as number,
    regs[R6_HI] as number,
    regs[R6_LO] as number,
    ret,
  );
}

// H_GET_TCE(liobn, ioba) -> r4: one TCE as it was stored (LoPAR ch_lpar_option "H_GET_TCE"; QEMU h_get_tce).

import { H_GET_TCE, H_PARAMETER, H_PARTIAL, H_SUCCESS } from '../../abi/papr/hcall.ts';
import type { TraceSink } from '../../trace/sink.ts';
import type { HcallContext, HcallDefinition } from './context.ts';
import { isForeign, R4_HI, R4_LO, R5_HI, R5_LO, windowOf } from './context.ts';

export const getTce: HcallDefinition = {
  opcode: H_GET_TCE,
  name: 'H_GET_TCE',
  args: [
    { name: 'liobn', format: 'liobn' },
    { name: 'ioba', format: 'address' },
  ],
  section: 'LoPAR H_GET_TCE',
  functionSet: 'hcall-tce',
  perform(context, regs) {
    const liobn = regs[R4_LO] as number;
    const ret = get(context, regs);
    if (context.trace !== undefined) traceGet(context.trace, liobn, regs, ret);
    context.clock.nowNs += context.hcallNs;
    return ret;
  },
};

function get(context: HcallContext, regs: Int32Array): number {
  const window = windowOf(context, regs);
  if (window === undefined) return H_PARAMETER;
  const index = window.indexOf(regs[R5_HI] as number, regs[R5_LO] as number);
  if (index < 0) return H_PARAMETER;
  window.table.read(index, regs, R4_HI);
  return context.rules.hideForeignAddresses ? hideForeign(context, regs) : H_SUCCESS;
}

/** Another partition's address is not told: all ones, H_PARTIAL. */
function hideForeign(context: HcallContext, regs: Int32Array): number {
  const lo = regs[R4_LO] as number;
  if (!isForeign(context, regs[R4_HI] as number, lo)) return H_SUCCESS;
  regs[R4_HI] = -1;
  regs[R4_LO] = lo | ~0xfff;
  return H_PARTIAL;
}

/** r4 has the TCE by now, so the LIOBN comes apart. */
function traceGet(trace: TraceSink, liobn: number, regs: Int32Array, ret: number): void {
  const read = ret === H_SUCCESS || ret === H_PARTIAL;
  trace.get(
    liobn,
    regs[R5_HI] as number,
    regs[R5_LO] as number,
    read ? (regs[R4_HI] as number) : 0,
    read ? (regs[R4_LO] as number) : 0,
    ret,
  );
}

// ibm,create-pe-dma-window (LoPAR sec_rtas_dma_window; QEMU rtas_ibm_create_pe_dma_window). Nothing is made on a non-zero status.

import { RTAS_HARDWARE_ERROR, RTAS_PARAMETER_ERROR, RTAS_SUCCESS } from '../../abi/papr/ddw.ts';
import { hi32, lo32 } from '../../base/u64.ts';
import { createWindow, largestBlock, windowsAvailable, type PhbState } from '../phb-state.ts';
import { PARAMETER_ERROR, peOf, type RtasContext, type RtasDefinition } from './context.ts';

export const createPeDmaWindow: RtasDefinition = {
  name: 'ibm,create-pe-dma-window',
  inputs: ['config_addr', 'buid_hi', 'buid_lo', 'page_shift', 'window_shift'],
  outputs: ['liobn', 'start_hi', 'start_lo'],
  section: 'LoPAR ibm,create-pe-dma-window',
  perform(context, call) {
    if (call.nargs !== 5 || call.nret !== 4) return PARAMETER_ERROR;
    const phb = peOf(context, call);
    if (phb === undefined || !phb.spec.pe.ddw) return PARAMETER_ERROR;
    const pageShift = (call.args[3] ?? 0) >>> 0;
    const windowShift = (call.args[4] ?? 0) >>> 0;
    if (!phb.spec.pe.pageShifts.includes(pageShift) || windowShift < pageShift) return PARAMETER_ERROR;
    const entries = 2 ** (windowShift - pageShift);
    const refusal = refusalOf(context, phb, entries);
    if (refusal !== undefined) return [refusal];
    const window = createWindow(phb, context.rules, pageShift, entries, context.trace);
    if (window === undefined) return [context.rules.createFullStatus];
    context.clock.nowNs += context.costs.rtasTableNs;
    return [RTAS_SUCCESS, window.liobn, hi32(window.start), lo32(window.start)];
  },
};

/** In this order: a window available, the block, the minimum, busy, a failure on purpose, the size of a table. */
function refusalOf(context: RtasContext, phb: PhbState, entries: number): number | undefined {
  const { rules } = context;
  const { blockEnforced, minTces } = phb.spec.pe;
  if (windowsAvailable(phb) === 0) return rules.createFullStatus;
  if (blockEnforced && entries > largestBlock(phb, rules)) return RTAS_PARAMETER_ERROR;
  if (entries < minTces) return RTAS_PARAMETER_ERROR;
  const onPurpose = context.createBusy?.next() ?? context.createFail?.next();
  if (onPurpose !== undefined) return onPurpose;
  return entries >= rules.tableEntriesEnd ? RTAS_HARDWARE_ERROR : undefined;
}

// ibm,query-pe-dma-window (LoPAR sec_rtas_dma_window; QEMU rtas_ibm_query_pe_dma_window).

import { RTAS_SUCCESS } from '../../abi/papr/ddw.ts';
import { hiOfNumber, loOfNumber } from '../../base/u64.ts';
import { largestBlock, windowsAvailable } from '../phb-state.ts';
import { PARAMETER_ERROR, peOf, type RtasDefinition } from './context.ts';

export const queryPeDmaWindow: RtasDefinition = {
  name: 'ibm,query-pe-dma-window',
  inputs: ['config_addr', 'buid_hi', 'buid_lo'],
  outputs: ['windows_available', 'largest_block', 'page_sizes', 'migration_capable'],
  section: 'LoPAR ibm,query-pe-dma-window',
  perform(context, call) {
    const { rules } = context;
    if (call.nargs !== 3) return PARAMETER_ERROR;
    if (call.nret !== 5 && !(call.nret === 6 && rules.sixOutputQuery)) return PARAMETER_ERROR;
    const phb = peOf(context, call);
    if (phb === undefined || !phb.spec.pe.ddw) return PARAMETER_ERROR;
    const { queryPageMask, migrationMask } = phb.spec.pe;
    const block = largestBlock(phb, rules);
    const blockCells =
      call.nret === 6 ? [hiOfNumber(block), loOfNumber(block)] : [loOfNumber(rules.fiveOutputBlock || block)];
    context.clock.nowNs += context.costs.rtasNs;
    return [RTAS_SUCCESS, windowsAvailable(phb), ...blockCells, queryPageMask, migrationMask];
  },
};

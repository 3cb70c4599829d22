// ibm,remove-pe-dma-window (LoPAR sec_rtas_dma_window; QEMU rtas_ibm_remove_pe_dma_window). Live mappings are dropped in silence.

import { RTAS_SUCCESS } from '../../abi/papr/ddw.ts';
import { removeWindow } from '../phb-state.ts';
import { PARAMETER_ERROR, type RtasDefinition } from './context.ts';

export const removePeDmaWindow: RtasDefinition = {
  name: 'ibm,remove-pe-dma-window',
  inputs: ['liobn'],
  outputs: [],
  section: 'LoPAR ibm,remove-pe-dma-window',
  perform(context, call) {
    if (call.nargs !== 1 || call.nret !== 1) return PARAMETER_ERROR;
    const window = context.pool.find((call.args[0] ?? 0) | 0);
    const phb = window === undefined ? undefined : context.phbs.get(window.owner);
    if (window === undefined || phb === undefined) return PARAMETER_ERROR;
    if (!phb.spec.pe.ddw || !window.active) return PARAMETER_ERROR;
    removeWindow(phb, context.rules, window, context.trace);
    context.clock.nowNs += context.costs.rtasTableNs;
    return [RTAS_SUCCESS];
  },
};

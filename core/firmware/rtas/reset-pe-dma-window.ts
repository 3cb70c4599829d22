// ibm,reset-pe-dma-windows (LoPAR sec_rtas_dma_window; QEMU registers it in the singular). A fourth argument of 1 turns limited
// addressing mode on (PAPR 2.13), where the firmware offers it; any other reset turns it off.

import { RTAS_SUCCESS } from '../../abi/papr/ddw.ts';
import { resetWindows } from '../phb-state.ts';
import { PARAMETER_ERROR, peOf, type RtasDefinition } from './context.ts';

export const resetPeDmaWindow: RtasDefinition = {
  name: 'ibm,reset-pe-dma-window',
  inputs: ['config_addr', 'buid_hi', 'buid_lo', 'limited_addressing'],
  outputs: [],
  section: 'LoPAR ibm,reset-pe-dma-windows',
  perform(context, call) {
    const withMode = call.nargs === 4 && context.rules.limitedStart !== undefined;
    if ((call.nargs !== 3 && !withMode) || call.nret !== 1) return PARAMETER_ERROR;
    const phb = peOf(context, call);
    if (phb === undefined || !phb.spec.pe.ddw) return PARAMETER_ERROR;
    resetWindows(phb, context.trace);
    phb.pe.limitedAddressing = withMode && call.args[3] === 1;
    context.clock.nowNs += context.costs.rtasTableNs;
    return [RTAS_SUCCESS];
  },
};

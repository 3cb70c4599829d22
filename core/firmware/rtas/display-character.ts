// display-character: one byte to the console (QEMU rtas_display_character; it does not count its arguments).

import { RTAS_SUCCESS } from '../../abi/papr/ddw.ts';
import type { RtasDefinition } from './context.ts';

export const displayCharacter: RtasDefinition = {
  name: 'display-character',
  inputs: ['character'],
  outputs: [],
  section: 'LoPAR display-character',
  perform(context) {
    context.clock.nowNs += context.costs.rtasNs;
    return [RTAS_SUCCESS];
  },
};

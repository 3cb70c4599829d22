// The EEH calls on a platform whose devices are emulated: every one is refused (QEMU spapr_phb_eeh_available; recorded).

import type { RtasCallName } from '../profiles/profile.ts';
import { PARAMETER_ERROR, type RtasDefinition } from './context.ts';

const refused = (
  name: RtasCallName,
  inputs: readonly string[],
  outputs: readonly string[],
): RtasDefinition => ({
  name,
  inputs,
  outputs,
  section: 'LoPAR app_eeh_handling',
  perform: () => PARAMETER_ERROR,
});

const PE = ['config_addr', 'buid_hi', 'buid_lo'];

export const EEH_CALLS: readonly RtasDefinition[] = [
  refused('ibm,set-eeh-option', [...PE, 'function'], []),
  refused('ibm,get-config-addr-info2', [...PE, 'function'], ['info']),
  refused('ibm,read-slot-reset-state2', PE, ['state', 'eeh_capable', 'unavailable_info', 'recovery_info']),
  refused('ibm,set-slot-reset', [...PE, 'function'], []),
  refused('ibm,configure-pe', PE, []),
  refused('ibm,slot-error-detail', [...PE, 'buffer1', 'length1', 'buffer2', 'length2', 'function'], []),
];

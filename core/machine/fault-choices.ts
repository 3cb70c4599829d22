// What `inject` takes: the calls of this platform's firmware that can be made to fail, and the statuses that its tables name.

import {
  RTAS_BUSY,
  RTAS_EXTENDED_DELAY_MAX,
  RTAS_EXTENDED_DELAY_MIN,
  RTAS_HARDWARE_ERROR,
  RTAS_PARAMETER_ERROR,
} from '../abi/papr/ddw.ts';
import { HCALLS, RETURN_CODES } from '../abi/papr/hcall.ts';
import { findProfile } from '../firmware/profiles/index.ts';
import { rtasStatusText } from '../trace/numbers.ts';
import type { MachineView } from './machine-view.ts';
import type { CallChoice, FaultChoicesAnswer, StatusChoice } from './queries.ts';

const EXTENDED_DELAYS = Array.from(
  { length: RTAS_EXTENDED_DELAY_MAX - RTAS_EXTENDED_DELAY_MIN + 1 },
  (_, n) => RTAS_EXTENDED_DELAY_MIN + n,
);

/** LoPAR's RTAS statuses that these calls can answer. */
const RTAS_STATUSES: readonly StatusChoice[] = [
  RTAS_HARDWARE_ERROR,
  RTAS_BUSY,
  RTAS_PARAMETER_ERROR,
  ...EXTENDED_DELAYS,
].map((code) => ({ code, name: String(code), meaning: rtasStatusText(code).replace(/^-?\d+ /, '') }));

export function faultChoices({ platform, config }: MachineView): FaultChoicesAnswer {
  return {
    calls: platform.firmware.injectableCalls().map(callChoice),
    hcallStatuses: RETURN_CODES.filter(({ code }) => code !== 0),
    rtasStatuses: RTAS_STATUSES,
    hasEeh: findProfile(config.profile)?.eeh.available.value ?? false,
  };
}

function callChoice(name: string): CallChoice {
  const hcall = HCALLS.find((row) => row.name === name);
  return { name, kind: hcall === undefined ? 'rtas' : 'hcall', meaning: hcall?.meaning ?? '' };
}

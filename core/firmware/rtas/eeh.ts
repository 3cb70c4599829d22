// The six EEH calls (LoPAR sec_rtas_call_defn, app_eeh_handling). A platform whose devices are emulated refuses every one
// (QEMU spapr_phb_eeh_available; recorded). On purpose otherwise: the platform keeps no error log, so there is never one to fetch.

import { RTAS_PARAMETER_ERROR, RTAS_SUCCESS } from '../../abi/papr/ddw.ts';
import {
  EEH_LOG,
  EEH_OPTION,
  EEH_RESET,
  PE_INFO,
  PE_MODE,
  RECOVERY_INFO,
  RTAS_NO_ERROR_LOG,
  RTAS_NO_SUCH_RESET,
} from '../../abi/papr/eeh.ts';
import { stateNumber } from '../../pci/eeh.ts';
import type { PhbState } from '../phb-state.ts';
import type { RtasCallName } from '../profiles/profile.ts';
import { PARAMETER_ERROR, phbOf, type RtasCall, type RtasContext, type RtasDefinition } from './context.ts';

const NS_PER_MS = 1e6;
const PE = ['config_addr', 'buid_hi', 'buid_lo'];
/** Position of the function number after the PE's three cells. */
const FUNCTION = 3;

type Act = (context: RtasContext, call: RtasCall, phb: PhbState) => readonly number[];

/** A call on a PE: `nrets` are the numbers of outputs that it may be asked for. */
function eehCall(
  name: RtasCallName,
  inputs: readonly string[],
  outputs: readonly string[],
  nrets: readonly number[],
  act: Act,
): RtasDefinition {
  return {
    name,
    inputs: [...PE, ...inputs],
    outputs,
    section: `LoPAR ${name}`,
    perform(context, call) {
      if (!context.eeh.available) return PARAMETER_ERROR;
      if (call.nargs !== PE.length + inputs.length || !nrets.includes(call.nret)) return PARAMETER_ERROR;
      const phb = phbOf(context, call, 1);
      if (phb === undefined || !belongsToPe(phb, call)) return PARAMETER_ERROR;
      context.clock.nowNs += context.costs.rtasNs;
      return act(context, call, phb);
    },
  };
}

const configAddress = ({ bus, slot }: { readonly bus: number; readonly slot: number }): number =>
  (bus << 16) | (slot << 11);

/** The PE configuration address: that of its first function, register 0. */
function peAddress({ spec }: PhbState): number | undefined {
  const [first] = spec.functions;
  return first === undefined ? undefined : configAddress(first);
}

function belongsToPe({ spec }: PhbState, { args }: RtasCall): boolean {
  return spec.functions.some((fn) => configAddress(fn) === ((args[0] ?? 0) & ~0xff));
}

/** Calls on the PE itself name it by its own address, not by that of another of its functions. */
const onPe =
  (act: Act): Act =>
  (context, call, phb) =>
    (call.args[0] ?? 0) === peAddress(phb) ? act(context, call, phb) : PARAMETER_ERROR;

const setEehOption: Act = (context, call, phb) => {
  const option = call.args[FUNCTION];
  // PCI Express functions have it always: enabling and disabling change nothing.
  if (option === EEH_OPTION.disable || option === EEH_OPTION.enable) return [RTAS_SUCCESS];
  const thaw =
    option === EEH_OPTION.thawMmio ? 'thaw-mmio' : option === EEH_OPTION.thawDma ? 'thaw-dma' : undefined;
  if (thaw === undefined || call.args[0] !== peAddress(phb)) return PARAMETER_ERROR;
  return [phb.pe.act(thaw, 'ibm,set-eeh-option', context.clock.nowNs)];
};

const readSlotResetState2 = onPe(({ clock }, call, { pe }) => {
  const state = pe.state(clock.nowNs);
  const waitMs = Math.ceil(pe.waitNs(clock.nowNs) / NS_PER_MS);
  const answer = [RTAS_SUCCESS, stateNumber(state), 1, waitMs];
  return call.nret === 5 ? [...answer, pe.recoveryInfo] : answer;
});

const setSlotReset = onPe((context, call, { pe }) => {
  const how = call.args[FUNCTION];
  const by = 'ibm,set-slot-reset';
  const { nowNs } = context.clock;
  if (how === EEH_RESET.deactivate) return [pe.act('deassert-reset', by, nowNs)];
  if (how !== EEH_RESET.hot && how !== EEH_RESET.fundamental) return PARAMETER_ERROR;
  if (how === EEH_RESET.fundamental && !context.eeh.fundamentalReset) return [RTAS_NO_SUCH_RESET];
  const status = pe.act('assert-reset', by, nowNs);
  if (status !== RTAS_SUCCESS) return [status];
  const kind = how === EEH_RESET.hot ? RECOVERY_INFO.hot : RECOVERY_INFO.fundamental;
  pe.recoveryInfo = RECOVERY_INFO.reset | kind;
  context.resetFunctions(pe.buid);
  return [RTAS_SUCCESS];
});

const getConfigAddrInfo2: Act = (_context, call, phb) => {
  const what = call.args[FUNCTION];
  const { length } = phb.spec.functions;
  if (what === PE_INFO.address) return [RTAS_SUCCESS, peAddress(phb) ?? 0];
  if (what === PE_INFO.mode) return [RTAS_SUCCESS, length > 1 ? PE_MODE.shared : PE_MODE.notShared];
  return PARAMETER_ERROR;
};

const slotErrorDetail = onPe((context, call, { pe }) => {
  const severity = call.args[7];
  if (severity === EEH_LOG.permanent) {
    pe.act('disable', 'ibm,slot-error-detail', context.clock.nowNs);
    return [RTAS_NO_ERROR_LOG];
  }
  return [severity === EEH_LOG.temporary ? RTAS_NO_ERROR_LOG : RTAS_PARAMETER_ERROR];
});

export const EEH_CALLS: readonly RtasDefinition[] = [
  eehCall('ibm,set-eeh-option', ['function'], [], [1], setEehOption),
  eehCall('ibm,get-config-addr-info2', ['function'], ['info'], [2], getConfigAddrInfo2),
  eehCall(
    'ibm,read-slot-reset-state2',
    [],
    ['state', 'eeh_capable', 'unavailable_info', 'recovery_info'],
    [4, 5],
    readSlotResetState2,
  ),
  eehCall('ibm,set-slot-reset', ['function'], [], [1], setSlotReset),
  // Bridges are re-configured, not the endpoint; the lab's PEs have no bridge of their own.
  eehCall(
    'ibm,configure-pe',
    [],
    [],
    [1],
    onPe(() => [RTAS_SUCCESS]),
  ),
  eehCall(
    'ibm,slot-error-detail',
    ['buffer1', 'length1', 'buffer2', 'length2', 'function'],
    [],
    [1],
    slotErrorDetail,
  ),
];

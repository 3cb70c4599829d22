// PCI configuration access: read-pci-config, write-pci-config and their ibm, forms with a BUID (LoPAR sec_rtas_call_defn;
// QEMU rtas_read_pci_config and its like).

import { RTAS_SUCCESS } from '../../abi/papr/ddw.ts';
import type { ConfigSpace } from '../../pci/config-space.ts';
import type { PhbState } from '../phb-state.ts';
import { PARAMETER_ERROR, phbOf, type RtasCall, type RtasContext, type RtasDefinition } from './context.ts';

/** Register number of a configuration address 0xE0BBDDrr: the extended part lies in the top four bits. */
function registerOf(address: number): number {
  return ((address >>> 20) & 0xf00) | (address & 0xff);
}

function spaceOf(phb: PhbState | undefined, address: number): ConfigSpace | undefined {
  return phb?.configSpaces.get((address >>> 8) & 0xffff);
}

/** The place that a call names, if it can be accessed with `size` bytes. */
function placeOf(
  phb: PhbState | undefined,
  address: number,
  size: number,
): { readonly space: ConfigSpace; readonly register: number } | undefined {
  const space = spaceOf(phb, address);
  const register = registerOf(address);
  if (space === undefined || ![1, 2, 4].includes(size)) return undefined;
  return register % size === 0 && register < space.size ? { space, register } : undefined;
}

/** The calls without a BUID mean the first PHB. */
function firstPhb(context: RtasContext): PhbState | undefined {
  return context.phbs.values().next().value;
}

function read(
  context: RtasContext,
  call: RtasCall,
  phb: PhbState | undefined,
  size: number,
): readonly number[] {
  const place = placeOf(phb, call.args[0] ?? 0, size);
  if (place === undefined) return PARAMETER_ERROR;
  context.clock.nowNs += context.costs.rtasNs;
  return [RTAS_SUCCESS, place.space.read(place.register, size) | 0];
}

function write(
  context: RtasContext,
  call: RtasCall,
  phb: PhbState | undefined,
  size: number,
  value: number,
): readonly number[] {
  const place = placeOf(phb, call.args[0] ?? 0, size);
  if (place === undefined) return PARAMETER_ERROR;
  place.space.write(place.register, size, value);
  context.clock.nowNs += context.costs.rtasNs;
  return [RTAS_SUCCESS];
}

const SECTION = 'LoPAR PCI configuration';

export const readPciConfig: RtasDefinition = {
  name: 'read-pci-config',
  inputs: ['config_addr', 'size'],
  outputs: ['value'],
  section: SECTION,
  perform: (context, call) =>
    call.nargs !== 2 || call.nret !== 2
      ? PARAMETER_ERROR
      : read(context, call, firstPhb(context), call.args[1] ?? 0),
};

export const writePciConfig: RtasDefinition = {
  name: 'write-pci-config',
  inputs: ['config_addr', 'size', 'value'],
  outputs: [],
  section: SECTION,
  perform: (context, call) =>
    call.nargs !== 3 || call.nret !== 1
      ? PARAMETER_ERROR
      : write(context, call, firstPhb(context), call.args[1] ?? 0, call.args[2] ?? 0),
};

export const ibmReadPciConfig: RtasDefinition = {
  name: 'ibm,read-pci-config',
  inputs: ['config_addr', 'buid_hi', 'buid_lo', 'size'],
  outputs: ['value'],
  section: SECTION,
  perform: (context, call) =>
    call.nargs !== 4 || call.nret !== 2
      ? PARAMETER_ERROR
      : read(context, call, phbOf(context, call, 1), call.args[3] ?? 0),
};

export const ibmWritePciConfig: RtasDefinition = {
  name: 'ibm,write-pci-config',
  inputs: ['config_addr', 'buid_hi', 'buid_lo', 'size', 'value'],
  outputs: [],
  section: SECTION,
  perform: (context, call) =>
    call.nargs !== 5 || call.nret !== 1
      ? PARAMETER_ERROR
      : write(context, call, phbOf(context, call, 1), call.args[3] ?? 0, call.args[4] ?? 0),
};

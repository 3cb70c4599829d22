// The managed system of a configuration: as it says, or the standard one. Logical ports of the lab's own adapter are not kept: they
// follow from the functions that `vf add` made.

import { invariant } from '../base/invariant.ts';
import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { phbNames } from '../firmware/phb-spec.ts';
import type { PlatformProfile, SlotClass } from '../firmware/profiles/profile.ts';
import { allLogicalPorts, portNumbers } from '../system/lookup.ts';
import type { PortPlace } from '../system/lookup.ts';
import { STANDARD_SYSTEM } from '../system/standard-system.ts';
import type { FunctionConfig, MachineConfig, SystemConfig } from './config.ts';

/** The slot class of VFs; undefined: the platform has none, and no HMC. */
export const vfClassOf = (profile: PlatformProfile): SlotClass | undefined =>
  profile.slotClasses.find((slotClass) => slotClass.isVf);

export interface ManagedSystem {
  readonly system: SystemConfig;
  readonly vf: SlotClass;
}

/** Errors: `no-managed-system`. */
export function managedSystem(config: MachineConfig, profile: PlatformProfile): Result<ManagedSystem> {
  const vf = vfClassOf(profile);
  if (vf === undefined) {
    return fail(
      'no-managed-system',
      `${profile.id} has no HMC: its functions are the configuration's`,
      'take a PowerVM platform',
    );
  }
  return ok({ system: config.system ?? STANDARD_SYSTEM, vf });
}

export const guestLpar = ({ system }: ManagedSystem): number => system.guest;

/** Logical ports of the guest, with what their functions are known by. */
export function guestPorts({
  system,
  vf,
}: ManagedSystem): readonly (PortPlace & { readonly domain: number })[] {
  return allLogicalPorts(system)
    .filter(({ port }) => port.lpar === system.guest)
    .map((place) => ({
      ...place,
      domain: phbNames(vf, { index: place.port.index, adapter: place.shared.id }).domain,
    }));
}

/** The guest's function behind a logical port: the one in its domain. */
export function functionOfDomain(
  functions: readonly FunctionConfig[],
  vf: SlotClass,
  domain: number,
): FunctionConfig | undefined {
  return functions.find((fn) => fn.slotClass === vf.id && fn.domain === domain);
}

/** `lab`: who a partition is, for sentences. */
export function lparName(system: SystemConfig, id: number): string {
  const lpar = system.lpars.find((row) => row.id === id);
  invariant(lpar !== undefined, `no partition ${id}`);
  return lpar.name;
}

export const portIdOf = (vf: SlotClass, { shared, port }: PortPlace): string =>
  portNumbers(vf, shared.id, port.index).logicalPort;

// Virtual NICs (chhwres -r virtualio --rsubtype vnic): the client sees an adapter, a Virtual I/O Server owns the logical port behind it,
// so the client stays mobile. Pure: a new system, or why not.

import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { SlotClass } from '../firmware/profiles/profile.ts';
import { addLogicalPorts, lowestFree, removeLogicalPorts } from './logical-ports.ts';
import { lparOf, portNumbers } from './lookup.ts';
import type { SystemConfig } from './types.ts';

/** Virtual slots of clients begin here: the ones below are the consoles'. */
const FIRST_SLOT = 2;

export interface VnicWish {
  readonly lpar: number;
  readonly vios: number;
  readonly adapter: number;
  readonly physPort: number;
  readonly capacity?: number;
}

/** Errors: those of addLogicalPorts, no-vios, vios-client. */
export function addVnic(system: SystemConfig, vf: SlotClass, wish: VnicWish): Result<SystemConfig> {
  const { lpar, vios: owner, ...port } = wish;
  const client = lparOf(system, lpar);
  if (!client.ok) return client;
  const vios = lparOf(system, owner);
  if (!vios.ok) return vios;
  if (vios.value.env !== 'vioserver') {
    return fail('no-vios', `partition ${owner} is no Virtual I/O Server`, 'name one that is');
  }
  if (client.value.env === 'vioserver') {
    return fail('vios-client', `partition ${lpar} is a Virtual I/O Server: it can have no vNIC`);
  }
  const grown = addLogicalPorts(system, vf, { ...port, lpar: owner }, { count: 1, backsVnic: true });
  if (!grown.ok) return grown;
  const { system: after, added } = grown.value;
  const slot = lowestFree(
    system.vnics.filter((vnic) => vnic.lpar === lpar).map((vnic) => vnic.slot),
    FIRST_SLOT,
  );
  const backing = added.map(({ adapter, port: { index } }) => ({
    vios: owner,
    logicalPort: portNumbers(vf, adapter, index).logicalPort,
    priority: 50,
  }));
  return ok({ ...after, vnics: [...after.vnics, { lpar, slot, backing }] });
}

/** The vNIC goes with the logical ports behind it. Errors: no-such-vnic, backs-port. */
export function removeVnic(
  system: SystemConfig,
  vf: SlotClass,
  lpar: number,
  slot: number,
): Result<SystemConfig> {
  const vnic = system.vnics.find((row) => row.lpar === lpar && row.slot === slot);
  if (vnic === undefined) {
    const slots = system.vnics.filter((row) => row.lpar === lpar).map((row) => row.slot);
    const hint = slots.length === 0 ? 'it has none' : `its vNICs are in the slots ${slots.join(', ')}`;
    return fail('no-such-vnic', `partition ${lpar} has no vNIC in slot ${slot}`, hint);
  }
  const without = { ...system, vnics: system.vnics.filter((row) => row !== vnic) };
  return removeLogicalPorts(
    without,
    vf,
    vnic.backing.map(({ logicalPort }) => logicalPort),
  );
}

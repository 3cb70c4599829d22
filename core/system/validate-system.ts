// Is this managed system possible? Asked of what comes from outside; acts keep it so.

import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { SlotClass } from '../firmware/profiles/profile.ts';
import { ADAPTER_MODELS, findModel, portCount, portKind } from './adapter-models.ts';
import { isMultiple, usedCapacity } from './logical-ports.ts';
import { allLogicalPorts, logicalPortOf, portNumbers, sharedAdapters } from './lookup.ts';
import type { PortPlace } from './lookup.ts';
import type { SystemConfig } from './types.ts';

type Check = Result<true>;
const fine: Check = ok(true);
const wrong = (message: string, hint?: string): Check => fail('system', message, hint);

/** Errors: `system`. Shapes have been checked. */
export function validateSystem(system: SystemConfig, vf: SlotClass): Check {
  const checks = [checkLpars, checkSlots, checkPorts, checkVnics];
  for (const check of checks) {
    const result = check(system, vf);
    if (!result.ok) return result;
  }
  return fine;
}

function twice<T>(values: readonly T[]): T | undefined {
  const seen = new Set<T>();
  return values.find((value) => seen.size === seen.add(value).size);
}

function checkLpars({ lpars, guest }: SystemConfig): Check {
  const id = twice(lpars.map((lpar) => lpar.id));
  if (id !== undefined) return wrong(`two partitions have the id ${id}`, 'give each its own');
  const name = twice(lpars.map((lpar) => lpar.name));
  if (name !== undefined) return wrong(`two partitions are called ${name}`, 'give each its own name');
  const own = lpars.find((lpar) => lpar.id === guest);
  if (own === undefined) return wrong(`the guest's partition ${guest} is not among the partitions`);
  return own.env === 'aixlinux' ? fine : wrong(`the guest's partition ${guest} is a Virtual I/O Server`);
}

function checkSlots(system: SystemConfig): Check {
  const { slots, lpars } = system;
  const name = twice(slots.map((slot) => slot.name));
  if (name !== undefined) return wrong(`two slots are called ${name}`);
  const bus = twice(slots.map((slot) => slot.bus));
  if (bus !== undefined) return wrong(`two slots have the bus ${bus}`);
  const unknown = slots.find(({ model }) => findModel(model) === undefined);
  if (unknown !== undefined) {
    const ids = ADAPTER_MODELS.map(({ id }) => id).join(', ');
    return wrong(`slot ${unknown.name} has an unknown adapter "${unknown.model}"`, `choose one of: ${ids}`);
  }
  const id = twice(sharedAdapters(system).map(({ shared }) => shared.id));
  if (id !== undefined) return wrong(`two adapters have the id ${id}`);
  for (const { name: slot, owner, shared, model } of slots) {
    if (owner !== undefined && shared !== undefined)
      return wrong(`slot ${slot} has both an owner and an adapter in shared mode`);
    if (owner !== undefined && !lpars.some((lpar) => lpar.id === owner))
      return wrong(`slot ${slot} belongs to partition ${owner}, which is not there`);
    if (findModel(model)?.isDefault === true && (shared?.id !== 1 || shared.logicalPorts.length > 0))
      return wrong(
        `the lab's own adapter in slot ${slot} must be adapter 1, without logical ports of its own`,
      );
  }
  // Adapter 1 numbers the VFs of vf add.
  const first = sharedAdapters(system).find(({ shared }) => shared.id === 1);
  return first === undefined || first.model.isDefault
    ? fine
    : wrong("adapter 1 must be the lab's own", 'choose another id');
}

function checkPorts(system: SystemConfig, vf: SlotClass): Check {
  for (const adapter of sharedAdapters(system)) {
    const { shared, model } = adapter;
    const at = `adapter ${shared.id}`;
    const { logicalPorts } = shared;
    if (twice(logicalPorts.map(({ index }) => index)) !== undefined)
      return wrong(`two logical ports of ${at} have the same number`);
    if (logicalPorts.some(({ index }, n) => index <= (logicalPorts[n - 1]?.index ?? -1)))
      return wrong(`the logical ports of ${at} are not in the order of their numbers`);
    if (new Set(logicalPorts.map(({ lpar }) => lpar)).size > model.values.partitions.value)
      return wrong(`${at} serves more partitions than it can`);
    for (let physPort = 0; physPort < portCount(model); physPort++) {
      const ports = logicalPorts.filter((port) => port.physPort === physPort);
      if (ports.length > (portKind(model, physPort)?.maxLogicalPorts ?? 0))
        return wrong(`physical port ${physPort} of ${at} has too many logical ports`);
      if (usedCapacity(ports, physPort) > 100)
        return wrong(`the capacities of physical port ${physPort} of ${at} are above 100.0`);
      if (twice(ports.map(({ place }) => place)) !== undefined)
        return wrong(`two logical ports of physical port ${physPort} of ${at} have the same location`);
    }
    for (const port of logicalPorts) {
      const checked = checkPort(system, vf, { ...adapter, port });
      if (!checked.ok) return checked;
    }
  }
  const keys = allLogicalPorts(system).map(({ port }) => `${port.lpar} ${port.configId}`);
  return new Set(keys).size === keys.length
    ? fine
    : wrong('two logical ports of a partition have the same configuration ID');
}

function checkPort(system: SystemConfig, vf: SlotClass, { shared, model, port }: PortPlace): Check {
  const id = portNumbers(vf, shared.id, port.index).logicalPort;
  const kind = portKind(model, port.physPort);
  if (kind === undefined) return wrong(`logical port ${id} is on a physical port that its adapter has not`);
  if (port.index >= model.values.logicalPorts.value)
    return wrong(`adapter ${shared.id} has no logical port ${id}`);
  if (!system.lpars.some((lpar) => lpar.id === port.lpar))
    return wrong(`logical port ${id} belongs to partition ${port.lpar}, which is not there`);
  if (port.capacity < kind.granularity || !isMultiple(port.capacity, kind.granularity))
    return wrong(`the capacity of logical port ${id} is no multiple of ${kind.granularity}`);
  if (port.type === 'roce' && kind.type !== 'roce')
    return wrong(`logical port ${id} is of the type roce, its physical port is not`);
  const { backup } = port;
  if (backup?.type !== 'vnic') return fine;
  const behind = logicalPortOf(system, vf, backup.logicalPort);
  return behind.ok
    ? fine
    : wrong(`logical port ${id} has the backup ${backup.logicalPort}, which is not there`);
}

function checkVnics(system: SystemConfig, vf: SlotClass): Check {
  const keys = system.vnics.map(({ lpar, slot }) => `${lpar} ${slot}`);
  if (new Set(keys).size < keys.length) return wrong('two vNICs of a partition are in the same slot');
  for (const { lpar, slot, backing } of system.vnics) {
    if (!system.lpars.some(({ id, env }) => id === lpar && env === 'aixlinux'))
      return wrong(`the vNIC in slot ${slot} has no client: partition ${lpar}`);
    for (const { logicalPort, vios } of backing) {
      const port = logicalPortOf(system, vf, logicalPort);
      if (!port.ok || port.value.port.lpar !== vios)
        return wrong(
          `partition ${vios} has no logical port ${logicalPort} for the vNIC of partition ${lpar}`,
        );
    }
  }
  return fine;
}

// Logical ports configured, changed, given to another partition, and removed (chhwres -r sriov --rsubtype logport). Pure: a new system,
// or why not; several ports at once are all done or none is.

import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { SlotClass } from '../firmware/profiles/profile.ts';
import type { PortKind } from './adapter-models.ts';
import {
  alreadyAssigned,
  capacityGranularity,
  capacityRange,
  capacitySum,
  promiscuousLimit,
} from './hmc-errors.ts';
import type { Refusal } from './hmc-errors.ts';
import {
  adapterOf,
  allLogicalPorts,
  logicalPortOf,
  lparOf,
  placeOfPortId,
  portKindOf,
  portNumbers,
  withLogicalPorts,
} from './lookup.ts';
import type { AdapterPlace, PortPlace } from './lookup.ts';
import type { BackupDevice, LogicalPortConfig, SystemConfig } from './types.ts';

/** config_id of logical ports that back a vNIC begin here. */
export const FIRST_VNIC_CONFIG_ID = 16_384;

export interface PortWish {
  readonly adapter: number;
  readonly physPort: number;
  readonly lpar: number;
  readonly capacity?: number;
  readonly type?: 'eth' | 'roce';
  readonly pvid?: number;
  readonly promiscuous?: boolean;
  readonly backup?: BackupDevice;
}

export interface AddedPorts {
  readonly system: SystemConfig;
  readonly added: readonly { readonly adapter: number; readonly port: LogicalPortConfig }[];
}

interface AddOptions {
  readonly count: number;
  /** The id wanted. */
  readonly logicalPort?: string | undefined;
  readonly backsVnic?: boolean;
}

/** Errors: HSCL1288, 1293, 1294, 1295, 1257, and of ours: no-such-lpar, -adapter, -port, -logical-port, port-limit, adapter-limit, lpar-limit, default-adapter, port-type, bad-port-id, backup. */
export function addLogicalPorts(
  system: SystemConfig,
  vf: SlotClass,
  wish: PortWish,
  { count, logicalPort, backsVnic = false }: AddOptions,
): Result<AddedPorts> {
  const adapter = adapterOf(system, wish.adapter);
  if (!adapter.ok) return adapter;
  const index = logicalPort === undefined ? undefined : wishedIndex(adapter.value, vf, logicalPort);
  if (index !== undefined && !index.ok) return index;
  const kind = portKindOf(adapter.value, wish.physPort);
  if (!kind.ok) return kind;
  const capacity = wish.capacity ?? kind.value.granularity;
  const wrong =
    checkWish(system, vf, adapter.value, kind.value, wish) ??
    checkCapacity(kind.value, capacity, nextConfigId(system, wish.lpar, backsVnic)) ??
    checkRoom(adapter.value, kind.value, wish, count, capacity);
  if (wrong !== undefined) return wrong;
  let grown = system;
  const added: { adapter: number; port: LogicalPortConfig }[] = [];
  for (let n = 0; n < count; n++) {
    const port = newPort(grown, adapter.value, { ...wish, capacity }, index?.value, backsVnic);
    const ports = portsOf(grown, wish.adapter);
    grown = withLogicalPorts(grown, wish.adapter, inOrder([...ports, port]));
    added.push({ adapter: wish.adapter, port });
  }
  return ok({ system: grown, added });
}

const inOrder = (ports: readonly LogicalPortConfig[]): readonly LogicalPortConfig[] =>
  [...ports].sort((a, b) => a.index - b.index);

const portsOf = (system: SystemConfig, adapter: number): readonly LogicalPortConfig[] =>
  system.slots.find(({ shared }) => shared?.id === adapter)?.shared?.logicalPorts ?? [];

/** The VF number that an id asks for, when it is free. */
function wishedIndex({ shared, model }: AdapterPlace, vf: SlotClass, id: string): Result<number> {
  const place = placeOfPortId(vf, id);
  if (place === undefined || place.adapter !== shared.id || place.index >= model.values.logicalPorts.value) {
    const first = portNumbers(vf, shared.id, 0).logicalPort;
    const last = portNumbers(vf, shared.id, model.values.logicalPorts.value - 1).logicalPort;
    return fail(
      'bad-port-id',
      `adapter ${shared.id} has no logical port ${id}`,
      `its ids are ${first} to ${last}`,
    );
  }
  const taken = shared.logicalPorts.some(({ index }) => index === place.index);
  return taken ? alreadyAssigned(id) : ok(place.index);
}

function checkWish(
  system: SystemConfig,
  vf: SlotClass,
  adapter: AdapterPlace,
  kind: PortKind,
  { lpar, type = 'eth', physPort, promiscuous = false, backup }: PortWish,
): Refusal | undefined {
  const { model, shared } = adapter;
  if (model.isDefault) {
    return fail(
      'default-adapter',
      `adapter ${shared.id} is the lab's own: its VFs come and go with vf add and vf rm`,
      'choose another adapter, or type: vf add 1',
    );
  }
  const owner = lparOf(system, lpar);
  if (!owner.ok) return owner;
  if (type === 'roce' && kind.type !== 'roce') {
    return fail(
      'port-type',
      `physical port ${physPort} of adapter ${shared.id} is no RoCE port`,
      'choose the type eth',
    );
  }
  const others = shared.logicalPorts.filter((port) => port.physPort === physPort && port.promiscuous);
  const most = model.values.promiscuous.value;
  if (promiscuous && others.length >= most) return promiscuousLimit(physPort, most);
  const lpars = new Set([...shared.logicalPorts.map((port) => port.lpar), lpar]);
  const partitions = model.values.partitions.value;
  if (lpars.size > partitions) {
    return fail(
      'lpar-limit',
      `adapter ${shared.id} serves ${partitions} partitions at most`,
      'use another adapter',
    );
  }
  return checkBackup(system, vf, backup);
}

/** A migratable port needs something to fall back on. */
function checkBackup(system: SystemConfig, vf: SlotClass, backup?: BackupDevice): Refusal | undefined {
  if (backup === undefined) return undefined;
  const hint = 'name a virtual network, or a logical port that backs a vNIC';
  if (backup.type === 'veth') {
    return backup.network === ''
      ? fail('backup', 'a migratable logical port needs a backup device: no virtual network is named', hint)
      : undefined;
  }
  const behind = logicalPortOf(system, vf, backup.logicalPort);
  if (!behind.ok) return behind;
  if (behind.value.port.configId >= FIRST_VNIC_CONFIG_ID) return undefined;
  return fail('backup', `logical port ${backup.logicalPort} backs no vNIC`, hint);
}

function checkCapacity({ granularity }: PortKind, capacity: number, configId: number): Refusal | undefined {
  if (!(capacity >= granularity && capacity <= 100)) return capacityRange(configId, capacity, granularity);
  if (!isMultiple(capacity, granularity)) return capacityGranularity(configId, capacity, granularity);
  return undefined;
}

/** Percentages have two decimals: counted in hundredths. */
const hundredths = (percent: number): number => Math.round(percent * 100);
export const isMultiple = (capacity: number, granularity: number): boolean =>
  Math.abs(capacity * 100 - hundredths(capacity)) < 1e-6 &&
  hundredths(capacity) % hundredths(granularity) === 0;

/** Percent of a physical port that is given out. */
export function usedCapacity(ports: readonly LogicalPortConfig[], physPort: number): number {
  return (
    ports
      .filter((port) => port.physPort === physPort)
      .reduce((sum, port) => sum + hundredths(port.capacity), 0) / 100
  );
}

function checkSum(ports: readonly LogicalPortConfig[], physPort: number, more: number): Refusal | undefined {
  const used = hundredths(usedCapacity(ports, physPort));
  const total = used + hundredths(more);
  return total > 10_000 ? capacitySum(physPort, total / 100, (10_000 - used) / 100) : undefined;
}

function checkRoom(
  { shared, model }: AdapterPlace,
  kind: PortKind,
  { physPort }: PortWish,
  count: number,
  capacity: number,
): Refusal | undefined {
  const { logicalPorts } = shared;
  const here = logicalPorts.filter((port) => port.physPort === physPort).length;
  if (here + count > kind.maxLogicalPorts) {
    return fail(
      'port-limit',
      `physical port ${physPort} of adapter ${shared.id} has ${here} of ${kind.maxLogicalPorts} logical ports: ${count} more are too many`,
      'use another physical port',
    );
  }
  const most = model.values.logicalPorts.value;
  if (logicalPorts.length + count > most) {
    return fail(
      'adapter-limit',
      `adapter ${shared.id} has ${logicalPorts.length} of ${most} logical ports: ${count} more are too many`,
      'use another adapter',
    );
  }
  return checkSum(logicalPorts, physPort, (hundredths(capacity) * count) / 100);
}

function newPort(
  system: SystemConfig,
  { shared }: AdapterPlace,
  wish: PortWish & { readonly capacity: number },
  index: number | undefined,
  backsVnic: boolean,
): LogicalPortConfig {
  const ports = portsOf(system, shared.id);
  const { physPort, lpar, capacity, type = 'eth', pvid = 0, promiscuous = false, backup } = wish;
  const here = ports.filter((port) => port.physPort === physPort);
  return {
    index: index ?? lowestFree(ports.map((port) => port.index)),
    physPort,
    place: lowestFree(here.map((port) => port.place)),
    lpar,
    capacity,
    type,
    configId: nextConfigId(system, lpar, backsVnic),
    pvid,
    promiscuous,
    ...(backup === undefined ? {} : { backup }),
  };
}

export function lowestFree(taken: readonly number[], from = 0): number {
  const set = new Set(taken);
  let n = from;
  while (set.has(n)) n++;
  return n;
}

function nextConfigId(system: SystemConfig, lpar: number, backsVnic: boolean): number {
  const mine = allLogicalPorts(system).filter(({ port }) => port.lpar === lpar);
  return lowestFree(
    mine.map(({ port }) => port.configId),
    backsVnic ? FIRST_VNIC_CONFIG_ID : 0,
  );
}

/** Several ports by id, each once. */
function portsNamed(
  system: SystemConfig,
  vf: SlotClass,
  ids: readonly string[],
): Result<readonly PortPlace[]> {
  if (ids.length === 0) return fail('bad-value', 'no logical port is named', 'name one, such as 27004002');
  const places: PortPlace[] = [];
  for (const id of new Set(ids)) {
    const place = logicalPortOf(system, vf, id);
    if (!place.ok) return place;
    places.push(place.value);
  }
  return ok(places);
}

function changed(
  system: SystemConfig,
  { shared }: PortPlace,
  index: number,
  change: (port: LogicalPortConfig) => readonly LogicalPortConfig[],
): SystemConfig {
  const ports = portsOf(system, shared.id);
  return withLogicalPorts(
    system,
    shared.id,
    ports.flatMap((port) => (port.index === index ? change(port) : [port])),
  );
}

/** Other capacity or port VLAN. Errors: HSCL1293, 1294, 1295, no-such-logical-port. */
export function setLogicalPorts(
  system: SystemConfig,
  vf: SlotClass,
  ids: readonly string[],
  { capacity, pvid }: { readonly capacity?: number; readonly pvid?: number },
): Result<SystemConfig> {
  const places = portsNamed(system, vf, ids);
  if (!places.ok) return places;
  let after = system;
  for (const place of places.value) {
    const { port, shared } = place;
    if (capacity !== undefined) {
      const kind = portKindOf(place, port.physPort);
      if (!kind.ok) return kind;
      const others = portsOf(after, shared.id).filter(({ index }) => index !== port.index);
      const wrong =
        checkCapacity(kind.value, capacity, port.configId) ?? checkSum(others, port.physPort, capacity);
      if (wrong !== undefined) return wrong;
    }
    const change = {
      ...(capacity === undefined ? {} : { capacity }),
      ...(pvid === undefined ? {} : { pvid }),
    };
    after = changed(after, place, port.index, (old) => [{ ...old, ...change }]);
  }
  return ok(after);
}

/** To another partition: as captured, the HMC moves a port that another partition has without a word. Errors: HSCL1288, lpar-limit, backs-vnic. */
export function assignLogicalPorts(
  system: SystemConfig,
  vf: SlotClass,
  ids: readonly string[],
  lpar: number,
): Result<SystemConfig> {
  const owner = lparOf(system, lpar);
  if (!owner.ok) return owner;
  const places = portsNamed(system, vf, ids);
  if (!places.ok) return places;
  let after = system;
  for (const place of places.value) {
    const { port, shared, model } = place;
    const id = portNumbers(vf, shared.id, port.index).logicalPort;
    if (port.lpar === lpar) return alreadyAssigned(id);
    const busy = behindVnic(system, id);
    if (busy !== undefined) return busy;
    const lpars = new Set([...portsOf(after, shared.id).map((one) => one.lpar), lpar]);
    const most = model.values.partitions.value;
    if (lpars.size > most) {
      return fail(
        'lpar-limit',
        `adapter ${shared.id} serves ${most} partitions at most`,
        'use another adapter',
      );
    }
    const configId = nextConfigId(after, lpar, false);
    after = changed(after, place, port.index, (old) => [{ ...old, lpar, configId }]);
  }
  return ok(after);
}

/** Errors: no-such-logical-port, backs-vnic. */
export function removeLogicalPorts(
  system: SystemConfig,
  vf: SlotClass,
  ids: readonly string[],
): Result<SystemConfig> {
  const places = portsNamed(system, vf, ids);
  if (!places.ok) return places;
  let after = system;
  for (const place of places.value) {
    const busy = behindVnic(system, portNumbers(vf, place.shared.id, place.port.index).logicalPort);
    if (busy !== undefined) return busy;
    after = changed(after, place, place.port.index, () => []);
  }
  return ok(after);
}

/** A port that a vNIC or a migratable port rests on stays. */
function behindVnic(system: SystemConfig, id: string): Refusal | undefined {
  const vnic = system.vnics.find(({ backing }) => backing.some(({ logicalPort }) => logicalPort === id));
  if (vnic !== undefined) {
    return fail(
      'backs-vnic',
      `logical port ${id} backs the vNIC in slot ${vnic.slot} of partition ${vnic.lpar}`,
      'remove the vNIC',
    );
  }
  const above = allLogicalPorts(system).some(
    ({ port: { backup } }) => backup?.type === 'vnic' && backup.logicalPort === id,
  );
  return above
    ? fail(
        'backs-port',
        `logical port ${id} is the backup of a migratable logical port`,
        'remove that one first',
      )
    : undefined;
}

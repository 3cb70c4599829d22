// Answers about the managed system: partitions, slots, adapters, and logical ports with the functions behind them.

import { ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { phbNames } from '../firmware/phb-spec.ts';
import { plural } from '../trace/numbers.ts';
import { findModel, portCount, portKind } from '../system/adapter-models.ts';
import type { AdapterModel } from '../system/adapter-models.ts';
import { FIRST_VNIC_CONFIG_ID, usedCapacity } from '../system/logical-ports.ts';
import {
  allLogicalPorts,
  logicalPortLocation,
  physPortLocation,
  portNumbers,
  slotDrcIndex,
  slotLocation,
} from '../system/lookup.ts';
import type { PortPlace } from '../system/lookup.ts';
import { profileOf } from './build.ts';
import { budgetRows, systemMemory } from './budget-rows.ts';
import type { BackupDevice, LogicalPortConfig, SharedAdapter, SlotConfig, SystemConfig } from './config.ts';
import type { FunctionAnswer } from './function-answer.ts';
import type { MachineView } from './machine-view.ts';
import { managedSystem } from './managed-system.ts';
import type { ManagedSystem } from './managed-system.ts';
import type { PlacedFunction } from './platform.ts';
import type {
  AdapterAnswer,
  LogicalPortAnswer,
  LogicalPortsAnswer,
  LparAnswer,
  PhysicalPortAnswer,
  SlotAnswer,
  SystemAnswer,
  SystemQuery,
} from './system-queries.ts';
import { valueText } from './value-text.ts';

/** Rows of one page when nothing is said. */
const USUAL_LIMIT = 200;

export function systemAnswer(machine: MachineView): Result<SystemAnswer | null> {
  const { config } = machine;
  const profile = profileOf(config);
  const managed = managedSystem(config, profile);
  if (!managed.ok) return ok(null);
  const ports = portPlaces(machine, managed.value);
  const { system } = managed.value;
  const rows = budgetRows(config, profile, system, new Map());
  return ok({
    name: system.name,
    guest: system.guest,
    lpars: system.lpars.map((lpar) => lparAnswer(machine, managed.value, lpar, ports)),
    slots: system.slots.map((slot) => slotAnswer(system, slot, ports)),
    vnics: system.vnics,
    memory: systemMemory(config, profile, system, rows),
  });
}

/** Configured logical ports and, on the lab's own adapter, the VFs that `vf add` made. */
function portPlaces(machine: MachineView, { system, vf }: ManagedSystem): readonly PortPlace[] {
  const own = system.slots.find(({ model }) => findModel(model)?.isDefault === true);
  const model = own === undefined ? undefined : findModel(own.model);
  if (own?.shared === undefined || model === undefined) return allLogicalPorts(system);
  const made = machine.platform
    .functions()
    .filter(({ config, phb }) => phb.slotClass === vf.id && config.locCode === undefined)
    .sort((a, b) => a.phb.index - b.phb.index)
    .map(({ phb: { index } }, n) => defaultPort(system.guest, index, n, model));
  const { shared } = own;
  const ports = made.map((port): PortPlace => ({ slot: own, shared, model, port }));
  return [...ports, ...allLogicalPorts(system)].sort(
    (a, b) => a.shared.id - b.shared.id || a.port.index - b.port.index,
  );
}

function defaultPort(guest: number, index: number, n: number, model: AdapterModel): LogicalPortConfig {
  const capacity = portKind(model, 0)?.granularity ?? 0;
  return {
    index,
    physPort: 0,
    place: index,
    lpar: guest,
    capacity,
    type: 'eth',
    configId: n,
    pvid: 0,
    promiscuous: false,
  };
}

function lparAnswer(
  { config, platform }: MachineView,
  { system, vf }: ManagedSystem,
  lpar: SystemConfig['lpars'][number],
  ports: readonly PortPlace[],
): LparAnswer {
  const isGuest = lpar.id === system.guest;
  const mine = ports.filter(({ port }) => port.lpar === lpar.id);
  const physical = isGuest
    ? platform.functions().filter(({ phb }) => phb.slotClass !== vf.id).length
    : system.slots.filter(({ owner }) => owner === lpar.id).length;
  return {
    ...lpar,
    isGuest,
    memoryBytes: isGuest ? config.memoryBytes : lpar.memoryBytes,
    logicalPorts: mine.length,
    vnics: system.vnics.filter((vnic) => vnic.lpar === lpar.id).length,
    migrationBlockers:
      lpar.env === 'vioserver' ? ['A Virtual I/O Server cannot be migrated.'] : blockers(mine, physical),
  };
}

/** Live partition mobility: a partition with physical I/O stays where it is. */
function blockers(ports: readonly PortPlace[], physical: number): readonly string[] {
  const direct = ports.filter(({ port }) => port.backup === undefined).length;
  return [
    ...(direct === 0
      ? []
      : [
          `${plural(direct, 'logical port')} without a backup device: a direct VF keeps its partition on this system. Make it migratable, or use a vNIC.`,
        ]),
    ...(physical === 0 ? [] : [`${plural(physical, 'physical adapter')} of its own.`]),
  ];
}

function slotAnswer(system: SystemConfig, slot: SlotConfig, ports: readonly PortPlace[]): SlotAnswer {
  const model = findModel(slot.model);
  const values = model === undefined ? [] : Object.entries(model.values);
  return {
    name: slot.name,
    drcIndex: slotDrcIndex(slot),
    location: slotLocation(system, slot),
    model: slot.model,
    title: model?.title ?? slot.model,
    mode: slot.shared === undefined ? 'dedicated' : 'shared',
    owner: slot.owner ?? null,
    adapter:
      slot.shared === undefined || model === undefined
        ? null
        : adapterAnswer(system, slot, slot.shared, model, ports),
    isDefault: model?.isDefault ?? false,
    values: values.map(([path, { value, grade, source }]) => ({
      path,
      value: valueText(value),
      grade,
      source,
    })),
  };
}

function adapterAnswer(
  system: SystemConfig,
  slot: SlotConfig,
  { id }: SharedAdapter,
  model: AdapterModel,
  ports: readonly PortPlace[],
): AdapterAnswer {
  const mine = ports.filter(({ shared }) => shared.id === id).map(({ port }) => port);
  return {
    id,
    logicalPorts: mine.length,
    maxLogicalPorts: model.values.logicalPorts.value,
    lpars: new Set(mine.map(({ lpar }) => lpar)).size,
    maxLpars: model.values.partitions.value,
    ports: Array.from({ length: portCount(model) }, (_, port) =>
      physPortAnswer(system, slot, model, port, mine),
    ),
  };
}

function physPortAnswer(
  system: SystemConfig,
  slot: SlotConfig,
  model: AdapterModel,
  id: number,
  ports: readonly LogicalPortConfig[],
): PhysicalPortAnswer {
  const kind = portKind(model, id);
  return {
    id,
    location: physPortLocation(system, slot, id),
    type: kind?.type ?? 'ethc',
    speedMbps: kind?.speedMbps ?? 0,
    logicalPorts: ports.filter(({ physPort }) => physPort === id).length,
    maxLogicalPorts: kind?.maxLogicalPorts ?? 0,
    usedCapacity: usedCapacity(ports, id),
    granularity: kind?.granularity ?? 0,
  };
}

type StateOf = (placed: PlacedFunction) => Pick<FunctionAnswer, 'state' | 'mode'>;

/** Errors: `no-managed-system`. */
export function logicalPortsAnswer(
  machine: MachineView,
  { adapter, lpar, from = 0, limit = USUAL_LIMIT }: Extract<SystemQuery, { ask: 'logical-ports' }>,
  stateOf: StateOf,
): Result<LogicalPortsAnswer> {
  const managed = managedSystem(machine.config, profileOf(machine.config));
  if (!managed.ok) return managed;
  const { vf } = managed.value;
  const wanted = portPlaces(machine, managed.value).filter(
    ({ shared, port }) =>
      (adapter === undefined || shared.id === adapter) && (lpar === undefined || port.lpar === lpar),
  );
  const placed = new Map(
    machine.platform
      .functions()
      .filter(({ phb }) => phb.slotClass === vf.id)
      .map((one) => [phbNames(vf, one.phb).domain, one]),
  );
  const rows = wanted
    .slice(from, from + limit)
    .map((place) => logicalPortAnswer(managed.value, place, placed, stateOf));
  return ok({ total: wanted.length, rows });
}

function logicalPortAnswer(
  { system, vf }: ManagedSystem,
  { slot, shared, port }: PortPlace,
  placed: ReadonlyMap<number, PlacedFunction>,
  stateOf: StateOf,
): LogicalPortAnswer {
  const numbers = portNumbers(vf, shared.id, port.index);
  const fn = port.lpar === system.guest ? placed.get(numbers.domain) : undefined;
  const { physPort, lpar, type, capacity, configId, pvid, promiscuous, backup } = port;
  const known = fn === undefined ? { state: null, mode: null } : stateOf(fn);
  return {
    ...numbers,
    adapter: shared.id,
    physPort,
    location: logicalPortLocation(system, slot, port),
    lpar,
    type,
    capacity,
    configId,
    pvid,
    promiscuous,
    backup: backup === undefined ? null : backupText(backup),
    blocksMigration: backup === undefined && configId < FIRST_VNIC_CONFIG_ID,
    id: fn?.config.id ?? null,
    ...known,
  };
}

const backupText = (backup: BackupDevice): string =>
  backup.type === 'veth'
    ? `virtual Ethernet on ${backup.network}`
    : `vNIC behind logical port ${backup.logicalPort}`;

// Finding things in a managed system: slots, adapters, partitions, and logical ports by their ids.

import { ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { U64 } from '../base/u64.ts';
import { phbNames, phbSpec, placeOfDomain } from '../firmware/phb-spec.ts';
import type { SlotClass } from '../firmware/profiles/profile.ts';
import { findModel, portCount, portKind } from './adapter-models.ts';
import type { AdapterModel, PortKind } from './adapter-models.ts';
import { noSuchAdapter, noSuchLogicalPort, noSuchLpar, noSuchPort, noSuchSlot } from './hmc-errors.ts';
import type { LogicalPortConfig, LparConfig, SharedAdapter, SlotConfig, SystemConfig } from './types.ts';

/** `logical_port_id` = 0x27000000 | domain; the DRC index of a slot = 0x21010000 + its bus. */
const PORT_ID_BASE = 0x2700_0000;
const SLOT_DRC_BASE = 0x2101_0000;

/** A slot whose adapter is shared. */
export interface AdapterPlace {
  readonly slot: SlotConfig;
  readonly shared: SharedAdapter;
  readonly model: AdapterModel;
}

export interface PortPlace extends AdapterPlace {
  readonly port: LogicalPortConfig;
}

/** Everything that follows from the number of a VF in its adapter. */
export interface PortNumbers {
  readonly logicalPort: string;
  readonly domain: number;
  readonly drcName: string;
  readonly buid: U64;
}

export function portNumbers(vf: SlotClass, adapter: number, index: number): PortNumbers {
  const place = { index, adapter };
  const { domain, drcName } = phbNames(vf, place);
  const { buid } = phbSpec({ slotClass: vf, ...place, functions: [] });
  return { logicalPort: portId(domain), domain, drcName, buid };
}

export const portId = (domain: number): string => (PORT_ID_BASE + domain).toString(16);

/** The adapter and number that an id names; undefined: it names none. */
export function placeOfPortId(
  vf: SlotClass,
  id: string,
): { readonly adapter: number; readonly index: number } | undefined {
  const domain = Number.parseInt(id, 16) - PORT_ID_BASE;
  return /^[0-9a-f]{8}$/i.test(id) && domain >= 0 ? placeOfDomain(vf, domain) : undefined;
}

export const slotDrcIndex = (slot: SlotConfig): string => (SLOT_DRC_BASE + slot.bus).toString(16);
export const slotLocation = (system: SystemConfig, slot: SlotConfig): string =>
  `${system.unit}-P1-${slot.name}`;
export const physPortLocation = (system: SystemConfig, slot: SlotConfig, port: number): string =>
  `${slotLocation(system, slot)}-T${port + 1}`;
export const logicalPortLocation = (
  system: SystemConfig,
  slot: SlotConfig,
  { physPort, place }: Pick<LogicalPortConfig, 'physPort' | 'place'>,
): string => `${physPortLocation(system, slot, physPort)}-S${place}`;

export function slotNamed(system: SystemConfig, name: string): Result<SlotConfig> {
  const slot = system.slots.find((row) => row.name === name);
  if (slot !== undefined) return ok(slot);
  return noSuchSlot(
    name,
    system.slots.map((row) => row.name),
  );
}

export function lparOf(system: SystemConfig, id: number): Result<LparConfig> {
  const lpar = system.lpars.find((row) => row.id === id);
  if (lpar !== undefined) return ok(lpar);
  return noSuchLpar(
    id,
    system.lpars.map((row) => row.id),
  );
}

/** Adapters in shared mode. */
export function sharedAdapters(system: SystemConfig): readonly AdapterPlace[] {
  return system.slots.flatMap((slot) => {
    const model = findModel(slot.model);
    return slot.shared === undefined || model === undefined ? [] : [{ slot, shared: slot.shared, model }];
  });
}

export function adapterOf(system: SystemConfig, id: number): Result<AdapterPlace> {
  const adapters = sharedAdapters(system);
  const adapter = adapters.find(({ shared }) => shared.id === id);
  if (adapter !== undefined) return ok(adapter);
  return noSuchAdapter(
    id,
    adapters.map(({ shared }) => shared.id),
  );
}

export function portKindOf(adapter: AdapterPlace, physPort: number): Result<PortKind> {
  const kind = portKind(adapter.model, physPort);
  return kind === undefined ? noSuchPort(adapter.shared.id, physPort, portCount(adapter.model)) : ok(kind);
}

/** A configured logical port by its id. */
export function logicalPortOf(system: SystemConfig, vf: SlotClass, id: string): Result<PortPlace> {
  const place = placeOfPortId(vf, id);
  const adapter = sharedAdapters(system).find(({ shared }) => shared.id === place?.adapter);
  const port = adapter?.shared.logicalPorts.find(({ index }) => index === place?.index);
  return adapter === undefined || port === undefined ? noSuchLogicalPort(id) : ok({ ...adapter, port });
}

/** All configured logical ports, adapter by adapter. */
export function allLogicalPorts(system: SystemConfig): readonly PortPlace[] {
  return sharedAdapters(system).flatMap((adapter) =>
    adapter.shared.logicalPorts.map((port) => ({ ...adapter, port })),
  );
}

/** The system with another list of logical ports in one adapter. */
export function withLogicalPorts(
  system: SystemConfig,
  adapter: number,
  logicalPorts: readonly LogicalPortConfig[],
): SystemConfig {
  const slots = system.slots.map((slot) =>
    slot.shared?.id === adapter ? { ...slot, shared: { ...slot.shared, logicalPorts } } : slot,
  );
  return { ...system, slots };
}

// Who holds how many TCEs: the guest's PEs by the machine's own rules and tables, all others by the managed system's data.

import { findSlotClass } from '../firmware/profiles/index.ts';
import { peRules } from '../firmware/phb-spec.ts';
import type { PlatformProfile, SlotClass } from '../firmware/profiles/profile.ts';
import type { PeRules } from '../firmware/types.ts';
import { findModel } from '../system/adapter-models.ts';
import { BUDGET_RULES, firmwareBytes, preallocatedTces, tableBytes } from '../system/budget.ts';
import { allLogicalPorts, sharedAdapters } from '../system/lookup.ts';
import type { TableMemory } from '../system/adapters.ts';
import type { MachineConfig, SystemConfig } from './config.ts';
import { vfClassOf } from './managed-system.ts';
import { installedMemory } from './placement.ts';
import type { BudgetRow, SystemMemory } from './system-queries.ts';

/** TCEs of one PE by slot class. */
function rulesOf(config: MachineConfig, profile: PlatformProfile, slotClass: SlotClass): PeRules {
  return peRules({ slotClass, index: 0, installedMemoryBytes: installedMemory(config, profile) });
}

/** What is in the guest's windows now, by slot class; nothing: it has not been built. */
export type TablesInUse = ReadonlyMap<string, { readonly windowTces: number; readonly usedTces: number }>;

interface Holder {
  readonly key: string;
  readonly title: string;
  readonly holder: BudgetRow['holder'];
  readonly pes: number;
  readonly blockTces: number;
  readonly tcesOfPe: number;
  readonly now?: { readonly windowTces: number; readonly usedTces: number } | undefined;
}

function row({ tcesOfPe, now, ...holder }: Holder): BudgetRow {
  const tces = holder.pes * tcesOfPe;
  return {
    ...holder,
    tces,
    bytes: tableBytes(tces),
    windowTces: now?.windowTces ?? null,
    usedTces: now?.usedTces ?? null,
    wasteBytes: now === undefined ? null : tableBytes(tces - now.usedTces),
  };
}

/** Rows without PEs are left out. */
export function budgetRows(
  config: MachineConfig,
  profile: PlatformProfile,
  system: SystemConfig,
  inUse: TablesInUse,
): readonly BudgetRow[] {
  const vf = vfClassOf(profile);
  const slot = findSlotClass(profile, 'dedicated');
  if (vf === undefined) return [];
  const vfRules = rulesOf(config, profile, vf);
  const rows = [
    ...guestRows(config, profile, inUse),
    ...lparRows(system, vfRules),
    ...possibleRows(system, vfRules),
    ...(slot === undefined ? [] : slotRows(system, rulesOf(config, profile, slot))),
    vnicRow(system),
  ];
  return rows.filter(({ pes }) => pes > 0);
}

function guestRows(
  config: MachineConfig,
  profile: PlatformProfile,
  inUse: TablesInUse,
): readonly BudgetRow[] {
  return profile.slotClasses.map((slotClass) => {
    const rules = rulesOf(config, profile, slotClass);
    return row({
      key: `guest ${slotClass.id}`,
      title: `Functions of the guest: ${slotClass.title}`,
      holder: 'guest',
      pes: config.functions.filter((fn) => fn.slotClass === slotClass.id).length,
      blockTces: rules.blockTces,
      tcesOfPe: preallocatedTces(rules),
      now: inUse.get(slotClass.id) ?? { windowTces: 0, usedTces: 0 },
    });
  });
}

function lparRows(system: SystemConfig, vf: PeRules): readonly BudgetRow[] {
  const ports = allLogicalPorts(system);
  return system.lpars
    .filter(({ id }) => id !== system.guest)
    .map(({ id, name }) =>
      row({
        key: `lpar ${id}`,
        title: `Logical ports of partition ${name}`,
        holder: 'lpar',
        pes: ports.filter(({ port }) => port.lpar === id).length,
        blockTces: vf.blockTces,
        tcesOfPe: preallocatedTces(vf),
      }),
    );
}

/** Logical ports that nobody has configured. The lab's own adapter makes no tables ahead: it is not a real one. */
function possibleRows(system: SystemConfig, vf: PeRules): readonly BudgetRow[] {
  if (!BUDGET_RULES.portsPreallocated.value) return [];
  return sharedAdapters(system)
    .filter(({ model }) => !model.isDefault)
    .map(({ slot, shared, model }) =>
      row({
        key: `adapter ${shared.id}`,
        title: `Unconfigured logical ports of adapter ${shared.id} in slot ${slot.name}`,
        holder: 'possible',
        pes: model.values.logicalPorts.value - shared.logicalPorts.length,
        blockTces: vf.blockTces,
        tcesOfPe: preallocatedTces(vf),
        now: { windowTces: 0, usedTces: 0 },
      }),
    );
}

/** Slots in dedicated mode have their block whether a partition has them or not. One that the guest has is among its functions. */
function slotRows(system: SystemConfig, rules: PeRules): readonly BudgetRow[] {
  const common = { holder: 'slot', blockTces: rules.blockTces, tcesOfPe: preallocatedTces(rules) } as const;
  const idle = { windowTces: 0, usedTces: 0 };
  const present = system.slots
    .filter(({ shared, owner }) => shared === undefined && owner !== system.guest)
    .map(({ name, owner }) =>
      row({
        ...common,
        key: `slot ${name}`,
        title: owner === undefined ? `Slot ${name}, of no partition` : `Slot ${name} of partition ${owner}`,
        pes: 1,
        now: owner === undefined ? idle : undefined,
      }),
    );
  const possible = row({
    ...common,
    key: 'possible slots',
    title: 'Slots of drawers that could be attached',
    holder: 'possible',
    pes: BUDGET_RULES.possibleSlots.value,
    now: idle,
  });
  return [...present, possible];
}

function vnicRow(system: SystemConfig): BudgetRow {
  const tcesOfPe = BUDGET_RULES.vnicTces.value;
  return row({
    key: 'vnics',
    title: 'Client windows of vNICs',
    holder: 'virtual',
    pes: system.vnics.length,
    blockTces: tcesOfPe,
    tcesOfPe,
  });
}

/** installed = lpars + firmware + tables + free. */
export function systemMemory(
  config: MachineConfig,
  profile: PlatformProfile,
  system: SystemConfig,
  rows: readonly BudgetRow[],
): SystemMemory {
  const running = system.lpars.filter(({ state }) => state === 'Running');
  const others = running.filter(({ id }) => id !== system.guest).map(({ memoryBytes }) => memoryBytes);
  const sum = (all: readonly number[]): number => all.reduce((total, bytes) => total + bytes, 0);
  const installedBytes = installedMemory(config, profile) ?? config.memoryBytes;
  const lparBytes = config.memoryBytes + sum(others);
  const firmware = firmwareBytes([config.maxMemoryBytes, ...others]);
  const tables = sum(rows.map(({ bytes }) => bytes));
  return {
    installedBytes,
    lparBytes,
    firmwareBytes: firmware,
    tableBytes: tables,
    freeBytes: installedBytes - lparBytes - firmware - tables,
  };
}

/** What acts on adapters go by. */
export function tableMemory(
  config: MachineConfig,
  profile: PlatformProfile,
  system: SystemConfig,
): TableMemory {
  const rows = budgetRows(config, profile, system, new Map());
  const bytesOf = (slotClass: SlotClass | undefined): number =>
    slotClass === undefined ? 0 : tableBytes(preallocatedTces(rulesOf(config, profile, slotClass)));
  return {
    freeBytes: systemMemory(config, profile, system, rows).freeBytes,
    vfBytes: bytesOf(vfClassOf(profile)),
    slotBytes: bytesOf(findSlotClass(profile, 'dedicated')),
  };
}

/** The model's title, for a slot. */
export const modelTitle = (id: string): string => findModel(id)?.title ?? id;

// What an act on the managed system makes of a configuration. Pure and all or nothing: the guest's functions follow its logical ports
// and slots; what a running guest must first let go of is named, with what becomes of the configuration then.

import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { sizeText } from '../base/quantities.ts';
import type { PlatformProfile } from '../firmware/profiles/profile.ts';
import { assignSlot, setAdapterMode } from '../system/adapters.ts';
import {
  addLogicalPorts,
  assignLogicalPorts,
  lowestFree,
  removeLogicalPorts,
  setLogicalPorts,
} from '../system/logical-ports.ts';
import { logicalPortLocation, lparOf, portId, slotLocation } from '../system/lookup.ts';
import { addVnic, removeVnic } from '../system/vnics.ts';
import { systemMemory, budgetRows, tableMemory } from './budget-rows.ts';
import type { SystemCommand } from './commands.ts';
import type { FunctionConfig, MachineConfig, SystemConfig } from './config.ts';
import { guestPorts, managedSystem } from './managed-system.ts';
import type { ManagedSystem } from './managed-system.ts';

/** What functions of a new logical port are when nothing is said. */
const USUAL_DEVICE = 'nic';

/** An adapter in dedicated mode, as the guest finds it in its slot. */
const SLOT_DEVICE = 'nic';

export const isSystemCommand = (command: { readonly do: string }): command is SystemCommand =>
  SYSTEM_COMMANDS.has(command.do);

const SYSTEM_COMMANDS: ReadonlySet<string> = new Set<SystemCommand['do']>([
  'adapter-mode',
  'slot-assign',
  'logical-port-add',
  'logical-port-set',
  'logical-port-assign',
  'logical-port-remove',
  'vnic-add',
  'vnic-remove',
  'lpar-memory',
]);

/** The configuration after the act. Errors: `no-managed-system`, those of core/system, `memory`. */
export function actOn(
  config: MachineConfig,
  profile: PlatformProfile,
  command: SystemCommand,
): Result<MachineConfig> {
  const managed = managedSystem(config, profile);
  if (!managed.ok) return managed;
  if (command.do === 'lpar-memory') return setMemory(config, profile, managed.value.system, command);
  const system = systemAfter(config, profile, managed.value, command);
  if (!system.ok) return system;
  const device = command.do === 'logical-port-add' ? command.device : undefined;
  return ok(withFunctions(config, { ...managed.value, system: system.value }, device ?? USUAL_DEVICE));
}

function systemAfter(
  config: MachineConfig,
  profile: PlatformProfile,
  { system, vf }: ManagedSystem,
  command: Exclude<SystemCommand, { do: 'lpar-memory' }>,
): Result<SystemConfig> {
  switch (command.do) {
    case 'adapter-mode': {
      const memory = tableMemory(config, profile, system);
      return setAdapterMode(system, command.slot, command.mode, memory, command.adapter);
    }
    case 'slot-assign':
      return assignSlot(system, command.slot, command.lpar);
    case 'logical-port-add': {
      const { count = 1, logicalPort } = command;
      if (logicalPort !== undefined && count !== 1) {
        return fail('bad-port-id', 'one logical port can be named, not several', 'leave out its id');
      }
      const grown = addLogicalPorts(system, vf, command.port, { count, logicalPort });
      return grown.ok ? ok(grown.value.system) : grown;
    }
    case 'logical-port-set':
      return setLogicalPorts(system, vf, command.logicalPorts, command);
    case 'logical-port-assign':
      return assignLogicalPorts(system, vf, command.logicalPorts, command.lpar);
    case 'logical-port-remove':
      return removeLogicalPorts(system, vf, command.logicalPorts);
    case 'vnic-add':
      return addVnic(system, vf, command);
    case 'vnic-remove':
      return removeVnic(system, vf, command.lpar, command.slot);
  }
}

/** Functions of ports and slots that the guest has now; those it has no more are gone. */
function withFunctions(config: MachineConfig, managed: ManagedSystem, device: string): MachineConfig {
  const { system, vf } = managed;
  const wanted = new Map<string, Omit<FunctionConfig, 'id'>>();
  for (const { slot, port, domain } of guestPorts(managed)) {
    const locCode = logicalPortLocation(system, slot, port);
    wanted.set(`${vf.id} ${domain}`, { device, slotClass: vf.id, domain, locCode });
  }
  for (const slot of system.slots) {
    if (slot.owner !== system.guest) continue;
    const locCode = slotLocation(system, slot);
    wanted.set(`dedicated ${slot.bus}`, {
      device: SLOT_DEVICE,
      slotClass: 'dedicated',
      domain: slot.bus,
      locCode,
    });
  }
  const kept = config.functions.filter((fn) => fn.locCode === undefined || wanted.has(keyOf(fn)));
  const present = new Set(kept.map(keyOf));
  const numbers = kept.flatMap(({ id }) => (/^vf\d+$/.test(id) ? [Number(id.slice(2))] : []));
  const fresh: FunctionConfig[] = [];
  for (const [key, fn] of wanted) {
    if (present.has(key)) continue;
    if (fn.slotClass !== vf.id) {
      fresh.push({ id: `slot${fn.domain ?? 0}`, ...fn });
      continue;
    }
    const number = lowestFree(numbers);
    numbers.push(number);
    fresh.push({ id: `vf${number}`, ...fn });
  }
  return { ...config, system, functions: [...kept, ...fresh] };
}

const keyOf = ({ slotClass, domain }: FunctionConfig): string => `${slotClass} ${domain ?? ''}`;

function setMemory(
  config: MachineConfig,
  profile: PlatformProfile,
  system: SystemConfig,
  { lpar, bytes }: Extract<SystemCommand, { do: 'lpar-memory' }>,
): Result<MachineConfig> {
  const who = lparOf(system, lpar);
  if (!who.ok) return who;
  if (bytes % config.lmbBytes !== 0) {
    return fail(
      'memory',
      `${sizeText(bytes)} is no multiple of the memory block of ${sizeText(config.lmbBytes)}`,
      `choose a multiple of ${sizeText(config.lmbBytes)}`,
    );
  }
  const isGuest = lpar === system.guest;
  const before = isGuest ? config.memoryBytes : who.value.memoryBytes;
  const { freeBytes } = systemMemory(config, profile, system, budgetRows(config, profile, system, new Map()));
  const counts = isGuest || who.value.state === 'Running';
  if (counts && bytes > before && bytes - before > Math.max(0, freeBytes)) {
    return fail(
      'memory',
      `${sizeText(bytes - before)} more are not there: ${sizeText(Math.max(0, freeBytes))} of the managed system are free`,
      'take memory from another partition',
    );
  }
  if (isGuest) return ok({ ...config, memoryBytes: bytes });
  const lpars = system.lpars.map((row) => (row.id === lpar ? { ...row, memoryBytes: bytes } : row));
  return ok({ ...config, system: { ...system, lpars } });
}

/** The act that takes a function away from the guest, when it came by one; undefined: `vf rm` alone. */
export function releaseOf(
  config: MachineConfig,
  profile: PlatformProfile,
  fn: FunctionConfig,
): SystemCommand | undefined {
  const managed = managedSystem(config, profile);
  if (!managed.ok || fn.locCode === undefined || fn.domain === undefined) return undefined;
  if (fn.slotClass === managed.value.vf.id)
    return { do: 'logical-port-remove', logicalPorts: [portId(fn.domain)] };
  const slot = managed.value.system.slots.find(({ bus, owner }) => bus === fn.domain && owner !== undefined);
  return slot === undefined ? undefined : { do: 'slot-assign', slot: slot.name, lpar: null };
}

/** Functions that an act takes from the guest, and those that it brings. */
export interface FunctionChanges {
  readonly gone: readonly FunctionConfig[];
  readonly fresh: readonly FunctionConfig[];
}

export function functionChanges(before: MachineConfig, after: MachineConfig): FunctionChanges {
  const old = new Set(before.functions.map(({ id }) => id));
  const now = new Set(after.functions.map(({ id }) => id));
  return {
    gone: before.functions.filter(({ id }) => !now.has(id)),
    fresh: after.functions.filter(({ id }) => !old.has(id)),
  };
}

/** The act as far as it goes before a running guest has let go of `gone`; undefined: nothing of it. */
export function beforeLettingGo(
  command: SystemCommand,
  gone: readonly FunctionConfig[],
): SystemCommand | undefined {
  if (gone.length === 0) return command;
  if (!('logicalPorts' in command)) return undefined;
  const leaving = new Set(gone.map(({ domain = 0 }) => portId(domain)));
  const logicalPorts = command.logicalPorts.filter((id) => !leaving.has(id.toLowerCase()));
  return logicalPorts.length === 0 ? undefined : { ...command, logicalPorts };
}

/** The rest of it, when the guest has let go of `fn`. */
export function afterLettingGo(command: SystemCommand, fn: FunctionConfig): SystemCommand {
  if (!('logicalPorts' in command) || fn.domain === undefined) return command;
  return { ...command, logicalPorts: [portId(fn.domain)] };
}

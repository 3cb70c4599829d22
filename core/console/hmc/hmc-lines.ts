// What a person types on an HMC to do what a command does: chhwres, chsysstate (shapes: HMC captures, IBM test suites). Pure: from the
// command and the managed system as questions answer it. What an HMC cannot do (faults, I/O, the lab's own acts) has no line.

import type { Command, LogicalPortWish } from '../../machine/commands.ts';
import type { LogicalPortAnswer, SystemAnswer } from '../../machine/queries.ts';
import { hmcText } from './hmc-words.ts';
import type { HmcLine } from './hmc-words.ts';

/** The managed system as the lines need it. */
export interface HmcView {
  readonly system: SystemAnswer;
  /** A configured logical port by its id, or by the function behind it. */
  readonly port: (idOrFunction: string) => LogicalPortAnswer | undefined;
}

/** As the HMC writes capacities. */
export const capacityText = (percent: number): string =>
  Number.isInteger(percent * 10) ? percent.toFixed(1) : String(percent);

/** Lines in the order in which they are typed. */
export function hmcLines(command: Command, view: HmcView): readonly string[] {
  return linesOf(command, view).map(hmcText);
}

function linesOf(command: Command, view: HmcView): readonly HmcLine[] {
  const { system } = view;
  switch (command.do) {
    case 'adapter-mode':
      return adapterMode(system, command);
    case 'slot-assign':
      return slotAssign(system, command);
    case 'logical-port-add':
      return repeat(command.count ?? 1, addPort(system, command.port, command.logicalPort));
    case 'vf-add':
      return addVfs(system, command);
    case 'logical-port-set':
      return portLines(view, command.logicalPorts, (port) => setPort(system, port, command));
    case 'logical-port-assign':
      return portLines(view, command.logicalPorts, (port) => assignPort(system, port, command.lpar));
    case 'logical-port-remove':
      return portLines(view, command.logicalPorts, (port) => removePort(system, port));
    case 'vf-remove':
      return portLines(view, [command.id], (port) => removePort(system, port));
    case 'vnic-add':
      return [addVnic(system, command)];
    case 'vnic-remove':
      return [onLpar(system, ['virtualio', 'vnic'], 'r', command.lpar, [['-s', String(command.slot)]])];
    case 'lpar-memory':
      return memoryTo(system, command.lpar, command.bytes);
    case 'memory-add':
      return [memory(system, 'a', system.guest, command.bytes)];
    case 'memory-remove':
      return [memory(system, 'r', system.guest, command.bytes)];
    case 'boot':
      return [state(system, 'on', ['-f', 'default'])];
    case 'shutdown':
      return [state(system, 'shutdown', ['--immed', ''])];
    case 'reset':
      return [state(system, 'shutdown', ['--immed', ''], ['--restart', ''])];
    default:
      return [];
  }
}

const nameOf = (system: SystemAnswer, lpar: number): string =>
  system.lpars.find(({ id }) => id === lpar)?.name ?? String(lpar);

/** chhwres -r RESOURCE -m SYS [--rsubtype TYPE] -o OPERATION */
function change(
  system: SystemAnswer,
  [resource, subtype]: readonly [string, string?],
  operation: string,
): readonly (readonly [string, string])[] {
  return [
    ['-r', resource],
    ['-m', system.name],
    ...(subtype === undefined ? [] : [['--rsubtype', subtype] as const]),
    ['-o', operation],
  ];
}

function onLpar(
  system: SystemAnswer,
  resource: readonly [string, string?],
  operation: string,
  lpar: number,
  more: readonly (readonly [string, string])[] = [],
  attributes?: Readonly<Record<string, string>>,
): HmcLine {
  const options = [...change(system, resource, operation), ['-p', nameOf(system, lpar)] as const, ...more];
  return { verb: 'chhwres', options, ...(attributes === undefined ? {} : { attributes }) };
}

const repeat = (count: number, line: HmcLine): readonly HmcLine[] =>
  Array.from({ length: count }, () => line);

function adapterMode(
  system: SystemAnswer,
  { slot, mode, adapter }: Extract<Command, { readonly do: 'adapter-mode' }>,
): readonly HmcLine[] {
  const row = system.slots.find(({ name }) => name === slot);
  if (row === undefined) return [];
  const wanted = adapter === undefined ? {} : { adapter_id: String(adapter) };
  const options = change(system, ['sriov', 'adapter'], mode === 'shared' ? 'a' : 'r');
  return [{ verb: 'chhwres', options, attributes: { slot_id: row.drcIndex, ...wanted } }];
}

function slotAssign(
  system: SystemAnswer,
  { slot, lpar }: Extract<Command, { readonly do: 'slot-assign' }>,
): readonly HmcLine[] {
  const row = system.slots.find(({ name }) => name === slot);
  const who = lpar ?? row?.owner ?? undefined;
  if (row === undefined || who === undefined) return [];
  return [onLpar(system, ['io', 'slot'], lpar === null ? 'r' : 'a', who, [['-l', row.drcIndex]])];
}

function addPort(system: SystemAnswer, wish: LogicalPortWish, logicalPort?: string): HmcLine {
  const { adapter, physPort, lpar, type = 'eth', pvid, promiscuous, backup } = wish;
  const ports = system.slots.find((slot) => slot.adapter?.id === adapter)?.adapter?.ports ?? [];
  const capacity = wish.capacity ?? ports.find(({ id }) => id === physPort)?.granularity;
  const attributes = {
    adapter_id: String(adapter),
    phys_port_id: String(physPort),
    ...(logicalPort === undefined ? {} : { logical_port_id: logicalPort }),
    logical_port_type: type,
    ...(pvid === undefined ? {} : { port_vlan_id: String(pvid) }),
    ...(promiscuous === true ? { promisc_mode: '1' } : {}),
    ...(capacity === undefined ? {} : { capacity: capacityText(capacity) }),
    ...(backup === undefined ? {} : backupAttributes(backup)),
  };
  return onLpar(system, ['sriov', 'logport'], 'a', lpar, [], attributes);
}

/** Hybrid Network Virtualization. */
const backupAttributes = (backup: NonNullable<LogicalPortWish['backup']>): Record<string, string> =>
  backup.type === 'veth'
    ? { migratable: '1', backup_device_type: 'veth', backup_veth_vnetwork: backup.network }
    : { migratable: '1', backup_device_type: 'vnic' };

/** `vf add` takes VFs of the lab's own adapter; into other kinds of slots it puts cards, which no HMC does. */
function addVfs(
  system: SystemAnswer,
  { count, slotClass }: Extract<Command, { readonly do: 'vf-add' }>,
): readonly HmcLine[] {
  const own = system.slots.find(({ isDefault }) => isDefault)?.adapter;
  if (own === undefined || own === null || slotClass !== undefined) return [];
  return repeat(count, addPort(system, { adapter: own.id, physPort: 0, lpar: system.guest }));
}

function portLines(
  { port }: HmcView,
  ids: readonly string[],
  line: (port: LogicalPortAnswer) => HmcLine,
): readonly HmcLine[] {
  return ids.flatMap((id) => {
    const found = port(id);
    return found === undefined ? [] : [line(found)];
  });
}

const named = ({ adapter, logicalPort }: LogicalPortAnswer): Record<string, string> => ({
  adapter_id: String(adapter),
  logical_port_id: logicalPort,
});

function setPort(
  system: SystemAnswer,
  port: LogicalPortAnswer,
  { capacity, pvid }: { readonly capacity?: number; readonly pvid?: number },
): HmcLine {
  const attributes = {
    ...named(port),
    ...(capacity === undefined ? {} : { capacity: capacityText(capacity) }),
    ...(pvid === undefined ? {} : { port_vlan_id: String(pvid) }),
  };
  return onLpar(system, ['sriov', 'logport'], 's', port.lpar, [], attributes);
}

/** Added to the other partition while it is still the first one's: the HMC moves it (capture: exit 0, nothing said). */
function assignPort(system: SystemAnswer, port: LogicalPortAnswer, lpar: number): HmcLine {
  const attributes = {
    ...named(port),
    phys_port_id: String(port.physPort),
    logical_port_type: port.type,
    capacity: capacityText(port.capacity),
  };
  return onLpar(system, ['sriov', 'logport'], 'a', lpar, [], attributes);
}

const removePort = (system: SystemAnswer, port: LogicalPortAnswer): HmcLine =>
  onLpar(system, ['sriov', 'logport'], 'r', port.lpar, [], named(port));

function addVnic(
  system: SystemAnswer,
  { lpar, vios, adapter, physPort, capacity }: Extract<Command, { readonly do: 'vnic-add' }>,
): HmcLine {
  const share = capacity === undefined ? '' : `/${capacityText(capacity)}`;
  const backing_devices = `sriov/${nameOf(system, vios)}//${adapter}/${physPort}${share}`;
  return onLpar(system, ['virtualio', 'vnic'], 'a', lpar, [], { backing_devices });
}

const MEBIBYTE = 2 ** 20;

const memory = (system: SystemAnswer, operation: 'a' | 'r', lpar: number, bytes: number): HmcLine =>
  onLpar(system, ['mem'], operation, lpar, [['-q', String(bytes / MEBIBYTE)]]);

function memoryTo(system: SystemAnswer, id: number, bytes: number): readonly HmcLine[] {
  const before = system.lpars.find((lpar) => lpar.id === id)?.memoryBytes ?? bytes;
  if (before === bytes) return [];
  return [memory(system, bytes > before ? 'a' : 'r', id, Math.abs(bytes - before))];
}

const state = (
  system: SystemAnswer,
  operation: string,
  ...more: readonly (readonly [string, string])[]
): HmcLine => ({
  verb: 'chsysstate',
  options: [
    ['-r', 'lpar'],
    ['-m', system.name],
    ['-o', operation],
    ['-n', nameOf(system, system.guest)],
    ...more,
  ],
});

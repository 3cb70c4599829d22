// Acts on the managed system as lines of the lab's command language.

import { sizeText } from '../base/quantities.ts';
import type { SystemCommand } from './commands.ts';

type Options = Readonly<Record<string, string | number | undefined>>;

/** ` --capacity 2 --count 4`: those that are given. */
const optionsText = (options: Options): string =>
  Object.entries(options)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` --${name} ${value ?? ''}`)
    .join('');

export function systemCommandText(command: SystemCommand): string {
  switch (command.do) {
    case 'adapter-mode':
      return `adapter ${command.mode} ${command.slot}${optionsText({ id: command.adapter })}`;
    case 'slot-assign':
      return command.lpar === null
        ? `slot take ${command.slot}`
        : `slot give ${command.slot}${optionsText({ lpar: command.lpar })}`;
    case 'logical-port-add':
      return portAddText(command);
    case 'logical-port-set':
      return `port set ${command.logicalPorts.join(' ')}${optionsText({ capacity: command.capacity, pvid: command.pvid })}`;
    case 'logical-port-assign':
      return `port give ${command.logicalPorts.join(' ')}${optionsText({ lpar: command.lpar })}`;
    case 'logical-port-remove':
      return `port rm ${command.logicalPorts.join(' ')}`;
    case 'vnic-add': {
      const { lpar, vios, adapter, physPort: port, capacity } = command;
      return `vnic add${optionsText({ lpar, vios, adapter, port, capacity })}`;
    }
    case 'vnic-remove':
      return `vnic rm${optionsText({ lpar: command.lpar, slot: command.slot })}`;
    case 'lpar-memory':
      return `lpar mem ${command.lpar} ${sizeText(command.bytes)}`;
  }
}

function portAddText({
  port,
  count,
  logicalPort,
  device,
}: Extract<SystemCommand, { readonly do: 'logical-port-add' }>): string {
  const { adapter, physPort, lpar, capacity, type, pvid, promiscuous = false, backup } = port;
  const options = optionsText({
    adapter,
    port: physPort,
    lpar,
    capacity,
    count,
    id: logicalPort,
    type,
    pvid,
    veth: backup?.type === 'veth' ? backup.network : undefined,
    vnic: backup?.type === 'vnic' ? backup.logicalPort : undefined,
    device,
  });
  return `port add${options}${promiscuous ? ' --promiscuous' : ''}`;
}

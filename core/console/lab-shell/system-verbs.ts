// The verbs of the managed system: adapters, slots, logical ports, vNICs, memory of partitions. Rows of the lab shell's table.

import { ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import type { Command, LogicalPortWish } from '../../machine/commands.ts';
import type { ShellAction } from './actions.ts';
import { integerOf, oneOf, sizeOf } from './arguments.ts';
import type { Arguments } from './arguments.ts';
import { syntaxError } from './tokens.ts';
import type { Word } from './tokens.ts';
import type { Verb } from './verb.ts';

const MOST = 65_535;
const MOST_PORTS = 1024;

const command = (value: Command): Result<ShellAction> => ok({ do: 'command', command: value });

/** A number that must be there. */
function needed(args: Arguments, name: string): Result<number> {
  const word = args.options.get(name);
  if (word === undefined) return syntaxError(args.verb, `--${name} is missing`, `add --${name} and a number`);
  return integerOf(word, `--${name}`, 0, MOST, 1);
}

function percentOf(word: Word | undefined): Result<number | undefined> {
  if (word === undefined) return ok(undefined);
  const value = Number(word.text);
  return /^\d{1,3}(\.\d{1,2})?$/.test(word.text)
    ? ok(value)
    : syntaxError(word, `"${word.text}" is not a capacity`, 'a capacity is a percentage, such as 2 or 2.5');
}

/** Leaves out what is undefined. */
function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const pairs = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(pairs) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

function adapterMode(mode: 'shared' | 'dedicated'): Verb['read'] {
  return ({ plain: [slot], options }) => {
    const id = options.get('id');
    const adapter = integerOf(id, 'the adapter id', 1, MOST, 1);
    if (!adapter.ok) return adapter;
    const wanted = id === undefined ? {} : { adapter: adapter.value };
    return command({ do: 'adapter-mode', slot: slot?.text ?? '', mode, ...wanted });
  };
}

function slotGive(args: Arguments): Result<ShellAction> {
  const lpar = needed(args, 'lpar');
  if (!lpar.ok) return lpar;
  return command({ do: 'slot-assign', slot: args.plain[0]?.text ?? '', lpar: lpar.value });
}

function wishOf(args: Arguments): Result<LogicalPortWish> {
  const adapter = needed(args, 'adapter');
  if (!adapter.ok) return adapter;
  const physPort = needed(args, 'port');
  if (!physPort.ok) return physPort;
  const lpar = needed(args, 'lpar');
  if (!lpar.ok) return lpar;
  const { options, flags } = args;
  const capacity = percentOf(options.get('capacity'));
  if (!capacity.ok) return capacity;
  const type = oneOf(options.get('type'), 'the type', ['eth', 'roce'], 'eth');
  if (!type.ok) return type;
  const pvid = integerOf(options.get('pvid'), 'the port VLAN', 0, 4094, 0);
  if (!pvid.ok) return pvid;
  const veth = options.get('veth')?.text;
  const vnic = options.get('vnic')?.text;
  return ok({
    adapter: adapter.value,
    physPort: physPort.value,
    lpar: lpar.value,
    ...given({
      capacity: capacity.value,
      type: options.has('type') ? type.value : undefined,
      pvid: options.has('pvid') ? pvid.value : undefined,
      promiscuous: flags.has('promiscuous') ? true : undefined,
    }),
    ...(veth === undefined ? {} : { backup: { type: 'veth', network: veth } }),
    ...(vnic === undefined ? {} : { backup: { type: 'vnic', logicalPort: vnic } }),
  });
}

function portAdd(args: Arguments): Result<ShellAction> {
  const port = wishOf(args);
  if (!port.ok) return port;
  const { options } = args;
  const count = integerOf(options.get('count'), 'the count', 1, MOST_PORTS, 1);
  if (!count.ok) return count;
  return command({
    do: 'logical-port-add',
    port: port.value,
    ...given({
      count: options.has('count') ? count.value : undefined,
      logicalPort: options.get('id')?.text,
      device: options.get('device')?.text,
    }),
  });
}

const idsOf = ({ plain }: Arguments): readonly string[] => plain.map(({ text }) => text);

function portSet(args: Arguments): Result<ShellAction> {
  const { options } = args;
  const capacity = percentOf(options.get('capacity'));
  if (!capacity.ok) return capacity;
  const pvid = integerOf(options.get('pvid'), 'the port VLAN', 0, 4094, 0);
  if (!pvid.ok) return pvid;
  return command({
    do: 'logical-port-set',
    logicalPorts: idsOf(args),
    ...given({ capacity: capacity.value, pvid: options.has('pvid') ? pvid.value : undefined }),
  });
}

function portGive(args: Arguments): Result<ShellAction> {
  const lpar = needed(args, 'lpar');
  if (!lpar.ok) return lpar;
  return command({ do: 'logical-port-assign', logicalPorts: idsOf(args), lpar: lpar.value });
}

function vnicAdd(args: Arguments): Result<ShellAction> {
  const vios = needed(args, 'vios');
  if (!vios.ok) return vios;
  const wish = wishOf(args);
  if (!wish.ok) return wish;
  const { lpar, adapter, physPort, capacity } = wish.value;
  const share = given({ capacity });
  return command({ do: 'vnic-add', lpar, vios: vios.value, adapter, physPort, ...share });
}

function vnicRemove(args: Arguments): Result<ShellAction> {
  const lpar = needed(args, 'lpar');
  if (!lpar.ok) return lpar;
  const slot = needed(args, 'slot');
  return slot.ok ? command({ do: 'vnic-remove', lpar: lpar.value, slot: slot.value }) : slot;
}

function lparMemory({ plain: [who, size] }: Arguments): Result<ShellAction> {
  const lpar = integerOf(who, 'the partition', 1, MOST, 1);
  if (!lpar.ok) return lpar;
  const bytes = sizeOf(size, 'memory', 0);
  return bytes.ok ? command({ do: 'lpar-memory', lpar: lpar.value, bytes: bytes.value }) : bytes;
}

const one = { least: 1, most: 1 };
const none = { least: 0, most: 0 };
const some = { least: 1, most: MOST_PORTS };

export const SYSTEM_VERBS: readonly Verb[] = [
  {
    name: 'adapter shared',
    meaning: 'puts the adapter of a slot into shared (SR-IOV) mode',
    usage: 'adapter shared C4 [--id 2]',
    ...one,
    options: ['id'],
    read: adapterMode('shared'),
  },
  {
    name: 'adapter dedicated',
    meaning: 'puts it back into dedicated mode; no logical port may be left',
    usage: 'adapter dedicated C4',
    ...one,
    read: adapterMode('dedicated'),
  },
  {
    name: 'slot give',
    meaning: 'gives a slot in dedicated mode to a partition',
    usage: 'slot give C4 --lpar 1',
    ...one,
    options: ['lpar'],
    read: slotGive,
  },
  {
    name: 'slot take',
    meaning: 'takes a slot from its partition',
    usage: 'slot take C4',
    ...one,
    read: ({ plain: [slot] }) => command({ do: 'slot-assign', slot: slot?.text ?? '', lpar: null }),
  },
  {
    name: 'port add',
    meaning: 'configures logical ports for a partition; the running guest gets their VFs',
    usage:
      'port add --adapter 2 --port 0 --lpar 1 [--capacity 2] [--count 4] [--id 27008002] [--type eth|roce] [--pvid 7] [--promiscuous] [--veth NETWORK | --vnic 27008001] [--device nic]',
    ...none,
    options: ['adapter', 'port', 'lpar', 'capacity', 'count', 'id', 'type', 'pvid', 'veth', 'vnic', 'device'],
    flags: ['promiscuous'],
    read: portAdd,
  },
  {
    name: 'port set',
    meaning: 'changes the capacity or port VLAN of logical ports',
    usage: 'port set 27008002 --capacity 4 [--pvid 7]',
    ...some,
    options: ['capacity', 'pvid'],
    read: portSet,
  },
  {
    name: 'port give',
    meaning: 'gives logical ports to another partition',
    usage: 'port give 27008002 --lpar 3',
    ...some,
    options: ['lpar'],
    read: portGive,
  },
  {
    name: 'port rm',
    meaning: 'removes logical ports; the running guest lets go of their VFs first',
    usage: 'port rm 27008002 27008003',
    ...some,
    read: (args) => command({ do: 'logical-port-remove', logicalPorts: idsOf(args) }),
  },
  {
    name: 'vnic add',
    meaning: 'makes a vNIC, backed by a new logical port of a Virtual I/O Server',
    usage: 'vnic add --lpar 3 --vios 2 --adapter 2 --port 0 [--capacity 2]',
    ...none,
    options: ['lpar', 'vios', 'adapter', 'port', 'capacity'],
    read: vnicAdd,
  },
  {
    name: 'vnic rm',
    meaning: 'removes a vNIC with the logical ports behind it',
    usage: 'vnic rm --lpar 3 --slot 2',
    ...none,
    options: ['lpar', 'slot'],
    read: vnicRemove,
  },
  {
    name: 'lpar mem',
    meaning: 'gives a partition so much memory; the running guest by DLPAR',
    usage: 'lpar mem 3 16G',
    least: 2,
    most: 2,
    read: lparMemory,
  },
];

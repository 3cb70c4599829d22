// The verbs of a partition's life: memory, drivers, the next kernel. Rows of the lab shell's table.

import { ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import type { Command } from '../../machine/commands.ts';
import type { ShellAction } from './actions.ts';
import { oneOf, sizeOf } from './arguments.ts';
import type { Arguments } from './arguments.ts';
import type { Verb } from './verb.ts';

const command = (value: Command): Result<ShellAction> => ok({ do: 'command', command: value });

function memory(name: 'memory-add' | 'memory-remove'): Verb['read'] {
  return ({ plain: [word] }: Arguments) => {
    const bytes = sizeOf(word, 'memory', 0);
    return bytes.ok ? command({ do: name, bytes: bytes.value }) : bytes;
  };
}

/** `vf3`, or its number alone. */
function idOf({ plain: [word] }: Arguments): string {
  const text = word?.text ?? '';
  return /^\d+$/.test(text) ? `vf${text}` : text;
}

const ofFunction =
  (name: 'driver-unbind' | 'pci-remove'): Verb['read'] =>
  (args) =>
    command({ do: name, id: idOf(args) });

function readBind(args: Arguments): Result<ShellAction> {
  const driver = oneOf(args.options.get('driver'), 'the driver', ['own', 'vfio-pci'], 'own');
  if (!driver.ok) return driver;
  const taken = driver.value === 'own' ? {} : { driver: driver.value };
  return command({ do: 'driver-bind', id: idOf(args), ...taken });
}

const plain = { least: 0, most: 0 };
const one = { least: 1, most: 1 };

export const LIFE_VERBS: readonly Verb[] = [
  {
    name: 'mem add',
    meaning: 'adds memory to the running partition, in whole LMBs (DLPAR)',
    usage: 'mem add 4G',
    ...one,
    read: memory('memory-add'),
  },
  {
    name: 'mem rm',
    meaning: 'takes memory away, from its end',
    usage: 'mem rm 4G',
    ...one,
    read: memory('memory-remove'),
  },
  {
    name: 'unbind',
    meaning: 'takes the driver from a function; its window stays',
    usage: 'unbind vf0',
    ...one,
    read: ofFunction('driver-unbind'),
  },
  {
    name: 'bind',
    meaning: 'binds the driver again, or vfio-pci, which hands the function to a user',
    usage: 'bind vf0 [--driver vfio-pci]',
    ...one,
    options: ['driver'],
    read: readBind,
  },
  {
    name: 'pci rm',
    meaning: 'makes the guest forget a function; the platform keeps it',
    usage: 'pci rm vf0',
    ...one,
    read: ofFunction('pci-remove'),
  },
  {
    name: 'pci rescan',
    meaning: 'lets the guest find functions again, and bind their drivers',
    usage: 'pci rescan',
    ...plain,
    read: () => command({ do: 'pci-rescan' }),
  },
  {
    name: 'kexec',
    meaning: 'starts the kernel again without a reset: windows stay, and the tree tells of them',
    usage: 'kexec [--without-properties]',
    ...plain,
    flags: ['without-properties'],
    read: ({ flags }) =>
      command(flags.has('without-properties') ? { do: 'kexec', withoutProperties: true } : { do: 'kexec' }),
  },
  {
    name: 'crash',
    meaning: 'makes the kernel panic: its crash kernel starts (set boot-args "crashkernel=768M" before boot)',
    usage: 'crash',
    ...plain,
    read: () => command({ do: 'crash' }),
  },
];

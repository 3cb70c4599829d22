// The steps of a plan's epochs, typed and checked. A step that is not known stays in the plan as one that is not understood.

import type { Fields } from './scenario-fields.ts';
import { RecordingError } from './scenario-fields.ts';
import { readIoctls, type RecordedIoctl } from './scenario-vfio.ts';

export type PlanStep =
  | { readonly do: 'load'; readonly modules: readonly string[] }
  | { readonly do: 'bind' | 'unbind'; readonly device: string; readonly driver: string }
  /** null: any driver may bind again. */
  | { readonly do: 'driver-override'; readonly device: string; readonly driver: string | null }
  | { readonly do: 'pci-remove'; readonly device: string }
  | { readonly do: 'pci-rescan' | 'kexec' | 'crash' | 'reboot' | 'background-reads' | 'background-stop' }
  | { readonly do: 'dump'; readonly name: string }
  | { readonly do: 'read' | 'write' | 'net' | 'shell'; readonly text: string }
  | { readonly do: 'parallel'; readonly steps: readonly PlanStep[] }
  | { readonly do: 'kexec-load'; readonly crash: boolean }
  | { readonly do: 'edit-property'; readonly phb: number; readonly name: string; readonly value: Uint8Array }
  | { readonly do: 'remove-properties'; readonly phb: number; readonly names: readonly string[] }
  | { readonly do: 'phb-remove-slot' | 'remove-node-children' | 'remove-node'; readonly phb: number }
  | {
      readonly do: 'host-add-memory' | 'host-remove-memory';
      readonly bytes: number;
      readonly address: bigint;
    }
  | { readonly do: 'vfio'; readonly ioctls: readonly RecordedIoctl[] }
  /** A step that this reader does not know, or with fields that it does not know: never passed over in silence. */
  | { readonly do: 'not-understood'; readonly text: string };

type StepReader = { readonly fields: readonly string[]; readonly read: (s: Fields) => PlanStep };

const simple = (
  name: 'pci-rescan' | 'kexec' | 'crash' | 'reboot' | 'background-reads' | 'background-stop',
): StepReader => ({
  fields: [],
  read: () => ({ do: name }),
});
const work = (name: 'read' | 'write' | 'net' | 'shell', fields: readonly string[]): StepReader => ({
  fields,
  read: (s) => ({ do: name, text: stepText(s) }),
});
const driver = (name: 'bind' | 'unbind'): StepReader => ({
  fields: ['device', 'driver'],
  read: (s) => ({ do: name, device: s.string('device'), driver: s.string('driver') }),
});
const phb = (name: 'phb-remove-slot' | 'remove-node-children' | 'remove-node'): StepReader => ({
  fields: ['phb'],
  read: (s) => ({ do: name, phb: s.integer('phb') }),
});
const memory = (name: 'host-add-memory' | 'host-remove-memory'): StepReader => ({
  fields: ['bytes', 'address'],
  read: (s) => ({ do: name, bytes: s.integer('bytes'), address: s.hex('address') }),
});

const stepReaders: Readonly<Record<string, StepReader>> = {
  // Module parameters (time-outs of nvme) change no call; they are kept out of the model.
  load: { fields: ['modules', 'params'], read: (s) => ({ do: 'load', modules: s.strings('modules') }) },
  bind: driver('bind'),
  unbind: driver('unbind'),
  'driver-override': {
    fields: ['device', 'driver'],
    read: (s) => ({
      do: 'driver-override',
      device: s.string('device'),
      driver: s.has('driver') ? s.string('driver') : null,
    }),
  },
  'pci-remove': { fields: ['device'], read: (s) => ({ do: 'pci-remove', device: s.string('device') }) },
  'pci-rescan': simple('pci-rescan'),
  kexec: simple('kexec'),
  crash: simple('crash'),
  reboot: simple('reboot'),
  'background-reads': simple('background-reads'),
  'background-stop': simple('background-stop'),
  dump: { fields: ['name'], read: (s) => ({ do: 'dump', name: s.string('name') }) },
  read: work('read', ['dev', 'bytes', 'count', 'skip', 'cpu']),
  write: work('write', ['dev', 'bytes', 'count', 'seek', 'cpu']),
  net: work('net', ['if', 'ping', 'tftp_bytes', 'cpu']),
  shell: work('shell', ['line']),
  parallel: {
    fields: ['steps'],
    read: (s) => ({ do: 'parallel', steps: s.objects('steps').map(readStep) }),
  },
  'kexec-load': { fields: ['crash'], read: (s) => ({ do: 'kexec-load', crash: s.boolean('crash') }) },
  'edit-property': {
    fields: ['phb', 'name', 'value'],
    read: (s) => ({
      do: 'edit-property',
      phb: s.integer('phb'),
      name: s.string('name'),
      value: hexBytes(s.string('value'), `${s.where}.value`),
    }),
  },
  'remove-properties': {
    fields: ['phb', 'names'],
    read: (s) => ({ do: 'remove-properties', phb: s.integer('phb'), names: s.strings('names') }),
  },
  'phb-remove-slot': phb('phb-remove-slot'),
  'remove-node-children': phb('remove-node-children'),
  'remove-node': phb('remove-node'),
  'host-add-memory': memory('host-add-memory'),
  'host-remove-memory': memory('host-remove-memory'),
  vfio: {
    fields: ['container', 'ioctls'],
    read: (s) => ({ do: 'vfio', ioctls: readIoctls(s.string('container'), s.objects('ioctls')) }),
  },
};

export function readStep(s: Fields): PlanStep {
  const reader = stepReaders[s.string('do')];
  const known =
    reader !== undefined && s.keys().every((k) => k === 'do' || k === 'note' || reader.fields.includes(k));
  const notUnderstood: PlanStep = { do: 'not-understood', text: stepText(s) };
  if (!known) return notUnderstood;
  try {
    return reader.read(s);
  } catch (error) {
    // A known step in an unknown form is a gap of ours, not a broken recording.
    if (error instanceof RecordingError) return notUnderstood;
    throw error;
  }
}

function stepText(s: Fields): string {
  return s
    .keys()
    .map((k) => `${k}=${JSON.stringify(s.raw(k))}`)
    .join(' ');
}

/** "0a0b" as bytes. */
export function hexBytes(text: string, where: string): Uint8Array {
  if (!/^([0-9a-f]{2})*$/i.test(text)) throw new RecordingError(`${where} must be pairs of hex digits.`);
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

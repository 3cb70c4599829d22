// `plan` of a recording's scenario.json: the machine and the steps of each kernel's life, typed and checked.

import type { FirmwareLimits } from '../../../core/index.ts';
import { Fields, RecordingError } from './scenario-fields.ts';

export interface PlanPhb {
  readonly index: number;
  readonly buid: bigint;
  readonly ddw: boolean;
  readonly pgsz: bigint;
  readonly dmaWinAddr: bigint;
  readonly dmaWinSize: bigint;
  readonly dma64WinAddr: bigint;
}

export interface PlanDevice {
  readonly kind: string;
  readonly phb: number;
  readonly slot: number;
  /** `0000:00:01.0`. */
  readonly address: string;
  /** Driver module; null where none binds. */
  readonly module: string | null;
  /** As the driver set them; absent where the recording could not tell. */
  readonly dmaMaskBits: number | undefined;
  readonly coherentMaskBits: number | undefined;
  /** virtio only. */
  readonly iommuPlatform: boolean | undefined;
}

export interface PlanMachine {
  readonly firmwareBase: string;
  readonly limits: FirmwareLimits | undefined;
  /** `uname -r`: 6.1.0-50-powerpc64le. */
  readonly kernel: string;
  readonly pageBytes: number;
  readonly cpus: number;
  readonly bootArgs: readonly string[];
  readonly iommuDebugMessages: boolean;
  readonly ramBytes: number;
  readonly maxmemBytes: number | undefined;
  readonly memorySlots: number | undefined;
  readonly nvdimms: number;
  readonly phbs: readonly PlanPhb[];
  readonly pciDevices: readonly PlanDevice[];
  readonly vioDevices: readonly string[];
}

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
  | { readonly do: 'vfio'; readonly container: string; readonly ioctls: readonly unknown[] }
  /** A step that this reader does not know, or with fields that it does not know: never passed over in silence. */
  | { readonly do: 'not-understood'; readonly text: string };

export interface Plan {
  readonly machine: PlanMachine;
  readonly epochs: readonly (readonly PlanStep[])[];
}

export function readPlan(scenario: Fields): Plan {
  if (!scenario.has('plan')) throw new RecordingError(`${scenario.where} has no plan.`);
  const plan = scenario.object('plan');
  const epochs = plan.array('epochs').map((epoch, i) => {
    const where = `${plan.where}.epochs[${i}]`;
    if (!Array.isArray(epoch)) throw new RecordingError(`${where} must be a list of steps.`);
    return epoch.map((step, k) => readStep(new Fields(step, `${where}[${k}]`)));
  });
  return { machine: readMachine(plan.object('machine')), epochs };
}

function readMachine(m: Fields): PlanMachine {
  const firmware = m.object('firmware');
  const optional = (name: string): number | undefined => (m.has(name) ? m.integer(name) : undefined);
  return {
    firmwareBase: firmware.string('base'),
    limits: firmware.has('limits') ? readLimits(firmware.object('limits')) : undefined,
    kernel: m.string('kernel'),
    pageBytes: m.integer('page_bytes'),
    cpus: m.integer('cpus'),
    bootArgs: m.strings('boot_args'),
    iommuDebugMessages: m.boolean('iommu_debug_messages'),
    ramBytes: m.integer('ram_bytes'),
    maxmemBytes: optional('maxmem_bytes'),
    memorySlots: optional('memory_slots'),
    nvdimms: m.array('nvdimm').length,
    phbs: m.objects('phbs').map(readPhb),
    pciDevices: m.objects('pci_devices').map(readDevice),
    vioDevices: m.objects('vio_devices').map((d) => d.string('kind')),
  };
}

function readPhb(p: Fields): PlanPhb {
  return {
    index: p.integer('index'),
    buid: p.hex('buid'),
    ddw: p.boolean('ddw'),
    pgsz: p.hex('pgsz'),
    dmaWinAddr: p.hex('dma_win_addr'),
    dmaWinSize: p.hex('dma_win_size'),
    dma64WinAddr: p.hex('dma64_win_addr'),
  };
}

function readDevice(d: Fields): PlanDevice {
  return {
    kind: d.string('kind'),
    phb: d.integer('phb'),
    slot: d.integer('slot'),
    address: d.string('address'),
    module: d.has('module') ? d.string('module') : null,
    dmaMaskBits: d.has('dma_mask_bits') ? d.integer('dma_mask_bits') : undefined,
    coherentMaskBits: d.has('coherent_mask_bits') ? d.integer('coherent_mask_bits') : undefined,
    iommuPlatform: d.has('iommu_platform') ? d.boolean('iommu_platform') : undefined,
  };
}

function readLimits(l: Fields): FirmwareLimits {
  const failure = (name: string): { rc: number; count: number; skip: number } | null => {
    if (!l.has(name)) return null;
    const f = l.object(name);
    return { rc: f.integer('rc'), count: f.integer('count'), skip: f.has('skip') ? f.integer('skip') : 0 };
  };
  return {
    maxWindows: l.integer('max_windows'),
    blockTces: l.count('block_tces'),
    blockSharedWithDefault: l.boolean('block_shared_with_default'),
    pageMask: l.count('page_mask'),
    strict: l.boolean('strict'),
    createBusy9901: l.integer('create_busy_9901'),
    createFail: failure('create_fail'),
    inject: failure('inject'),
    limited: l.boolean('limited'),
    minTces: l.count('min_tces'),
    ddwStart: l.string('ddw_start'),
    ddwStartLimitedMode: l.has('ddw_start_limited_mode') ? l.string('ddw_start_limited_mode') : null,
  };
}

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
    read: (s) => ({ do: 'vfio', container: s.string('container'), ioctls: s.array('ioctls') }),
  },
};

function readStep(s: Fields): PlanStep {
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

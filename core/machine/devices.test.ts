import { describe, expect, it } from 'vitest';
import { DEFAULT_LPAR } from '../session/default-scenario.ts';
import type { TraceEvent, TraceEventKind } from '../trace/events.ts';
import type { Command } from './commands.ts';
import type { FunctionConfig, MachineConfig } from './config.ts';
import { Machine } from './machine.ts';
import { plainPhb } from './placement.ts';
import { growingSlotClass } from './growth.ts';
import { findProfile } from '../firmware/profiles/index.ts';
import { validateConfig } from './validate.ts';

const GIB = 2 ** 30;
const profile = findProfile('qemu-pseries');

/** A QEMU machine with these devices on these PHBs, maximum memory as given: 4 GiB maps 1:1. */
const qemuWith = (
  devices: readonly (readonly [device: string, phb: number])[],
  fields: Partial<MachineConfig> = {},
): Machine => {
  if (profile === undefined) throw new Error('no profile');
  const slotClass = growingSlotClass(profile);
  const indices = [...new Set(devices.map(([, phb]) => phb))];
  const config: MachineConfig = {
    ...DEFAULT_LPAR,
    ...{
      profile: 'qemu-pseries',
      kernel: '6.1.176',
      minMemoryBytes: GIB,
      memoryBytes: GIB,
      maxMemoryBytes: 4 * GIB,
    },
    cpus: 1,
    phbs: indices.map((index) => plainPhb(slotClass, index)),
    functions: devices.map(([device, phb], n): FunctionConfig => ({
      id: `dev${n}`,
      device,
      slotClass: slotClass.id,
      phb,
    })),
    ...fields,
  };
  const checked = validateConfig(config);
  if (!checked.ok) throw new Error(checked.error.message);
  return new Machine(checked.value);
};

function did(machine: Machine, command: Command): void {
  const accepted = machine.dispatch(command);
  if (!accepted.ok) throw new Error(accepted.error.message);
  while (machine.step());
}

function eventsOf<K extends TraceEventKind>(machine: Machine, kind: K): Extract<TraceEvent, { kind: K }>[] {
  return [...machine.trace.events()].filter(
    (event): event is Extract<TraceEvent, { kind: K }> => event.kind === kind,
  );
}

const rtasCalls = (machine: Machine): string[] =>
  eventsOf(machine, 'rtas').map((event) => event.name.replace('ibm,', '').replace('-pe-dma-window', ''));
const modes = (machine: Machine): string[] =>
  eventsOf(machine, 'driver-bound').map(({ fn, driver, mode }) => `${fn} ${driver} ${mode}`);

/** Reads and writes on every device; what came of it. */
const work = (machine: Machine): readonly unknown[] => {
  for (const { config } of machine.platform.functions()) {
    for (const direction of ['read', 'write'] as const) {
      const io = { sizeBytes: 65_536, depth: 4, count: 10, direction, intervalNs: 0 };
      did(machine, { do: 'io-start', id: config.id, io });
    }
  }
  return eventsOf(machine, 'io-figures').map(({ requests, failures, corrupted }) => [
    requests,
    failures,
    corrupted,
  ]);
};

const good = (workloads: number): unknown[] => Array<unknown>(workloads).fill([10, 0, 0]);

describe('several devices on one PE', () => {
  const devices = [
    ['e1000', 0],
    ['nvme', 0],
    ['ahci', 0],
    ['virtio-blk', 0],
  ] as const;

  it('the first 64-bit mask makes the window, later ones find it, a 32-bit device stays on the default', () => {
    const machine = qemuWith(devices);
    did(machine, { do: 'boot' });
    expect(rtasCalls(machine)).toEqual(['query', 'create']);
    expect(modes(machine)).toEqual([
      '0000:00:01.0 e1000 default',
      '0000:00:02.0 nvme direct',
      '0000:00:03.0 ahci direct',
      '0000:00:04.0 virtio-pci direct',
    ]);
    expect(work(machine)).toEqual(good(8));
  });

  it('only the first goes through an indirect window: the others keep the table that they got at the scan', () => {
    const limits = {
      ...{ maxWindows: 2, blockTces: 0x4000, blockSharedWithDefault: true, pageMask: 3, strict: true },
      ...{ createBusy9901: 0, createFail: null, inject: null, limited: false, minTces: 0 },
      ...{ ddwStart: '0x800000000000000', ddwStartLimitedMode: null },
    };
    const machine = qemuWith(devices, { kernel: '6.12.107', limits });
    did(machine, { do: 'boot' });
    expect(rtasCalls(machine).filter((name) => name === 'create')).toHaveLength(1);
    expect(modes(machine).map((line) => line.split(' ')[2])).toEqual([
      'default',
      'indirect',
      'default',
      'default',
    ]);
    expect(work(machine)).toEqual(good(8));
    expect(eventsOf(machine, 'dma-fault')).toEqual([]);
  });
});

describe('several PHBs', () => {
  it('have a window each, made by the first 64-bit device of each', () => {
    const machine = qemuWith([
      ['nvme', 0],
      ['nvme', 1],
      ['e1000e', 1],
      ['ahci', 2],
      ['e1000', 2],
    ]);
    did(machine, { do: 'boot' });
    expect(rtasCalls(machine)).toEqual(['query', 'create', 'query', 'create', 'query', 'create']);
    expect(modes(machine)).toEqual([
      '0000:00:01.0 nvme direct',
      '0001:00:01.0 nvme direct',
      '0001:00:02.0 e1000e direct',
      '0002:00:01.0 ahci direct',
      '0002:00:02.0 e1000 default',
    ]);
    expect(work(machine)).toEqual(good(10));
  });
});

describe('every disk and network adapter', () => {
  const wide = ['nvme', 'ahci', 'virtio-blk', 'xhci', 'nic', 'e1000e', 'virtio-net'];
  const narrow = ['ohci', 'e1000'];
  const past = ['virtio-blk-noiommu', 'virtio-net-noiommu'];

  const modeAndWork = (machine: Machine): readonly unknown[] => {
    did(machine, { do: 'boot' });
    const mode = modes(machine)[0]?.split(' ')[2];
    return [mode, work(machine), eventsOf(machine, 'dma-fault').length];
  };

  it.each([...wide, ...past])('%s works through a 1:1 window', (device) => {
    expect(modeAndWork(qemuWith([[device, 0]]))).toEqual(['direct', good(2), 0]);
  });

  it.each(narrow)('%s works on the default window', (device) => {
    expect(modeAndWork(qemuWith([[device, 0]]))).toEqual(['default', good(2), 0]);
  });

  it.each([...wide, ...narrow, ...past])(
    '%s works on the default window of a platform without DDW',
    (device) => {
      const machine = qemuWith([[device, 0]]);
      const phbs = (machine.config.phbs ?? []).map((phb) => ({ ...phb, ddw: false }));
      expect(modeAndWork(qemuWith([[device, 0]], { phbs }))).toEqual(['default', good(2), 0]);
    },
  );

  it.each([...wide, ...past])('%s works through an indirect window of a POWER9 slot', (device) => {
    const config: MachineConfig = {
      ...DEFAULT_LPAR,
      functions: [{ id: 'dev0', device, slotClass: 'sriov-vf' }],
    };
    expect(modeAndWork(new Machine(config))).toEqual(['indirect', good(2), 0]);
  });

  it.each(['ahci', 'xhci', 'ohci'])('%s can be put into a dedicated slot of POWER9', (device) => {
    const config: MachineConfig = {
      ...DEFAULT_LPAR,
      functions: [{ id: 'dev0', device, slotClass: 'dedicated' }],
    };
    expect(validateConfig(config)).toMatchObject({ ok: true });
    expect(modeAndWork(new Machine(config)).slice(1)).toEqual([good(2), 0]);
  });
});

describe('virtio without iommu_platform', () => {
  it('has its window made, and uses no TCE of it', () => {
    const machine = qemuWith([['virtio-blk-noiommu', 0]]);
    did(machine, { do: 'boot' });
    expect(rtasCalls(machine)).toEqual(['query', 'create']);
    const before = machine.hcalls;
    expect(work(machine)).toEqual(good(2));
    expect(machine.hcalls).toBe(before);
  });
});

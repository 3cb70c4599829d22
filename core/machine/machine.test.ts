import { describe, expect, it } from 'vitest';
import { DEFAULT_LPAR } from '../session/default-scenario.ts';
import type { TraceEventKind } from '../trace/events.ts';
import type { EventOf } from '../trace/schema.ts';
import type { Command } from './commands.ts';
import { configFor } from './config-for.ts';
import { Machine } from './machine.ts';

function machineWith(count: number, fields = {}): Machine {
  const config = configFor(DEFAULT_LPAR, 'powervm-p9', fields, count, 'nvme');
  if (!config.ok) throw new Error(config.error.message);
  return new Machine(config.value);
}

function did(machine: Machine, command: Command): number {
  const accepted = machine.dispatch(command);
  if (!accepted.ok) throw new Error(accepted.error.message);
  while (machine.step());
  return accepted.value.seq;
}

function refusal(machine: Machine, command: Command): string {
  const accepted = machine.dispatch(command);
  return accepted.ok ? 'accepted' : accepted.error.message;
}

function eventsOf<K extends TraceEventKind>(machine: Machine, kind: K): EventOf<K>[] {
  return [...machine.trace.events()].filter((event) => event.kind === kind) as EventOf<K>[];
}

/** Kinds from an event up to its command. */
function causes(machine: Machine, seq: number): string[] {
  const event = machine.trace.event(seq);
  const name = event.kind === 'guest-call' ? event.name : event.kind;
  return event.cause < 0 ? [name] : [name, ...causes(machine, event.cause)];
}

const io = { sizeBytes: 65_536, depth: 4, count: 20, direction: 'read', intervalNs: 0 } as const;

describe('a partition', () => {
  it('is off, boots, runs, and is off again', () => {
    const machine = machineWith(1);
    expect(machine.state).toBe('off');
    machine.dispatch({ do: 'boot' });
    expect(machine.state).toBe('booting');
    while (machine.step());
    expect(machine.state).toBe('running');
    did(machine, { do: 'shutdown' });
    expect(machine.state).toBe('off');
    expect(eventsOf(machine, 'machine-state').map((event) => event.state)).toEqual([
      'booting',
      'running',
      'off',
    ]);
  });

  it('gets its default window back by a reset, and Linux replaces it anew', () => {
    const machine = machineWith(1);
    did(machine, { do: 'boot' });
    did(machine, { do: 'reset' });
    expect(machine.state).toBe('running');
    const changes = [...machine.trace.events()].flatMap((event) =>
      'window' in event ? [`${event.kind} ${event.window.isDefault ? 'default' : 'dynamic'}`] : [],
    );
    expect(changes).toEqual([
      'window-created default',
      'window-removed default',
      'window-created dynamic',
      'window-removed dynamic',
      'window-restored default',
      'window-removed default',
      'window-created dynamic',
    ]);
  });

  it('names each VF after its number: vf3 is 4003:01:00.0 on PHB 800000029004003', () => {
    const machine = machineWith(4);
    const described = machine.platform.functions().map(({ description }) => description);
    expect(described.map(({ id, fn, buid }) => `${id} ${fn} ${buid.toString(16)}`)).toEqual([
      'vf0 4000:01:00.0 800000029004000',
      'vf1 4001:01:00.0 800000029004001',
      'vf2 4002:01:00.0 800000029004002',
      'vf3 4003:01:00.0 800000029004003',
    ]);
  });
});

describe('a reset in the middle of I/O', () => {
  it.each(Array.from({ length: 12 }, (_, i) => 100 + 5 * i))(
    'after %d steps leaves no interrupt line up: the next I/O takes no timeout',
    (steps) => {
      const machine = machineWith(1);
      did(machine, { do: 'boot' });
      machine.dispatch({ do: 'io-start', id: 'vf0', io: { ...io, depth: 16, count: 0 } });
      for (let i = 0; i < steps; i++) machine.step();
      did(machine, { do: 'reset' });
      did(machine, { do: 'io-start', id: 'vf0', io });
      const figures = eventsOf(machine, 'io-figures').at(-1);
      expect(figures).toMatchObject({ requests: 20, failures: 0, corrupted: 0 });
      expect(figures?.durationNs).toBeLessThan(1_000_000_000);
    },
  );
});

describe('what is not possible now is refused, and changes nothing', () => {
  it.each<[string, Command[], Command, string]>([
    ['boot twice', [{ do: 'boot' }], { do: 'boot' }, 'booting begins only while the machine is off'],
    ['reset while off', [], { do: 'reset' }, 'there is nothing to reset: the machine is off'],
    ['shutdown while off', [], { do: 'shutdown' }, 'the machine is off already'],
    ['remove what is not there', [], { do: 'vf-remove', id: 'vf9' }, 'there is no function "vf9"'],
    [
      'a device nobody makes',
      [],
      { do: 'vf-add', count: 1, device: 'floppy' },
      'there is no device "floppy"',
    ],
    ['I/O without a guest', [], { do: 'io-start', id: 'vf0', io }, 'no guest runs'],
    ['I/O on nothing', [{ do: 'boot' }], { do: 'io-start', id: 'vf9', io }, 'there is no function "vf9"'],
    ['stop what does not run', [{ do: 'boot' }], { do: 'io-stop', id: 'vf0' }, 'no I/O runs on vf0'],
    [
      'too many functions',
      [],
      { do: 'vf-add', count: 1024, device: 'nvme' },
      '1 functions and 1024 more are above 1024',
    ],
    [
      'configure while running',
      [{ do: 'boot' }],
      { do: 'configure', config: DEFAULT_LPAR },
      'the configuration changes only while the machine is off',
    ],
  ])('%s', (_what, before, command, message) => {
    const machine = machineWith(1);
    for (const one of before) did(machine, one);
    const hash = machine.trace.hash();
    expect(refusal(machine, command)).toBe(message);
    expect(machine.trace.hash()).toBe(hash);
  });

  it('hotplug during boot', () => {
    const machine = machineWith(1);
    machine.dispatch({ do: 'boot' });
    expect(refusal(machine, { do: 'vf-add', count: 1, device: 'nvme' })).toBe('the guest is still booting');
  });

  it('I/O on a function that is being removed', () => {
    const machine = machineWith(2);
    did(machine, { do: 'boot' });
    machine.dispatch({ do: 'vf-remove', id: 'vf1' });
    expect(refusal(machine, { do: 'io-start', id: 'vf1', io })).toBe('vf1 is being removed');
  });

  it('a second I/O on a function', () => {
    const machine = machineWith(1);
    did(machine, { do: 'boot' });
    machine.dispatch({ do: 'io-start', id: 'vf0', io });
    expect(refusal(machine, { do: 'io-start', id: 'vf0', io })).toBe('I/O on vf0 is running already');
  });
});

describe('hotplug in a running guest', () => {
  it('probes added VFs at once', () => {
    const machine = machineWith(0);
    did(machine, { do: 'boot' });
    did(machine, { do: 'vf-add', count: 2, device: 'nvme' });
    expect(eventsOf(machine, 'driver-bound').map((event) => event.fn)).toEqual([
      '4000:01:00.0',
      '4001:01:00.0',
    ]);
    expect(machine.config.functions.map((fn) => fn.id)).toEqual(['vf0', 'vf1']);
  });

  it('takes a VF away with its windows; its number is free again', () => {
    const machine = machineWith(2);
    did(machine, { do: 'boot' });
    const seq = did(machine, { do: 'vf-remove', id: 'vf0' });
    expect(machine.platform.firmware.windows().map((window) => window.liobn)).toEqual([0x70004001]);
    expect(eventsOf(machine, 'driver-unbound').map((event) => causes(machine, event.seq).at(-1))).toEqual([
      'command',
    ]);
    expect(eventsOf(machine, 'function-removed').map((event) => event.cause)).toEqual([seq]);
    did(machine, { do: 'vf-add', count: 1, device: 'nvme' });
    expect(machine.config.functions.map((fn) => fn.id)).toEqual(['vf1', 'vf0']);
    expect(machine.platform.find('vf0')?.description.fn).toBe('4000:01:00.0');
  });

  it('lets running I/O come to its end before the VF leaves', () => {
    const machine = machineWith(1);
    did(machine, { do: 'boot' });
    machine.dispatch({ do: 'io-start', id: 'vf0', io: { ...io, count: 0 } });
    for (let n = 0; n < 200; n++) machine.step();
    did(machine, { do: 'vf-remove', id: 'vf0' });
    expect(eventsOf(machine, 'io-figures')).toHaveLength(1);
    expect(eventsOf(machine, 'dma-fault')).toEqual([]);
    expect(machine.platform.functions()).toEqual([]);
  });
});

describe('functions of a QEMU machine', () => {
  function qemu(count: number): Machine {
    const fields = {
      kernel: '6.1.176',
      memoryBytes: 2 ** 30,
      minMemoryBytes: 2 ** 30,
      maxMemoryBytes: 2 ** 30,
    };
    const config = configFor(DEFAULT_LPAR, 'qemu-pseries', fields, count, 'nvme');
    if (!config.ok) throw new Error(config.error.message);
    return new Machine(config.value);
  }
  const places = (machine: Machine): string[] =>
    machine.platform.functions().map(({ description }) => `${description.id} ${description.fn}`);

  it('share the PHB that is there, in slots of their own', () => {
    const machine = qemu(2);
    did(machine, { do: 'vf-add', count: 1, device: 'nvme' });
    expect(places(machine)).toEqual(['nvme0 0000:00:01.0', 'nvme1 0000:00:02.0', 'nvme2 0000:00:03.0']);
  });

  it('the first with a 64-bit mask makes the window, the others find it', () => {
    const machine = qemu(3);
    did(machine, { do: 'boot' });
    const creates = eventsOf(machine, 'rtas').filter((event) => event.name === 'ibm,create-pe-dma-window');
    expect(creates).toHaveLength(1);
    expect(eventsOf(machine, 'driver-bound').map((event) => event.mode)).toEqual([
      'direct',
      'direct',
      'direct',
    ]);
  });

  it('added to a running guest, each comes with a PHB, and goes with it', () => {
    const machine = qemu(1);
    did(machine, { do: 'boot' });
    did(machine, { do: 'vf-add', count: 2, device: 'nvme' });
    expect(places(machine)).toEqual(['nvme0 0000:00:01.0', 'nvme1 0001:00:01.0', 'nvme2 0002:00:01.0']);
    did(machine, { do: 'vf-remove', id: 'nvme1' });
    expect(machine.config.phbs?.map((phb) => phb.index)).toEqual([0, 2]);
    expect(machine.platform.firmware.windows().map((window) => window.liobn)).not.toContain(0x80000100);
  });

  it('one that shares its PHB leaves only while the machine is off', () => {
    const machine = qemu(2);
    did(machine, { do: 'boot' });
    expect(refusal(machine, { do: 'vf-remove', id: 'nvme0' })).toBe(
      'nvme0 shares its PHB with nvme1: a PHB leaves as a whole',
    );
    did(machine, { do: 'shutdown' });
    did(machine, { do: 'vf-remove', id: 'nvme0' });
    expect(machine.config.functions.map((fn) => fn.id)).toEqual(['nvme1']);
  });

  it('beyond the 31 slots of a bus a second PHB is made', () => {
    const machine = qemu(33);
    expect(machine.config.phbs?.map((phb) => phb.index)).toEqual([0, 1]);
    expect(places(machine).slice(30)).toEqual([
      'nvme30 0000:00:1f.0',
      'nvme31 0001:00:01.0',
      'nvme32 0001:00:02.0',
    ]);
  });
});

it('a function that can address 32 bits only keeps its default window', () => {
  const config = configFor(DEFAULT_LPAR, 'powervm-p9', {}, 2, 'nvme');
  if (!config.ok) throw new Error(config.error.message);
  const [first, second] = config.value.functions;
  if (first === undefined || second === undefined) throw new Error('no functions');
  const machine = new Machine({ ...config.value, functions: [{ ...first, dmaMaskBits: 32 }, second] });
  did(machine, { do: 'boot' });
  const bound = eventsOf(machine, 'driver-bound').map(
    ({ fn, mode, maskBits }) => `${fn} ${mode} ${maskBits}`,
  );
  expect(bound).toEqual(['4000:01:00.0 default 32', '4001:01:00.0 indirect 64']);
});

describe('cause and effect', () => {
  it('every event of a boot leads back to the boot command', () => {
    const machine = machineWith(3);
    const boot = did(machine, { do: 'boot' });
    for (let seq = boot + 1; seq < machine.trace.length; seq++) {
      expect(causes(machine, seq).at(-1), `event ${seq}`).toBe('command');
    }
  });

  it('the window that replaces the default one is made by create, within enable_ddw, within the probe, within boot', () => {
    const machine = machineWith(1);
    did(machine, { do: 'boot' });
    const created = eventsOf(machine, 'window-created').find((event) => !event.window.isDefault);
    expect(causes(machine, created?.seq ?? -1)).toEqual([
      'window-created',
      'rtas',
      'enable_ddw',
      'nvme_probe',
      'command',
    ]);
  });

  it('hcalls of two workloads that take turns are counted for the right one', () => {
    const machine = machineWith(2);
    did(machine, { do: 'boot' });
    const first = machine.dispatch({ do: 'io-start', id: 'vf0', io });
    const second = machine.dispatch({ do: 'io-start', id: 'vf1', io: { ...io, count: 35 } });
    while (machine.step());
    const counts = [first, second].map((started) => {
      const command = started.ok ? started.value.seq : -1;
      return eventsOf(machine, 'tce-hcall').filter((event) => chainHas(machine, event.seq, command)).length;
    });
    const figures = eventsOf(machine, 'io-figures');
    expect(
      figures.map(({ id, requests, corrupted, failures }) => ({ id, requests, corrupted, failures })),
    ).toEqual([
      { id: 'vf0', requests: 20, corrupted: 0, failures: 0 },
      { id: 'vf1', requests: 35, corrupted: 0, failures: 0 },
    ]);
    expect(figures.map((event) => event.hcalls)).toEqual(counts);
    expect(figures.every((event) => event.peakTces >= 4 && event.peakTces <= event.hcalls)).toBe(true);
  });
});

function chainHas(machine: Machine, seq: number, wanted: number): boolean {
  for (let at = seq; at >= 0; at = machine.trace.causeAt(at)) if (at === wanted) return true;
  return false;
}

describe('when something breaks', () => {
  it('an exception in a step leaves the machine in Oops, under its cause; a reset boots again', () => {
    const machine = machineWith(1);
    machine.dispatch({ do: 'boot' });
    // A device that breaks stands in for any bug of ours below the guest.
    const device = machine.platform.find('vf0')?.device;
    if (device !== undefined) {
      device.read32 = () => {
        throw new Error('the model is wrong');
      };
    }
    while (machine.step());
    expect(machine.state).toBe('oops');
    expect(machine.oops).toBe('Error: the model is wrong');
    expect(machine.idle).toBe(true);
    const oops = eventsOf(machine, 'machine-state').at(-1);
    expect(causes(machine, oops?.seq ?? -1)).toEqual(['machine-state', 'nvme_probe', 'command']);
    expect(refusal(machine, { do: 'vf-add', count: 1, device: 'nvme' })).toBe('the guest has crashed');
    did(machine, { do: 'shutdown' });
    expect(machine.state).toBe('off');
    expect(machine.oops).toBeUndefined();
  });

  it('a kernel that died in its DMA code takes its I/O with it: figures as they were, nothing left to run', () => {
    const machine = machineWith(1);
    did(machine, { do: 'boot' });
    machine.dispatch({ do: 'io-start', id: 'vf0', io: { ...io, count: 0 } });
    for (let n = 0; n < 100; n++) machine.step();
    // As KernelState says it when the DMA code meets a freed table.
    const guest = machine.guest ?? {};
    Object.defineProperty(guest, 'oops', { get: () => 'Kernel access of bad area' });
    while (machine.step());
    expect([machine.state, machine.oops, machine.idle]).toEqual(['oops', 'Kernel access of bad area', true]);
    expect(eventsOf(machine, 'io-figures').map((event) => event.id)).toEqual(['vf0']);
    expect(refusal(machine, { do: 'io-start', id: 'vf0', io })).toBe('the guest has crashed');
    did(machine, { do: 'reset' });
    expect([machine.state, machine.oops]).toEqual(['running', undefined]);
  });
});

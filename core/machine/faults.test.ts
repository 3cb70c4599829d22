import { describe, expect, it } from 'vitest';
import { H_PUT_TCE_INDIRECT } from '../abi/papr/hcall.ts';
import { DEFAULT_LPAR } from '../session/default-scenario.ts';
import type { TraceEvent, TraceEventKind } from '../trace/events.ts';
import type { Command, IoParameters } from './commands.ts';
import { configFor } from './config-for.ts';
import type { MachineConfig } from './config.ts';
import { Machine } from './machine.ts';

const io: IoParameters = { sizeBytes: 65_536, depth: 1, count: 40, direction: 'read', intervalNs: 2e9 };

function machineOf(profile: string, fields: Partial<MachineConfig>): Machine {
  const config = configFor(DEFAULT_LPAR, profile, fields, 1, 'nvme');
  if (!config.ok) throw new Error(config.error.message);
  return new Machine(config.value);
}

function did(machine: Machine, ...commands: readonly Command[]): Machine {
  for (const command of commands) {
    const accepted = machine.dispatch(command);
    if (!accepted.ok) throw new Error(accepted.error.message);
    while (!machine.settled) machine.step();
  }
  return machine;
}

function toTheEnd(machine: Machine): Machine {
  while (machine.step());
  return machine;
}

function eventsOf<K extends TraceEventKind>(machine: Machine, kind: K): Extract<TraceEvent, { kind: K }>[] {
  return [...machine.trace.events()].filter(
    (event): event is Extract<TraceEvent, { kind: K }> => event.kind === kind,
  );
}

const printed = (machine: Machine, words: RegExp): string[] =>
  eventsOf(machine, 'printk').flatMap(({ text }) => (words.test(text) ? [text] : []));

const refusalOf = (machine: Machine, command: Command): string => {
  const accepted = machine.dispatch(command);
  return accepted.ok ? 'accepted' : `${accepted.error.code}: ${accepted.error.message}`;
};

const inject = (
  call: string,
  rc: number,
  more: { count?: number; skip?: number; id?: string } = {},
): Command => ({
  do: 'inject',
  call,
  rc,
  count: 1,
  skip: 0,
  ...more,
});

/** The bus address of the next mapping that is made. */
function untilMapped(machine: Machine): string {
  for (let seq = machine.trace.length, steps = 0; steps < 10_000; steps++) {
    machine.step();
    for (; seq < machine.trace.length; seq++) {
      const event = machine.trace.event(seq);
      if (event.kind !== 'tce-hcall' || event.ret !== 0) continue;
      if (event.opcode === H_PUT_TCE_INDIRECT || ((event.tce ?? 0n) & 3n) !== 0n)
        return `0x${event.ioba.toString(16)}`;
    }
  }
  throw new Error('nothing is mapped');
}

describe('one wrong TCE', () => {
  const onQemu = (): Machine =>
    did(machineOf('qemu-pseries', { kernel: '6.12.107', bootArgs: ['disable_ddw'] }), { do: 'boot' });

  it('on PowerVM stops the PE; Linux recovers it, and I/O goes on and is verified', () => {
    const machine = did(machineOf('powervm-p9', { kernel: '5.15' }), { do: 'boot' });
    did(machine, inject('H_PUT_TCE', -4, { skip: 5, id: 'vf0' }), { do: 'io-start', id: 'vf0', io });
    toTheEnd(machine);
    // Linux says that a TCE could not be set, and goes on as if it were: only the device finds out.
    expect(printed(machine, /tce_build/)).toEqual(['tce_build_pSeriesLP: plpar_tce_put failed. rc=-4']);
    expect(eventsOf(machine, 'dma-fault')[0]).toMatchObject({ fault: 'no-tce', direction: 'write' });
    expect(eventsOf(machine, 'pe-state').map(({ to, by }) => `${to}: ${by}`)).toEqual([
      'stopped: DMA fault',
      'mmio-enabled: ibm,set-eeh-option',
      'reset: ibm,set-slot-reset',
      'normal: ibm,set-slot-reset',
    ]);
    expect(printed(machine, /Recovery/)).toEqual(['EEH: Recovery successful.']);
    expect(eventsOf(machine, 'io-figures')).toMatchObject([{ requests: 40, failures: 1, corrupted: 0 }]);
  });

  it('on QEMU is dropped: one request fails, no PE stops, nothing is recovered', () => {
    const machine = did(onQemu(), { do: 'io-start', id: 'nvme0', io });
    did(machine, { do: 'tce-set', id: 'nvme0', ioba: untilMapped(machine), tce: '0x0' });
    toTheEnd(machine);
    expect(eventsOf(machine, 'dma-fault')).toMatchObject([{ fault: 'no-tce', direction: 'write' }]);
    expect(eventsOf(machine, 'pe-state')).toEqual([]);
    expect(eventsOf(machine, 'io-figures')).toMatchObject([{ requests: 40, failures: 1, corrupted: 0 }]);
  });

  it.each(['qemu-pseries', 'powervm-p9'])(
    'that points elsewhere is noticed by nobody on %s but by the hash of the data',
    (profile) => {
      const fields = { kernel: '6.12.107', bootArgs: ['disable_ddw'] };
      const machine = did(machineOf(profile, fields), { do: 'boot' });
      const id = machine.config.functions[0]?.id ?? '';
      did(machine, { do: 'io-start', id, io });
      did(machine, { do: 'tce-set', id, ioba: untilMapped(machine), tce: '0x3f000003' });
      toTheEnd(machine);
      expect(eventsOf(machine, 'dma-fault')).toEqual([]);
      expect(printed(machine, /corrupted/)).toHaveLength(1);
      expect(eventsOf(machine, 'io-figures')).toMatchObject([{ requests: 40, failures: 0, corrupted: 1 }]);
    },
  );

  it('of memory that stays mapped stops the PE again as soon as it works, and its driver gives it up', () => {
    const machine = did(machineOf('powervm-p9', { kernel: '5.15' }), { do: 'boot' });
    const windows = machine.query({ ask: 'windows', id: 'vf0' });
    const window = windows.ok ? windows.value.find(({ usedTces }) => usedTces > 0) : undefined;
    const rows = machine.query({ ask: 'tces', liobn: window?.liobn ?? 0, index: 0, count: 4096 });
    const queues = rows.ok ? rows.value.filter(({ tce }) => tce !== 0n) : [];
    for (const { ioba } of queues)
      did(machine, { do: 'tce-set', id: 'vf0', ioba: `0x${ioba.toString(16)}`, tce: '0x0' });
    did(machine, { do: 'io-start', id: 'vf0', io });
    toTheEnd(machine);
    expect(printed(machine, /Recovery successful|Unable to recover|reset failure|has failed/)).toEqual([
      'EEH: This PCI device has failed 1 times in the last hour and will be permanently disabled after 5 failures.',
      'nvme 4000:01:00.0: Disabling device after reset failure: -5',
      'EEH: Recovery successful.',
      'EEH: This PCI device has failed 2 times in the last hour and will be permanently disabled after 5 failures.',
      'EEH: Unable to recover from failure from PHB#4000-PE#10000.\nPlease try reseating or replacing it',
    ]);
    expect(eventsOf(machine, 'pe-state').at(-1)?.to).toBe('disabled');
  });
});

describe('what Linux 5.15 makes of a status', () => {
  /** Mode and state of a VF's function, virtual ms of the boot, and the line of the log that tells. */
  it.each([
    ['ibm,query-pe-dma-window', -3, 1, 'default bound', 2, /query.* returned -3/],
    ['ibm,query-pe-dma-window', -1, 1, 'default bound', 2, /query.* returned -1/],
    // Busy: the same call again, after 1 ms or as long as the status says.
    ['ibm,create-pe-dma-window', -2, 3, 'indirect bound', 16, /create.* returned 0 /],
    ['ibm,create-pe-dma-window', 9902, 3, 'indirect bound', 313, /create.* returned 0 /],
    // The default window is gone by then: it is restored.
    ['ibm,create-pe-dma-window', -1, 1, 'default bound', 3, /create.* returned -1 /],
    ['ibm,create-pe-dma-window', -3, 1, 'default bound', 3, /create.* returned -3 /],
    ['ibm,remove-pe-dma-window', -1, 1, 'default bound', 2, /failed to remove DMA window: rtas returned -1/],
    ['H_STUFF_TCE', -1, 1, 'indirect bound', 12, /tce_freemulti_pSeriesLP: plpar_tce_stuff failed/],
    ['H_PUT_TCE', -44, 3, 'indirect failed', 12, /Removing after probe failure status: -12/],
  ] as const)('%s answers %d, %d times: %s', (call, rc, count, outcome, ms, line) => {
    const machine = machineOf('powervm-p9', { kernel: '5.15' });
    toTheEnd(did(machine, inject(call, rc, { count }), { do: 'boot' }));
    const functions = machine.query({ ask: 'functions' });
    const [fn] = functions.ok ? functions.value : [];
    expect(`${fn?.mode} ${fn?.state}`).toBe(outcome);
    expect(Math.floor(machine.nowNs / 1e6)).toBe(ms);
    expect(printed(machine, line).length).toBeGreaterThan(0);
  });

  it('finds its controller again when the first TCE of all could not be set: the slot is reset, the driver bound anew', () => {
    const machine = machineOf('powervm-p9', { kernel: '6.12.107' });
    toTheEnd(did(machine, inject('H_PUT_TCE', -1), { do: 'boot' }));
    expect(printed(machine, /probe failure|no driver|Recovery/)).toEqual([
      'nvme 4000:01:00.0: Removing after probe failure status: -5',
      'PCI 4000:01:00.0#10000: EEH: no driver',
      'EEH: Recovery successful.',
    ]);
    const functions = machine.query({ ask: 'functions' });
    expect(functions.ok && functions.value[0]).toMatchObject({ state: 'bound', mode: 'indirect' });
  });

  it('dies of it on 5.15, which has forgotten the table of a function that comes back', () => {
    const machine = machineOf('powervm-p9', { kernel: '5.15' });
    toTheEnd(did(machine, inject('H_PUT_TCE', -1), { do: 'boot' }));
    expect(machine.state).toBe('oops');
    expect(printed(machine, /Recovery/)).toEqual([]);
  });

  it('restores the default window after a create that failed, and tries the PE no more', () => {
    const machine = machineOf('powervm-p9', { kernel: '5.15' });
    did(machine, inject('ibm,create-pe-dma-window', -1), { do: 'boot' });
    const windows = machine.query({ ask: 'windows' });
    expect(windows.ok && windows.value.map(({ isDefault, active }) => [isDefault, active])).toEqual([
      [true, true],
    ]);
  });
});

describe('a fault that cannot be made', () => {
  it.each<[string, string, Command, string]>([
    [
      'powervm-p9',
      'of a call that the platform does not have',
      inject('read-pci-config', -1),
      'no-such-call: the firmware of powervm-p9 has no call "read-pci-config"',
    ],
    ['powervm-p9', 'that is none', inject('H_PUT_TCE', 0), 'bad-value: 0 is success: nothing would fail'],
    [
      'powervm-p9',
      'on a function that is not there',
      inject('H_PUT_TCE', -1, { id: 'vf7' }),
      'no-such-function: there is no function "vf7"',
    ],
    [
      'qemu-pseries',
      'where no PE is ever stopped',
      { do: 'pe-freeze', id: 'nvme0' },
      'no-eeh: qemu-pseries stops no PE: a wrong DMA is dropped',
    ],
    [
      'powervm-p9',
      'at an address outside all windows',
      { do: 'tce-set', id: 'vf0', ioba: '0x80000000', tce: '0x0' },
      'no-such-tce: no window of vf0 has the bus address 0x80000000',
    ],
  ])('on %s, %s, is refused', (profile, _what, command, refusal) => {
    const machine = did(machineOf(profile, { kernel: '6.12.107' }), { do: 'boot' });
    expect(refusalOf(machine, command)).toBe(refusal);
  });

  it.each<[Command, string]>([
    [{ do: 'pe-freeze', id: 'vf0' }, 'is-off: no guest runs that could meet the error'],
    [{ do: 'tce-set', id: 'vf0', ioba: '0x0', tce: '0x3' }, 'is-off: no guest runs that could make an hcall'],
  ])('while the partition is off: %j', (command, refusal) => {
    expect(refusalOf(machineOf('powervm-p9', { kernel: '6.12.107' }), command)).toBe(refusal);
  });
});

describe('faults in the trace', () => {
  it('are lines of the shell language', () => {
    const machine = did(machineOf('powervm-p9', { kernel: '5.15' }), { do: 'boot' });
    did(
      machine,
      inject('H_STUFF_TCE', -1, { count: 2, skip: 3, id: 'vf0' }),
      { do: 'pe-freeze', id: 'vf0', unavailableNs: 2e9 },
      { do: 'tce-set', id: 'vf0', ioba: '0x800000000010000', tce: '0x0' },
      { do: 'tce-set', id: 'vf0', ioba: '0x800000000010000', tce: '0x3f000003' },
    );
    expect(eventsOf(machine, 'command').map(({ line }) => line)).toEqual([
      'boot',
      'inject H_STUFF_TCE -1 --count 2 --skip 3 --on vf0',
      'pe freeze vf0 --unavailable 2s',
      'tce clear vf0 0x800000000010000',
      'tce set vf0 0x800000000010000 0x3f000003',
    ]);
    expect(eventsOf(machine, 'tce-hcall').at(-1)).toMatchObject({
      ioba: 0x800000000010000n,
      tce: 0x3f000003n,
      ret: 0,
    });
  });
});

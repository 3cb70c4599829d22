import { describe, expect, it } from 'vitest';
import { DEFAULT_LPAR } from '../session/default-scenario.ts';
import type { TraceEvent, TraceEventKind } from '../trace/events.ts';
import type { IoParameters } from './commands.ts';
import { configFor } from './config-for.ts';
import { Machine } from './machine.ts';

const io: IoParameters = { sizeBytes: 65_536, depth: 4, count: 0, direction: 'read', intervalNs: 1e9 };

function running(profile: string, kernel: string, device = 'nvme'): Machine {
  const config = configFor(DEFAULT_LPAR, profile, { kernel }, 1, device);
  if (!config.ok) throw new Error(config.error.message);
  const machine = new Machine(config.value);
  did(machine, { do: 'boot' });
  return machine;
}

function did(machine: Machine, command: Parameters<Machine['dispatch']>[0]): void {
  const accepted = machine.dispatch(command);
  if (!accepted.ok) throw new Error(accepted.error.message);
  while (!machine.settled) machine.step();
}

function pass(machine: Machine, ns: number): void {
  const until = machine.nowNs + ns;
  while (machine.nowNs < until && machine.step());
}

function freeze(machine: Machine, unavailableNs = 0): void {
  const [placed] = machine.platform.functions();
  if (placed === undefined) throw new Error('no function');
  machine.platform.firmware.failEndpoint(placed.phb.buid, placed.description.fn, unavailableNs);
}

function stateOf(machine: Machine): string | undefined {
  const functions = machine.query({ ask: 'functions' });
  return functions.ok ? functions.value[0]?.state : undefined;
}

function eventsOf<K extends TraceEventKind>(machine: Machine, kind: K): Extract<TraceEvent, { kind: K }>[] {
  return [...machine.trace.events()].filter(
    (event): event is Extract<TraceEvent, { kind: K }> => event.kind === kind,
  );
}

const log = (machine: Machine): string[] =>
  eventsOf(machine, 'printk').flatMap(({ text }) =>
    /EEH|slot reset|frozen state|failure state/.test(text) ? [text] : [],
  );

const figures = (
  machine: Machine,
): { requests: number; failures: number; corrupted: number; running?: boolean } => {
  const status = machine.query({ ask: 'status' });
  const row = status.ok ? status.value.workloads[0] : undefined;
  if (row === undefined) throw new Error('no workload');
  return row;
};

/** A freeze, and the time that its recovery takes: the driver sees it by its timeout of 30 s. */
function freezeAndRecover(machine: Machine): void {
  freeze(machine);
  pass(machine, 60e9);
}

describe('a PE that was stopped by an error', () => {
  it('is noticed by the driver’s timeout, reset, and its I/O goes on', () => {
    const machine = running('powervm-p9', '6.12.107');
    did(machine, { do: 'io-start', id: 'vf0', io });
    pass(machine, 5e9);
    expect(figures(machine)).toMatchObject({ failures: 0, corrupted: 0 });
    freeze(machine);
    expect(stateOf(machine)).toBe('frozen');
    pass(machine, 60e9);
    expect(log(machine)).toEqual([
      'EEH: Recovering PHB#4000-PE#10000',
      'EEH: PE location: N/A, PHB location: N/A',
      'EEH: Frozen PHB#4000-PE#10000 detected',
      'EEH: This PCI device has failed 1 times in the last hour and will be permanently disabled after 5 failures.',
      'EEH: Notify device drivers to shutdown',
      "EEH: Beginning: 'error_detected(IO frozen)'",
      'PCI 4000:01:00.0#10000: EEH: Invoking nvme->error_detected(IO frozen)',
      'nvme 4000:01:00.0: frozen state error detected, reset controller',
      "PCI 4000:01:00.0#10000: EEH: nvme driver reports: 'need reset'",
      "EEH: Finished:'error_detected(IO frozen)' with aggregate recovery state:'need reset'",
      'EEH: Collect temporary log',
      'EEH: Reset without hotplug activity',
      "EEH: Beginning: 'slot_reset'",
      'PCI 4000:01:00.0#10000: EEH: Invoking nvme->slot_reset()',
      'nvme 4000:01:00.0: restart after slot reset',
      "PCI 4000:01:00.0#10000: EEH: nvme driver reports: 'recovered'",
      "EEH: Finished:'slot_reset' with aggregate recovery state:'recovered'",
      'EEH: Notify device driver to resume',
      "EEH: Beginning: 'resume'",
      'PCI 4000:01:00.0#10000: EEH: Invoking nvme->resume()',
      "PCI 4000:01:00.0#10000: EEH: nvme driver reports: 'none'",
      "EEH: Finished:'resume'",
      'EEH: Recovery successful.',
    ]);
    expect(stateOf(machine)).toBe('bound');
    const before = figures(machine);
    pass(machine, 10e9);
    expect(figures(machine).requests - before.requests).toBe(10);
    expect(figures(machine)).toMatchObject({ failures: before.failures, corrupted: 0 });
  });

  it('goes through the states and calls of LoPAR’s recipe, the reset held 250 ms and settled 1.8 s', () => {
    const machine = running('powervm-p9', '6.12.107');
    did(machine, { do: 'io-start', id: 'vf0', io });
    freezeAndRecover(machine);
    const states = eventsOf(machine, 'pe-state');
    expect(states.map(({ to, by }) => `${to}: ${by}`)).toEqual([
      'stopped: injected error',
      'mmio-enabled: ibm,set-eeh-option',
      'reset: ibm,set-slot-reset',
      'normal: ibm,set-slot-reset',
    ]);
    const calls = eventsOf(machine, 'rtas').filter(({ name }) => !name.includes('dma-window'));
    expect(
      calls.map(({ name, args, rets }) => `${name.slice(4)} ${args.slice(3).join()} = ${rets.join()}`),
    ).toEqual([
      'get-config-addr-info2 1 = 0,1',
      'get-config-addr-info2 0 = 0,65536',
      'read-slot-reset-state2  = 0,2,1,0',
      'read-slot-reset-state2  = 0,2,1,0',
      'read-slot-reset-state2  = 0,2,1,0',
      'set-eeh-option 2 = 0',
      'read-slot-reset-state2  = 0,4,1,0',
      'configure-pe  = 0',
      'slot-error-detail 0,0,0,0,1 = 1',
      'set-slot-reset 1 = 0',
      'set-slot-reset 0 = 0',
      'read-slot-reset-state2  = 0,0,1,0',
      'configure-pe  = 0',
    ]);
    const reset = calls.filter(({ name }) => name === 'ibm,set-slot-reset').map(({ timeNs }) => timeNs);
    const settled = calls.at(-2)?.timeNs ?? 0;
    expect(Math.round(((reset[1] ?? 0) - (reset[0] ?? 0)) / 1e6)).toBe(250);
    expect(Math.round((settled - (reset[1] ?? 0)) / 1e6)).toBe(1800);
  });

  it('loses no window and no TCE of what stays mapped', () => {
    const machine = running('powervm-p9', '6.12.107');
    const windows = (): unknown => machine.platform.firmware.windows();
    const before = windows();
    did(machine, { do: 'io-start', id: 'vf0', io: { ...io, count: 3 } });
    freezeAndRecover(machine);
    expect(log(machine).at(-1)).toBe('EEH: Recovery successful.');
    expect(machine.idle).toBe(true);
    expect(windows()).toEqual(before);
  });

  it('is disabled for good at its sixth failure within an hour', () => {
    const machine = running('powervm-p9', '6.12.107');
    did(machine, { do: 'io-start', id: 'vf0', io });
    for (let n = 0; n < 5; n++) freezeAndRecover(machine);
    expect(log(machine).filter((line) => line.includes('Recovery successful'))).toHaveLength(5);
    expect(stateOf(machine)).toBe('bound');
    freezeAndRecover(machine);
    expect(log(machine).slice(-8)).toEqual([
      'EEH: Frozen PHB#4000-PE#10000 detected',
      'EEH: PHB#4000-PE#10000 has failed 6 times in the last hour and has been permanently disabled.',
      'EEH: Unable to recover from failure from PHB#4000-PE#10000.\nPlease try reseating or replacing it',
      "EEH: Beginning: 'error_detected(permanent failure)'",
      'PCI 4000:01:00.0#10000: EEH: Invoking nvme->error_detected(permanent failure)',
      'nvme 4000:01:00.0: failure state error detected, request disconnect',
      "PCI 4000:01:00.0#10000: EEH: nvme driver reports: 'disconnect'",
      "EEH: Finished:'error_detected(permanent failure)' with aggregate recovery state:'disconnect'",
    ]);
    expect(eventsOf(machine, 'pe-state').at(-1)?.to).toBe('disabled');
    expect(machine.idle).toBe(true);
    expect(machine.guest?.device('4000:01:00.0')).toBeUndefined();
    expect(stateOf(machine)).toBe('frozen');
  });

  it('comes back from being disabled by a partition reset', () => {
    const machine = running('powervm-p9', '6.12.107');
    did(machine, { do: 'io-start', id: 'vf0', io });
    for (let n = 0; n < 6; n++) freezeAndRecover(machine);
    did(machine, { do: 'reset' });
    expect(stateOf(machine)).toBe('bound');
  });

  it('can be taken away by DLPAR and given back when it is disabled', () => {
    const machine = running('powervm-p9', '6.12.107');
    did(machine, { do: 'io-start', id: 'vf0', io });
    for (let n = 0; n < 6; n++) freezeAndRecover(machine);
    did(machine, { do: 'vf-remove', id: 'vf0' });
    did(machine, { do: 'vf-add', count: 1, device: 'nvme' });
    expect(stateOf(machine)).toBe('bound');
    const nodes = machine.guest?.deviceTree().children.filter(({ name }) => name.startsWith('pci@'));
    expect(nodes).toHaveLength(1);
  });

  it('has five lives again an hour after its first failure', () => {
    const machine = running('powervm-p9', '6.12.107');
    did(machine, { do: 'io-start', id: 'vf0', io });
    for (let n = 0; n < 5; n++) freezeAndRecover(machine);
    pass(machine, 3700e9);
    freezeAndRecover(machine);
    expect(
      log(machine)
        .filter((line) => line.includes('This PCI device has failed'))
        .at(-1),
    ).toContain('failed 1 times');
    expect(stateOf(machine)).toBe('bound');
  });

  it('is waited for while the platform has it unavailable', () => {
    const machine = running('powervm-p9', '6.12.107');
    did(machine, { do: 'io-start', id: 'vf0', io });
    freeze(machine, 45e9);
    pass(machine, 90e9);
    expect(eventsOf(machine, 'pe-state').map(({ to }) => to)).toEqual([
      'unavailable',
      'stopped',
      'mmio-enabled',
      'reset',
      'normal',
    ]);
    expect(stateOf(machine)).toBe('bound');
  });

  it('is recovered under a network driver, whose sending goes on', () => {
    const machine = running('powervm-p9', '5.15', 'nic');
    did(machine, { do: 'io-start', id: 'vf0', io: { ...io, direction: 'write' } });
    pass(machine, 5e9);
    freezeAndRecover(machine);
    expect(log(machine)).toContain("PCI 4000:01:00.0#10000: EEH: vfnet driver reports: 'need reset'");
    const before = figures(machine);
    pass(machine, 10e9);
    expect(figures(machine).requests).toBeGreaterThan(before.requests + 8);
    expect(figures(machine)).toMatchObject({ failures: before.failures, corrupted: 0 });
  });

  it('has its function plugged in again where the driver knows nothing of EEH', () => {
    const machine = running('powervm-p9', '6.12.107', 'ahci');
    did(machine, { do: 'io-start', id: 'vf0', io });
    pass(machine, 5e9);
    freezeAndRecover(machine);
    expect(log(machine)).toContain('PCI 4000:01:00.0#10000: EEH: driver not EEH aware');
    expect(log(machine)).toContain('EEH: Sleep 5s ahead of complete hotplug');
    expect(log(machine).at(-1)).toBe('EEH: Recovery successful.');
    expect(stateOf(machine)).toBe('bound');
    did(machine, { do: 'io-start', id: 'vf0', io: { ...io, count: 5 } });
    pass(machine, 10e9);
    expect(figures(machine)).toMatchObject({ requests: 5, failures: 0, corrupted: 0 });
  });

  it('is found again after an error while its driver is probed', () => {
    const config = configFor(DEFAULT_LPAR, 'powervm-p9', { kernel: '6.12.107' }, 1, 'nvme');
    if (!config.ok) throw new Error(config.error.message);
    const machine = new Machine(config.value);
    machine.dispatch({ do: 'boot' });
    while (machine.guest?.device('4000:01:00.0')?.driver !== 'nvme') machine.step();
    freeze(machine);
    pass(machine, 100e9);
    expect(eventsOf(machine, 'driver-failed')).toHaveLength(1);
    expect(log(machine)).toContain('PCI 4000:01:00.0#10000: EEH: no driver');
    expect(stateOf(machine)).toBe('bound');
  });
});

describe('an error on QEMU', () => {
  it('stops no PE: nothing asks for its state', () => {
    const machine = running('qemu-pseries', '6.12.107');
    did(machine, { do: 'io-start', id: 'nvme0', io: { ...io, count: 5 } });
    pass(machine, 60e9);
    expect(eventsOf(machine, 'rtas').filter(({ name }) => /slot|eeh|config-addr/.test(name))).toEqual([]);
    expect(figures(machine)).toMatchObject({ requests: 5, failures: 0, corrupted: 0 });
  });
});

import { describe, expect, it } from 'vitest';
import { findProfile } from '../firmware/profiles/index.ts';
import { DEFAULT_LPAR } from '../session/default-scenario.ts';
import type { Command } from './commands.ts';
import type { MachineConfig } from './config.ts';
import { growingSlotClass } from './growth.ts';
import { Machine } from './machine.ts';
import { plainPhb } from './placement.ts';
import { validateConfig } from './validate.ts';

const GIB = 2 ** 30;
const UNIT = 0x7100_0002;
const veth0 = { id: 'veth0', device: 'l-lan' };

const configWith = (fields: Partial<MachineConfig>): MachineConfig => {
  const profile = findProfile('qemu-pseries');
  if (profile === undefined) expect.unreachable();
  return {
    ...DEFAULT_LPAR,
    ...{ profile: profile.id, kernel: '6.1.176', pageBytes: 65536, cpus: 1, functions: [] },
    ...{ minMemoryBytes: GIB, memoryBytes: GIB, maxMemoryBytes: GIB },
    phbs: [plainPhb(growingSlotClass(profile), 0)],
    vio: [veth0],
    ...fields,
  };
};

const machineWith = (fields: Partial<MachineConfig> = {}): Machine => {
  const checked = validateConfig(configWith(fields));
  if (!checked.ok) expect.unreachable(checked.error.message);
  return new Machine(checked.value);
};

function did(machine: Machine, command: Command): void {
  const accepted = machine.dispatch(command);
  if (!accepted.ok) expect.unreachable(accepted.error.message);
  while (machine.step());
}

const ioOf = (direction: 'read' | 'write', count: number, sizeBytes: number): Command => ({
  do: 'io-start',
  id: 'veth0',
  io: { sizeBytes, depth: 4, count, direction, intervalNs: 0 },
});

/** TCE calls on the adapter's LIOBN from event `from` on: bus address and number of TCEs. */
const tceCalls = (machine: Machine, from: number): readonly string[] =>
  [...machine.trace.events()]
    .slice(from)
    .flatMap((event) =>
      event.kind === 'tce-hcall' && event.liobn === UNIT
        ? [`${event.ioba.toString(16)} ${event.count ?? 1}`]
        : [],
    );

describe('a virtual Ethernet adapter in a machine', () => {
  it('is found below /vdevice, has a window of its own and its driver', () => {
    const machine = machineWith();
    did(machine, { do: 'boot' });
    expect(machine.query({ ask: 'functions' })).toMatchObject({
      ok: true,
      value: [
        {
          description: { id: 'veth0', fn: '71000002', slotClass: 'vio', defaultLiobn: UNIT },
          driver: 'ibmveth',
          mode: 'default',
          state: 'bound',
          windows: [{ liobn: UNIT, entries: 65_536, pageShift: 12, isDefault: true, use: 'default' }],
        },
      ],
    });
    const node = machine.guest?.deviceTree().children.find(({ name }) => name === 'vdevice')?.children[0];
    expect(node?.name).toBe('l-lan@71000002');
  });

  it.each(['6.1.176', '6.12.107', '7.2.13'])('carries streams both ways under kernel %s', (kernel) => {
    const machine = machineWith({ kernel });
    did(machine, { do: 'boot' });
    for (const direction of ['read', 'write'] as const) {
      did(machine, ioOf(direction, 50, 20_000));
      expect(machine.workloads.get('veth0')?.figures()).toMatchObject({
        requests: 50,
        bytes: 1_000_000,
        failures: 0,
        corrupted: 0,
      });
    }
  });

  it('maps as recorded (61-64k_1g_vio) when it comes up: all 1028 bus addresses', () => {
    const machine = machineWith();
    did(machine, { do: 'boot' });
    const from = machine.trace.length;
    did(machine, ioOf('write', 1, 100));
    const calls = tceCalls(machine, from);
    const rows = (
      count: number,
      first: number,
      step: number,
      pages: (n: number) => number,
    ): readonly string[] =>
      Array.from({ length: count }, (_, n) => `${(first + n * step).toString(16)} ${pages(n)}`);
    // Receive queue, buffer list, filter list, send buffer; then the pools of 64K, 2K (25 to a fragment page) and 512 bytes.
    expect(calls).toEqual([
      ...['c000000 16', '1000 1', '10000 1', 'c010000 16'],
      ...rows(256, 0xc02_0000, 0x1_1000, () => 17),
      ...rows(512, 0x2_0000, 0x1_0000, (n) => Number('1212212112122121121221211'[n % 25])),
      ...rows(256, 0x202_0000, 0x1_0000, () => 1),
    ]);
  });

  it('closes and opens again over kexec and reset', () => {
    const machine = machineWith();
    did(machine, { do: 'boot' });
    for (const command of [{ do: 'kexec' }, { do: 'reset' }] as const) {
      did(machine, ioOf('read', 10, 9000));
      did(machine, command);
      did(machine, ioOf('write', 10, 9000));
      expect(machine.workloads.get('veth0')?.figures()).toMatchObject({ requests: 10, failures: 0 });
    }
  });

  it.each<[string, Command]>([
    ['vf-remove', { do: 'vf-remove', id: 'veth0' }],
    ['pci-remove', { do: 'pci-remove', id: 'veth0' }],
    ['pe-freeze', { do: 'pe-freeze', id: 'veth0' }],
  ])('cannot be treated as a PCI function by %s', (_name, command) => {
    const machine = machineWith();
    did(machine, { do: 'boot' });
    expect(machine.dispatch(command)).toMatchObject({ ok: false, error: { code: 'is-virtual' } });
  });
});

describe('virtual devices of a configuration', () => {
  it.each<[string, Partial<MachineConfig>]>([
    ['two devices are called veth0', { vio: [veth0, veth0] }],
    ['there is no virtual device "nvme"', { vio: [{ id: 'a', device: 'nvme' }] }],
  ])('are refused where %s', (why, fields) => {
    const checked = validateConfig(configWith(fields));
    expect(checked).toMatchObject({ ok: false, error: { code: 'vio' } });
    expect(checked.ok ? '' : checked.error.message).toContain(why);
  });

  it('are refused on a PowerVM profile', () => {
    const { phbs: _phbs, ...config } = configWith({ profile: 'powervm-p9' });
    expect(validateConfig(config)).toMatchObject({ ok: false, error: { code: 'vio' } });
  });
});

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Command, FunctionConfig } from '../../core/index.ts';
import { main } from './command.ts';
import { memoryOutput } from './memory-output.ts';
import type { PlanMachine } from './conform/scenario-plan.ts';
import { sampleMachine } from './conform/scenario-samples.ts';
import { StepCommands } from './scenario-commands.ts';
import type { RawStep } from './scenario-commands.ts';
import { playedMachine } from './scenario-machine.ts';

type Device = PlanMachine['pciDevices'][number];
const device = (kind: string, module: string, phb: number, slot: number): Device => ({
  kind,
  module,
  phb,
  slot,
  address: `000${phb}:00:0${slot}.0`,
  dmaMaskBits: 64,
  coherentMaskBits: 64,
  iommuPlatform: true,
});

const plain = sampleMachine();
const phb = plain.phbs.slice(0, 1);
const machine: PlanMachine = {
  ...plain,
  maxmemBytes: 2 ** 32,
  bootArgs: ['crashkernel=768M', 'quiet'],
  phbs: [...phb, ...phb.map((other) => ({ ...other, index: 1 }))],
  pciDevices: [
    device('nvme', 'nvme', 0, 1),
    device('e1000', 'e1000', 0, 2),
    device('ich9-ahci', 'ahci', 0, 3),
    device('virtio-blk-pci', 'virtio_blk', 0, 4),
    device('nvme', 'nvme', 1, 1),
    device('megasas', 'megaraid_sas', 1, 2),
  ],
  vioDevices: ['spapr-vlan', 'spapr-vscsi'],
};

function played(loads: readonly string[] = []): ReturnType<typeof playedMachine> {
  return playedMachine(
    machine,
    loads.map((module) => ({ do: 'load', modules: [module] })),
  );
}

function commands(...steps: RawStep[]): readonly Command[] {
  const { config, functions } = valueOf(played());
  const translate = new StepCommands(config, functions);
  return steps.flatMap((step) => translate.of(step));
}

function valueOf<T>(result: { ok: true; value: T } | { ok: false; error: { message: string } }): T {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

const io = (
  id: string,
  sizeBytes: number,
  count: number,
  direction: 'read' | 'write',
  depth = 1,
): Command => ({
  do: 'io-start',
  id,
  io: { sizeBytes, depth, count, direction, intervalNs: 0 },
});

describe('a step of a recorded script becomes a command', () => {
  const read = { do: 'read', bytes: 4096, count: 8 };
  it.each<[RawStep, readonly Command[]]>([
    [{ ...read, dev: '/dev/nvme1n1' }, [io('nvme1', 4096, 8, 'read')]],
    [{ ...read, do: 'write', dev: '/dev/sda' }, [io('ich9-ahci0', 4096, 8, 'write')]],
    [{ ...read, dev: '/dev/vda' }, [io('virtio-blk-pci0', 4096, 8, 'read')]],
    [
      { do: 'parallel', steps: [0, 1, 2].map((cpu) => ({ ...read, dev: '/dev/nvme0n1', cpu })) },
      [io('nvme0', 4096, 24, 'read', 3)],
    ],
    [
      { do: 'net', if: 'eth0', ping: 5, tftp_bytes: 1024 },
      [io('e10000', 98, 5, 'write'), io('e10000', 558, 2, 'read')],
    ],
    [{ do: 'net', if: 'eth1', ping: 2 }, [io('vio0', 98, 2, 'write')]],
    [{ do: 'shell', line: 'taskset 4 ping -c 3 10.0.2.2' }, [io('e10000', 98, 3, 'write')]],
    [{ do: 'unbind', device: '0001:00:01.0', driver: 'nvme' }, [{ do: 'driver-unbind', id: 'nvme1' }]],
    [{ do: 'bind', device: '0000:00:02.0', driver: 'e1000' }, [{ do: 'driver-bind', id: 'e10000' }]],
    [{ do: 'pci-remove', device: '0000:00:01.0' }, [{ do: 'pci-remove', id: 'nvme0' }]],
    [
      { do: 'pci-remove', device: '0001:*' },
      [
        { do: 'pci-remove', id: 'nvme1' },
        { do: 'pci-remove', id: 'megasas0' },
      ],
    ],
    [{ do: 'pci-rescan' }, [{ do: 'pci-rescan' }]],
    [
      { do: 'host-add-memory', bytes: 2 ** 30, address: '0x40000000' },
      [{ do: 'memory-add', bytes: 2 ** 30 }],
    ],
    [{ do: 'host-remove-memory', bytes: 2 ** 30 }, [{ do: 'memory-remove', bytes: 2 ** 30 }]],
    [{ do: 'remove-node', phb: 1 }, [{ do: 'vf-remove', id: 'nvme1' }]],
    [{ do: 'kexec' }, [{ do: 'kexec' }]],
    [{ do: 'crash' }, [{ do: 'crash' }]],
    [{ do: 'reboot' }, [{ do: 'reset' }]],
  ])('%j', (step, expected) => expect(commands(step)).toEqual(expected));

  it('kexec leaves out the properties that were removed before it, once', () =>
    expect(
      commands({ do: 'remove-properties', phb: 0, names: [] }, { do: 'kexec' }, { do: 'kexec' }).slice(1),
    ).toEqual([{ do: 'kexec', withoutProperties: true }, { do: 'kexec' }]));

  it.each<[RawStep, string]>([
    [{ do: 'bind', device: '0000:00:01.0', driver: 'vfio-pci' }, 'bind 0000:00:01.0 vfio-pci'],
    [
      { do: 'edit-property', phb: 0, name: 'ibm,ddw-extensions', value: '00' },
      'edit-property ibm,ddw-extensions 0',
    ],
    [{ do: 'read', dev: '/dev/sdb', bytes: 512, count: 1 }, 'read /dev/sdb'],
    [{ do: 'read', dev: '/dev/sda', bytes: -1, count: 1 }, 'read /dev/sda'],
    [{ do: 'fly' }, 'fly'],
  ])('or is named when no command does it: %j', (step, name) =>
    expect(commands(step)).toEqual([{ do: 'mark', text: `not played: ${name}` }]),
  );
});

describe('the machine of a recording', () => {
  it('has the lab’s own devices where it has their kind, and says what it lacks', () => {
    const { functions, config, notModelled } = valueOf(played());
    expect(functions.map((fn) => fn.config.device)).toEqual([
      'nvme',
      'e1000',
      'ahci',
      'virtio-blk',
      'nvme',
      'pci-testdev',
    ]);
    expect(config.vio).toEqual([{ id: 'vio0', device: 'l-lan' }]);
    expect(config.bootArgs).toEqual(['crashkernel=768M']);
    expect(notModelled).toEqual(['quiet', 'megasas', 'spapr-vscsi']);
  });

  it('probes functions in the order in which the script loads their drivers', () => {
    const ids = valueOf(played(['e1000', 'nvme'])).functions.map(
      ({ config }: { config: FunctionConfig }) => config.id,
    );
    expect(ids).toEqual(['e10000', 'nvme0', 'nvme1', 'ich9-ahci0', 'virtio-blk-pci0', 'megasas0']);
  });
});

describe('ddw-lab run', () => {
  it.each([
    ['61-64k_1g_maxmem4g_memhp', /command +mem add 1G/, /command +mem rm 1G/],
    ['72-64k_1g_maxmem4g_kexec_noprop', /command +kexec --without-properties/, /ibm,remove-pe-dma-window/],
  ])('plays the life of %s', async (name, ...lines) => {
    const output = memoryOutput();
    const folder = join(import.meta.dirname, 'conform/fixtures/scenarios', name);
    expect(await main(['run', folder, '--trace', 'text'], output)).toBe(0);
    for (const line of lines) expect(output.stdout()).toMatch(line);
    expect(output.stdout()).not.toMatch(/not played|refused/);
    expect(output.stdout()).toMatch(/running after/);
  });
});

// Logs that people published, line for line: the platform and the kernel that wrote them, and the same words from ours.
// Our drivers stand for theirs, so the driver's name at the start of a line is ours.

import { describe, expect, it } from 'vitest';
import type { DtNode } from '../abi/ports.ts';
import { createClock } from '../time/clock.ts';
import { createScheduler } from '../time/scheduler.ts';
import { LinuxGuest } from '../guest/linux/guest.ts';
import { nvmeDriver } from '../guest/linux/drivers/nvme.ts';
import { kernelById } from '../guest/linux/kernels/index.ts';
import type { FunctionConfig, MachineConfig } from '../machine/config.ts';
import { Machine } from '../machine/machine.ts';
import { validateConfig } from '../machine/validate.ts';
import { findProfile } from '../firmware/profiles/index.ts';
import { watchingSink } from '../trace/sink.ts';
import { DEFAULT_LPAR } from './default-scenario.ts';

const GiB = 2 ** 30;

/** What a log's partition was like. */
interface Reported {
  readonly profile: string;
  readonly kernel: string;
  readonly function: Omit<FunctionConfig, 'id'>;
  readonly maxMemoryBytes: number;
  readonly more?: Partial<MachineConfig>;
}

function machineOf({ profile, kernel, function: fn, maxMemoryBytes, more }: Reported): Machine {
  const config = validateConfig({
    ...DEFAULT_LPAR,
    profile,
    kernel,
    functions: [{ id: 'one', ...fn }],
    minMemoryBytes: GiB,
    memoryBytes: 4 * GiB,
    maxMemoryBytes,
    iommuDebugMessages: true,
    ...more,
  });
  if (!config.ok) throw new Error(config.error.message);
  return new Machine(config.value);
}

function bootedMachine(reported: Reported): Machine {
  const machine = machineOf(reported);
  machine.dispatch({ do: 'boot' });
  while (machine.step());
  return machine;
}

const REPORTED =
  /ibm,(query|create)-pe|Skipping ibm,pmemory|can't map|created tce table|limited by|lsa_required|Using 64-bit/;

/** Lines of the kinds that the published logs have. */
function logOf(reported: Reported): readonly string[] {
  const dmesg = bootedMachine(reported).query({ ask: 'dmesg' });
  return dmesg.ok ? dmesg.value.map((line) => line.text).filter((line) => REPORTED.test(line)) : [];
}

const dedicated = { device: 'nvme', slotClass: 'dedicated' };
const persistentMemory = { nvdimms: 1 };

describe('an NVMe with persistent memory, October 2021 (E4)', () => {
  const drive = { ...dedicated, domain: 0x121, bus: 0x50, nodeName: 'pci1014,683' };
  const base = {
    profile: 'powervm-p9',
    function: drive,
    maxMemoryBytes: 8 * GiB,
    more: persistentMemory,
  };
  const where = 'nvme 0121:50:00.0:';

  it('5.15-rc7 maps on demand what would fit 1:1', () =>
    expect(logOf({ ...base, kernel: '5.15-rc7' })).toEqual([
      `${where} ibm,query-pe-dma-windows(53) 500000 8000000 20000121 returned 0`,
      `${where} Skipping ibm,pmemory`,
      `${where} can't map partition max 0x8000000000000 with 16777216 65536-sized pages`,
      `${where} ibm,create-pe-dma-window(54) 500000 8000000 20000121 10 28 returned 0 (liobn = 0x70000121 starting addr = 8000000 0)`,
      `${where} created tce table LIOBN 0x70000121 for /pci@800000020000121/pci1014,683@0`,
    ]));

  it('with the repair RAM goes 1:1, and a limit keeps persistent memory out', () =>
    expect(logOf({ ...base, kernel: '5.15' }).filter((line) => !line.includes('created'))).toEqual([
      `${where} ibm,query-pe-dma-windows(53) 500000 8000000 20000121 returned 0`,
      `${where} Skipping ibm,pmemory`,
      `${where} ibm,create-pe-dma-window(54) 500000 8000000 20000121 10 21 returned 0 (liobn = 0x70000121 starting addr = 8000000 0)`,
      `${where} iommu: 64-bit OK but direct DMA is limited by 800000200000000`,
      `${where} iommu: 64-bit OK but direct DMA is limited by 800000200000000`,
    ]));
});

describe('queries at scan, November 2025 and March 2026 (E1, E6)', () => {
  const query = (reported: Omit<Reported, 'kernel' | 'maxMemoryBytes'>): string | undefined =>
    logOf({ ...reported, kernel: '6.15', maxMemoryBytes: 64 * GiB })[0];

  it.each([
    [
      'a POWER9 slot',
      'powervm-p9',
      { ...dedicated, domain: 0x1b, bus: 0x60 },
      'pci 001b:60:00.0: ibm,query-pe-dma-windows(53) 600000 8000000 2000001b returned 0, lb=1000000 ps=3 wn=1',
    ],
    [
      'a POWER9 slot with enlarged capacity',
      'powervm-p9',
      { ...dedicated, slotClass: 'dedicated-hddw', domain: 0x10 },
      'pci 0010:01:00.0: ibm,query-pe-dma-windows(53) 10000 8000000 20000010 returned 0, lb=4000000 ps=3 wn=1',
    ],
    [
      'a Power11 slot',
      'powervm-p11',
      { ...dedicated, domain: 0x19 },
      'pci 0019:01:00.0: ibm,query-pe-dma-windows(53) 10000 8000000 20000019 returned 0, lb=1000000 ps=103 wn=1',
    ],
  ])('%s on %s', (_, profile, fn, line) => expect(query({ profile, function: fn })).toBe(line));
});

describe('2M pages, December 2025 (E5)', () => {
  it.each(['powervm-p10', 'powervm-p11'])('%s: 128 GiB 1:1', (profile) => {
    const where = 'nvme 0524:28:00.0:';
    const drive = { ...dedicated, domain: 0x524, bus: 0x28 };
    const log = logOf({ profile, kernel: '6.15', function: drive, maxMemoryBytes: 128 * GiB });
    expect(log.filter((line) => line.startsWith(where) && !line.includes('created'))).toEqual([
      `${where} ibm,query-pe-dma-windows(53) 280000 8000000 20000524 returned 0, lb=1000000 ps=103 wn=1`,
      `${where} ibm,create-pe-dma-window(54) 280000 8000000 20000524 15 25 returned 0 (liobn = 0x70000524 starting addr = 8000000 0)`,
      `${where} lsa_required: 0, lsa_enabled: 0, direct mapping: 1`,
      `${where} lsa_required: 0, lsa_enabled: 0, direct mapping: 1`,
    ]);
  });
});

describe('a VF that trades its only window, June 2020 (E2)', () => {
  it('is offered none, then the same block once the default window is gone', () => {
    const machine = bootedMachine({
      profile: 'powervm-p9',
      kernel: '5.10',
      function: { device: 'nic', slotClass: 'sriov-vf', domain: 0x4005 },
      maxMemoryBytes: 8 * GiB,
    });
    const queries = [...machine.trace.events()].flatMap((event) =>
      event.kind === 'rtas' && event.name === 'ibm,query-pe-dma-window' ? [[event.args, event.rets]] : [],
    );
    const asked = [0x10000, 0x0800_0000, 0x2900_4005];
    expect(queries.slice(0, 2)).toEqual([
      [asked, [0, 0, 0, 0x40_0000, 3, 3]],
      [asked, [0, 1, 0, 0x40_0000, 3, 3]],
    ]);
  });
});

describe('a KVM guest without dynamic memory, May 2025 (E11)', () => {
  it('asks for a window of 2^0 bytes', () => {
    const where = 'nvme 0001:00:01.0:';
    const phb = {
      index: 1,
      pgsz: '0x1211000',
      ddw: true,
      dmaWinAddr: '0x0',
      dmaWinSize: '0x40000000',
      dma64WinAddr: '0x800000000000000',
    };
    const log = logOf({
      profile: 'qemu-pseries',
      kernel: '6.15',
      function: { device: 'nvme', slotClass: 'qemu-phb', phb: 1, slot: 1 },
      maxMemoryBytes: 4 * GiB,
      more: { phbs: [phb], hasDynamicMemory: false },
    });
    expect(log.filter((line) => line.startsWith(where)).slice(0, 2)).toEqual([
      `${where} ibm,query-pe-dma-windows(2026) 800 8000000 20000001 returned 0, lb=2000000000 ps=107 wn=1`,
      `${where} ibm,create-pe-dma-window(2027) 800 8000000 20000001 18 0 returned -3 (liobn = 0x0 starting addr = 0 0)`,
    ]);
  });
});

describe('old kernels in their own words (E7, E12)', () => {
  // The log is of the second port of an adapter with two; ours have one.
  it('POWER8: the window lies at 2^59', () => {
    const adapter = { ...dedicated, domain: 0x7 };
    const log = logOf({ profile: 'powervm-p8', kernel: '4.19', function: adapter, maxMemoryBytes: 8 * GiB });
    expect(log.at(-1)).toBe('nvme 0007:01:00.0: Using 64-bit direct DMA at offset 800000000000000');
  });

  // There is no platform POWER7: a machine with its one number that is known.
  it('POWER7: the window lies at 2^52', () => {
    const start = findProfile('powervm-p8')?.footnotes?.['power7DdwStart']?.value;
    const phb = {
      index: 0,
      pgsz: '0x1011000',
      ddw: true,
      dmaWinAddr: '0x0',
      dmaWinSize: '0x40000000',
      dma64WinAddr: `0x${Number(start).toString(16)}`,
    };
    const log = logOf({
      profile: 'qemu-pseries',
      kernel: '4.19',
      function: { device: 'nvme', slotClass: 'qemu-phb', phb: 0, slot: 1 },
      maxMemoryBytes: 4 * GiB,
      more: { phbs: [phb] },
    });
    expect(log.at(-1)).toBe('nvme 0000:00:01.0: Using 64-bit direct DMA at offset 10000000000000');
  });
});

describe('a window that is gone (E8)', () => {
  it('the driver goes on unmapping: H_PARAMETER for LIOBN 0x70000016', () => {
    const machine = bootedMachine({
      profile: 'powervm-p9',
      kernel: '6.11',
      function: { ...dedicated, domain: 0x16 },
      maxMemoryBytes: 2048 * GiB,
    });
    const dev = machine.guest?.device('0016:01:00.0');
    if (dev === undefined || machine.guest === undefined) throw new Error('no drive');
    expect(dev.mode).toBe('indirect');
    expect(machine.platform.ports().rtas.call(0x55, [0x7000_0016], 1)).toEqual([0]);
    machine.guest.dma.unmapPage(dev, 0x0800_0006, 0x1ee0_0000, 0x10000, 'bidirectional');
    const dmesg = machine.query({ ask: 'dmesg' });
    expect(dmesg.ok && dmesg.value.slice(-4).map((line) => line.text)).toEqual([
      'tce_freemulti_pSeriesLP: plpar_tce_stuff failed',
      '\trc      = -4',
      '\tindex   = 0x70000016',
      '\tnpages  = 0x1',
    ]);
  });
});

describe('an MMIO range at 0x80000000000: the Oops of a be2net adapter on POWER9', () => {
  const adapter = { device: 'nic', slotClass: 'dedicated', domain: 0x80f };
  const booted = (kernel: string): Machine =>
    bootedMachine({ profile: 'powervm-p9', kernel, function: adapter, maxMemoryBytes: 2048 * GiB });

  it.each(['5.15-rc7', '6.1', '6.6', '6.11'])(
    '%s takes bytes for pages, and the index runs over',
    (kernel) => {
      const machine = booted(kernel);
      expect([machine.state, machine.oops]).toEqual([
        'oops',
        'iommu_table_reserve_pages: the MMIO range from 0x80000000000 was counted by an int',
      ]);
      const dmesg = machine.query({ ask: 'dmesg' });
      expect(dmesg.ok && dmesg.value.slice(-2).map((line) => line.text)).toEqual([
        'BUG: Unable to handle kernel data access on write',
        'Oops: Kernel access of bad area, sig: 11 [#1]',
      ]);
    },
  );

  it.each(['5.13', '5.15', '6.15', '7.2.13'])('%s boots', (kernel) =>
    expect(booted(kernel).state).toBe('running'),
  );

  it('leaves a machine that stands: another kernel boots on it', () => {
    const machine = booted('6.1');
    machine.dispatch({ do: 'shutdown' });
    machine.dispatch({ do: 'configure', config: { ...machine.config, kernel: '6.15' } });
    machine.dispatch({ do: 'boot' });
    while (machine.step());
    expect([machine.state, machine.oops]).toEqual(['running', undefined]);
  });
});

describe('a function that the firmware does not know, after DLPAR (E10)', () => {
  /** The PHB's node as Linux had it: the function's address says bus b0, the slot has c0. */
  const readdressed = (tree: DtNode): DtNode => {
    for (const phb of tree.children.filter((child) => child.name === 'pci@800000020000187'))
      for (const fn of phb.children) fn.properties.get('reg')?.set([0x00, 0xb0, 0x00, 0x00]);
    return tree;
  };

  it('its query is refused with -3', () => {
    const machine = machineOf({
      profile: 'powervm-p9',
      kernel: '6.15',
      function: { ...dedicated, domain: 0x187, bus: 0xc0 },
      maxMemoryBytes: 8 * GiB,
    });
    const ports = machine.platform.ports();
    const kernel = kernelById('6.15');
    if (kernel === undefined) throw new Error('no kernel');
    const lines: string[] = [];
    const trace = watchingSink((event) => (event.kind === 'printk' ? lines.push(event.text) : 0));
    const guest = new LinuxGuest({
      ports: { ...ports, deviceTree: () => readdressed(ports.deviceTree()) },
      trace,
      scheduler: createScheduler(createClock()),
      kernel,
      pageBytes: 65536,
      cpus: 1,
      bootArgs: [],
      iommuDebugMessages: false,
      seed: 1,
    });
    for (const _ of guest.boot());
    for (const _ of guest.probe('0187:b0:00.0', nvmeDriver));
    expect(lines.filter((line) => REPORTED.test(line))[1]).toBe(
      'nvme 0187:b0:00.0: ibm,query-pe-dma-windows(53) b00000 8000000 20000187 returned -3, lb=0 ps=0 wn=0',
    );
  });
});

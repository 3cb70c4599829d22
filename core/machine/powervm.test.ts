import { describe, expect, it } from 'vitest';
import { DEFAULT_LPAR } from '../session/default-scenario.ts';
import { configFor } from './config-for.ts';
import type { MachineConfig } from './config.ts';
import { Machine } from './machine.ts';
import { validateConfig } from './validate.ts';

const GIB = 2 ** 30;

function lpar(profile: string, slotClass: string, fields: Partial<MachineConfig>): MachineConfig {
  const memory = { memoryBytes: 16 * GIB, maxMemoryBytes: 128 * GIB, ...fields };
  const config = configFor(DEFAULT_LPAR, profile, { kernel: '6.12.107', ...memory });
  if (!config.ok) throw new Error(config.error.message);
  return { ...config.value, functions: [{ id: 'nvme0', device: 'nvme', slotClass }] };
}

function booted(config: MachineConfig): Machine {
  const machine = new Machine(config);
  machine.dispatch({ do: 'boot' });
  while (machine.step());
  return machine;
}

/** How the function's DMA goes, and what the kernel asked of the firmware and was told. */
function outcome(machine: Machine): string {
  const lines = machine.query({ ask: 'dmesg' });
  const functions = machine.query({ ask: 'functions' });
  if (!lines.ok || !functions.ok) throw new Error('the machine does not answer');
  const calls = lines.value.flatMap(({ text }) => {
    const call = /ibm,(query|create)-pe-dma-windows?\(.*?\) \S+ \S+ \S+ ?(.*)$/.exec(text);
    return call === null ? [] : [`${call[1] ?? ''} ${call[2] ?? ''}`];
  });
  return [functions.value[0]?.mode, calls[0], calls.at(-1)].join('; ');
}

describe('what Linux 6.12 makes of 128 GiB of maximum memory', () => {
  it.each([
    [
      'powervm-p8',
      'dedicated',
      4096,
      'direct; query returned 0, lb=1000000 ps=3 wn=1; create 10 25 returned 0 (liobn = 0x70000010 starting addr = 8000000 0)',
    ],
    [
      'powervm-p9',
      'dedicated',
      32,
      'direct; query returned 0, lb=400000 ps=3 wn=1; create 10 25 returned 0 (liobn = 0x70000010 starting addr = 8000000 0)',
    ],
    [
      'powervm-p9',
      'dedicated-hddw',
      4096,
      'direct; query returned 0, lb=4000000 ps=3 wn=1; create 10 25 returned 0 (liobn = 0x70000010 starting addr = 8000000 0)',
    ],
    // As a log of a dedicated NVMe slot has it: ps=103, pages of 2M, 128 GiB.
    [
      'powervm-p10',
      'dedicated',
      4096,
      'direct; query returned 0, lb=1000000 ps=103 wn=1; create 15 25 returned 0 (liobn = 0x70000010 starting addr = 8000000 0)',
    ],
    [
      'powervm-p11',
      'dedicated',
      4096,
      'direct; query returned 0, lb=1000000 ps=103 wn=1; create 15 25 returned 0 (liobn = 0x70000010 starting addr = 8000000 0)',
    ],
    [
      'powervm-p11',
      'sriov-vf',
      4096,
      'direct; query returned 0, lb=400000 ps=103 wn=0; create 15 25 returned 0 (liobn = 0x70004000 starting addr = 8000000 0)',
    ],
  ])('on %s, %s slot, %d GiB installed', (profile, slotClass, installed, expected) => {
    const machine = booted(lpar(profile, slotClass, { installedMemoryBytes: installed * GIB }));
    expect(outcome(machine)).toBe(expected);
  });

  it('asks POWER8 with five outputs, POWER9 with six', () => {
    const cells = ['powervm-p8', 'powervm-p9'].map((profile) => {
      const machine = booted(lpar(profile, 'dedicated', {}));
      return [...machine.trace.events()].flatMap((event) =>
        event.kind === 'rtas' && event.name === 'ibm,query-pe-dma-window' ? [event.nret] : [],
      )[0];
    });
    expect(cells).toEqual([5, 6]);
  });

  it('maps 16 TiB 1:1 with 2M pages through the block that maps 1 TiB with 64K pages', () => {
    const big = { memoryBytes: 16 * GIB, maxMemoryBytes: 16_384 * GIB };
    const modes = ['powervm-p9', 'powervm-p10'].map(
      (profile) => outcome(booted(lpar(profile, 'dedicated', big))).split('; ')[0],
    );
    expect(modes).toEqual(['indirect', 'direct']);
  });
});

describe('the memory installed in the managed system', () => {
  it('is the least when nobody says it and the partition has more', () => {
    const config = lpar('powervm-p8', 'dedicated-hddw', {
      memoryBytes: 4096 * GIB,
      maxMemoryBytes: 4096 * GIB,
    });
    const functions = new Machine(config).query({ ask: 'functions' });
    expect(functions.ok && functions.value[0]?.blockTces).toBe(0x400_0000);
  });

  it('cannot be less than the partition has', () => {
    const config = lpar('powervm-p9', 'dedicated', {});
    expect(validateConfig({ ...config, installedMemoryBytes: 8 * GIB })).toMatchObject({
      ok: false,
      error: { message: 'the memory of 16G is above the 8G installed in the managed system' },
    });
  });

  it('is changed by a line of the shell language, which the trace repeats', () => {
    const config = lpar('powervm-p9', 'dedicated', {});
    const machine = new Machine(config);
    machine.dispatch({ do: 'configure', config: { ...config, installedMemoryBytes: 64 * GIB } });
    const lines = [...machine.trace.events()].flatMap((event) =>
      event.kind === 'command' ? [event.line] : [],
    );
    expect(lines).toEqual(['set installed-memory 64G']);
    const functions = machine.query({ ask: 'functions' });
    expect(functions.ok && functions.value[0]?.blockTces).toBe(0x80_0000);
  });
});

describe('dedicated slots', () => {
  it('are the same slots with and without enlarged capacity: no two have one number', () => {
    const config = lpar('powervm-p9', 'dedicated', {});
    const functions = [
      { id: 'nvme0', device: 'nvme', slotClass: 'dedicated' },
      { id: 'disk0', device: 'nvme', slotClass: 'dedicated-hddw' },
    ];
    const machine = new Machine({ ...config, functions });
    expect(machine.platform.functions().map(({ description }) => description.fn)).toEqual([
      '0010:01:00.0',
      '0011:01:00.0',
    ]);
    machine.dispatch({ do: 'vf-add', count: 1, device: 'nvme', slotClass: 'dedicated-hddw' });
    expect(machine.platform.functions().map(({ description }) => description.fn)).toContain('0012:01:00.0');
  });
});

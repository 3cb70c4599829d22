import { describe, expect, it } from 'vitest';
import { DEFAULT_LPAR } from '../session/default-scenario.ts';
import { configFor } from './config-for.ts';
import type { FunctionConfig, MachineConfig } from './config.ts';
import { validateConfig } from './validate.ts';

const GIB = 2 ** 30;
const vf = (id: string): FunctionConfig => ({ id, device: 'nvme', slotClass: 'sriov-vf' });

/** A change that may break the types: what comes from a file has none. */
function broken(change: object): unknown {
  return { ...DEFAULT_LPAR, ...change };
}

function qemu(): MachineConfig {
  const config = configFor(DEFAULT_LPAR, 'qemu-pseries', { kernel: '6.1.176' });
  if (!config.ok) throw new Error(config.error.message);
  return config.value;
}

describe('a configuration that makes a machine', () => {
  it.each<[string, unknown]>([
    ['the default LPAR', DEFAULT_LPAR],
    ['with VFs', broken({ functions: [vf('vf0'), vf('vf1')] })],
    [
      'with a dedicated slot',
      broken({ functions: [{ id: 'nvme0', device: 'nvme', slotClass: 'dedicated' }] }),
    ],
    ['with kernel arguments', broken({ bootArgs: ['disable_ddw', 'multitce=off'] })],
    ['on QEMU', qemu()],
    [
      'on QEMU, two functions on one PHB',
      {
        ...qemu(),
        functions: [0, 1].map((n) => ({ id: `nvme${n}`, device: 'nvme', slotClass: 'qemu-phb', phb: 0 })),
      },
    ],
  ])('%s', (_what, config) => {
    expect(validateConfig(config)).toEqual({ ok: true, value: config });
  });

  it('is checked as it came: nothing is added or changed', () => {
    const config = qemu();
    expect(config.phbs).toEqual([
      {
        index: 0,
        pgsz: '0x1211000',
        ddw: true,
        dmaWinAddr: '0x0',
        dmaWinSize: '0x40000000',
        dma64WinAddr: '0x800000000000000',
      },
    ]);
  });
});

describe('a configuration that makes none is refused in one sentence', () => {
  it.each<[string, unknown, string]>([
    ['bad-value', null, 'config must be an object'],
    ['bad-value', [], 'config must be an object'],
    ['unknown-field', broken({ turbo: true }), 'config has a field "turbo" that this version does not know'],
    ['bad-value', broken({ seed: -1 }), 'config.seed must be a whole number from 0 to 4294967295'],
    ['bad-value', broken({ kernel: undefined }), 'config.kernel is missing'],
    [
      'bad-value',
      broken({ functions: [{ id: 'VF 0', device: 'nvme', slotClass: 'sriov-vf' }] }),
      'config.functions[0].id must be an id such as vf0 or nvme0',
    ],
    [
      'bad-value',
      broken({ functions: Array.from({ length: 1025 }, (_, n) => vf(`vf${n}`)) }),
      'config.functions has 1025 entries, more than 1024',
    ],
    ['unknown-profile', broken({ profile: 'powervm-p6' }), 'there is no platform "powervm-p6"'],
    ['unknown-kernel', broken({ kernel: '2.6' }), 'there is no kernel "2.6"'],
    ['page-size', broken({ pageBytes: 8192 }), 'kernel 5.15 does not come with pages of 8K'],
    ['memory', broken({ minMemoryBytes: 65 * GIB }), 'the memory of 64G is below the minimum of 65G'],
    ['memory', broken({ memoryBytes: 513 * GIB }), 'the memory of 513G is above the maximum of 512G'],
    [
      'memory',
      broken({ memoryBytes: 64 * GIB + 4096 }),
      'the memory of 67108868K is no multiple of the memory block of 256M',
    ],
    ['memory', broken({ lmbBytes: 3 * 2 ** 24 }), 'a memory block of 50331648 bytes is no power of two'],
    [
      'boot-args',
      broken({ bootArgs: ['quiet'] }),
      'the guest model does not know the kernel argument "quiet"',
    ],
    ['phbs', broken({ phbs: [] }), 'powervm-p9 makes its PHBs from the functions'],
    [
      'phbs',
      { ...DEFAULT_LPAR, profile: 'qemu-pseries', functions: [] },
      'qemu-pseries needs to be told its PHBs',
    ],
    [
      'phbs',
      { ...qemu(), phbs: [...(qemu().phbs ?? []), ...(qemu().phbs ?? [])] },
      'two PHBs have the same index',
    ],
    ['functions', broken({ functions: [vf('vf0'), vf('vf0')] }), 'two functions are called vf0'],
    [
      'functions',
      broken({ functions: [{ ...vf('vf0'), device: 'floppy' }] }),
      'vf0: there is no device "floppy"',
    ],
    [
      'functions',
      broken({ functions: [{ ...vf('vf0'), slotClass: 'qemu-phb' }] }),
      'vf0: powervm-p9 has no slot of the kind "qemu-phb"',
    ],
    [
      'functions',
      broken({ functions: [{ ...vf('vf0'), slot: 3 }] }),
      'vf0: powervm-p9 gives each function a PHB of its own',
    ],
    [
      'functions',
      { ...qemu(), functions: [{ id: 'a', device: 'nvme', slotClass: 'qemu-phb', phb: 7 }] },
      'a: there is no PHB 7',
    ],
    [
      'functions',
      {
        ...qemu(),
        functions: [1, 1].map((slot, n) => ({ id: `n${n}`, device: 'nvme', slotClass: 'qemu-phb', slot })),
      },
      'n1: slot 1 of PHB 0 is taken',
    ],
  ])('%s: %#', (code, config, message) => {
    expect(validateConfig(config)).toMatchObject({ ok: false, error: { code, message } });
  });
});

import { describe, expect, it } from 'vitest';
import { DEFAULT_LPAR, defaultScenario } from '../session/default-scenario.ts';
import type { MachineConfig } from './config.ts';
import { validateConfig } from './validate.ts';
import { kernelNamed, profileNamed, variantOf } from './variant.ts';

function moved(
  base: MachineConfig,
  kernel: string,
  profile: string,
): { config: MachineConfig; notes: readonly string[] } {
  const variant = variantOf(base, kernel, profile);
  if (!variant.ok) throw new Error(variant.error.message);
  expect(validateConfig(variant.value.config)).toMatchObject({ ok: true });
  return variant.value;
}

const QEMU = moved(defaultScenario(), '5.15', 'qemu-pseries').config;

describe('a name of a kernel', () => {
  it.each([
    ['5.13', '5.13'],
    ['6.12', '6.12.107'],
    ['6.1.0-50-powerpc64le', '6.1.176'],
  ])('%s means %s', (name, id) => {
    expect(kernelNamed(name)).toEqual({ ok: true, value: id });
  });

  it('that is none is answered with those that there are', () => {
    expect(kernelNamed('2.6')).toMatchObject({ ok: false, error: { message: 'there is no kernel "2.6"' } });
    expect(profileNamed('vax')).toMatchObject({
      ok: false,
      error: { message: 'there is no platform "vax"' },
    });
  });
});

describe('the same LPAR', () => {
  it('under another kernel changes nothing else', () => {
    const base = defaultScenario();
    expect(moved(base, '5.13', base.profile)).toEqual({ config: { ...base, kernel: '5.13' }, notes: [] });
  });

  it('on another processor keeps its slots', () => {
    const base = defaultScenario();
    expect(moved(base, '5.15', 'powervm-p10')).toEqual({
      config: { ...base, profile: 'powervm-p10' },
      notes: [],
    });
  });

  it('on QEMU has a PHB for each function, as each had a PE of its own', () => {
    const { config, notes } = moved(defaultScenario(), '5.15', 'qemu-pseries');
    expect(
      config.functions.map(({ id, slotClass, phb, slot }) => [id, slotClass, phb, slot]).slice(0, 2),
    ).toEqual([
      ['vf0', 'qemu-phb', 0, 1],
      ['vf1', 'qemu-phb', 1, 1],
    ]);
    expect(config.phbs).toHaveLength(8);
    expect(notes).toEqual(['slots of the kind sriov-vf became qemu-phb']);
  });

  it('without a function still has a PHB on QEMU', () => {
    expect(moved(DEFAULT_LPAR, '5.15', 'qemu-pseries').config.phbs).toHaveLength(1);
  });

  it('back on PowerVM has VFs by their old names, and no instrumented firmware', () => {
    const limits = {
      maxWindows: 1,
      blockTces: 0x4000,
      blockSharedWithDefault: true,
      pageMask: 3,
      strict: true,
      createBusy9901: 0,
      createFail: null,
      inject: null,
      limited: false,
      minTces: 0,
      ddwStart: '0x800000000000000',
      ddwStartLimitedMode: null,
    };
    const { config, notes } = moved({ ...QEMU, limits }, '5.15', 'powervm-p9');
    expect(config.functions).toEqual(defaultScenario().functions);
    expect(config).not.toHaveProperty('phbs');
    expect(notes).toEqual([
      'slots of the kind qemu-phb became sriov-vf',
      'the limits of the instrumented firmware are left out',
    ]);
  });
});

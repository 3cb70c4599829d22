import { describe, expect, it } from 'vitest';
import { defaultScenario } from '../../core/index.ts';
import { configOn, deviceChoices } from './machine-choices.ts';

describe('a machine carried over to another platform', () => {
  it('keeps its memory and the number of its functions, and gets the PHB that QEMU needs', () => {
    const moved = configOn(defaultScenario(), 'qemu-pseries');
    if (!moved.ok) throw new Error(moved.error.message);
    expect(moved.value).toMatchObject({ profile: 'qemu-pseries', memoryBytes: 64 * 2 ** 30 });
    expect(moved.value.functions.map(({ device }) => device)).toEqual(Array.from({ length: 8 }, () => 'nic'));
    expect(moved.value.phbs).toHaveLength(1);
  });

  it('comes back to VFs', () => {
    const moved = configOn(defaultScenario(), 'qemu-pseries');
    const back = moved.ok ? configOn(moved.value, 'powervm-p9') : moved;
    expect(back.ok && back.value.functions.map(({ slotClass }) => slotClass)).toEqual(
      Array.from({ length: 8 }, () => 'sriov-vf'),
    );
    expect(back.ok && back.value.phbs).toBeUndefined();
  });

  it('does not know a platform that is none', () => {
    const moved = configOn(defaultScenario(), 'powervm-p12');
    expect(!moved.ok && moved.error.code).toBe('unknown-profile');
  });

  it('offers the devices of the catalogue', () => {
    expect(deviceChoices().map(({ device }) => device)).toContain('nvme');
  });
});

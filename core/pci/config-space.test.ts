import { describe, expect, it } from 'vitest';
import { ConfigSpace } from './config-space.ts';

const space = (): ConfigSpace =>
  new ConfigSpace({ vendor: 0x1b36, deviceId: 0x10, classCode: 0x01_0802, barBytes: [0x4000, 0, 0x1000] });

describe('configuration space', () => {
  it.each([
    ['vendor and device', 0, 4, 0x0010_1b36],
    ['class code', 8, 4, 0x0108_0200],
    ['base class alone', 0xb, 1, 1],
    ['a base address that exists not', 0x14, 4, 0],
  ])('tells %s', (_what, offset, bytes, value) => expect(space().read(offset, bytes)).toBe(value));

  it('answers a write of all ones with the size of a base address', () => {
    const config = space();
    for (const bar of [0x10, 0x14, 0x18]) config.write(bar, 4, 0xffff_ffff);
    expect([0x10, 0x14, 0x18].map((bar) => config.read(bar, 4))).toEqual([0xffff_c000, 0, 0xffff_f000]);
  });

  it('keeps a command, and an identity that nobody can write', () => {
    const config = space();
    config.write(4, 2, 6);
    config.write(0, 4, 0);
    expect([config.read(4, 2), config.read(0, 2)]).toEqual([6, 0x1b36]);
  });
});

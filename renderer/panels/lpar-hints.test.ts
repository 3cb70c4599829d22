import { describe, expect, it } from 'vitest';
import type { ConfigCheckAnswer } from '../../core/index.ts';
import { hintOf } from './lpar-hints.ts';

const GIB = 2 ** 30;
const check: ConfigCheckAnswer = {
  problems: [],
  limits: [
    { field: 'cpus', least: 1, most: 256 },
    { field: 'memoryBytes', least: 16 * GIB, most: 512 * GIB, step: GIB / 4 },
    {
      field: 'installedMemoryBytes',
      least: 64 * GIB,
      most: 2 ** 51,
      usual: { value: 4096 * GIB, grade: 'assumed', source: 'a big machine' },
    },
  ],
  bootArgs: ['disable_ddw', 'multitce=off'],
};

describe('the line below a field', () => {
  it.each([
    ['cpus', 'More processors use more pools of a window’s table at once. From 1 to 256.'],
    [
      'memory',
      'What the partition boots with; DLPAR changes it later. From 16 GiB to 512 GiB, in blocks of 256 MiB.',
    ],
    [
      'installed',
      'Memory of the whole managed system: PowerVM gives slots their TCEs by it. From 64 GiB to 2 PiB. Left empty: 4 TiB (assumed).',
    ],
    ['bootArgs', 'Kernel arguments that the model knows: disable_ddw, multitce=off, crashkernel=768M'],
  ] as const)('of %s: %s', (field, text) => expect(hintOf(field, check, false)).toBe(text));

  it('says why it is fixed while the partition runs', () =>
    expect(hintOf('kernel', check, true)).toBe(
      'Fixed while it runs: kexec starts the same build again, another one needs a boot.',
    ));
});

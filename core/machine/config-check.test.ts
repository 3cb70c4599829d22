import { describe, expect, it } from 'vitest';
import { DEFAULT_LPAR } from '../session/default-scenario.ts';
import { checkConfig } from './config-check.ts';
import { validateConfig } from './validate.ts';

const GIB = 2 ** 30;

describe('a configuration looked at field by field', () => {
  it.each([
    [{ cpus: 0 }, 'cpus', 'the number of processors must be a whole number from 1 to 256'],
    [{ nvdimms: 40 }, 'nvdimms', 'the number of NVDIMMs must be a whole number from 0 to 32'],
    [{ lmbBytes: 2 ** 20 }, 'lmbBytes', 'the memory block must be a size from 16M to 4G'],
    [{ lmbBytes: 3 * 2 ** 24 }, 'lmbBytes', 'a memory block of 50331648 bytes is no power of two'],
    [{ memoryBytes: GIB + 1 }, 'memoryBytes', 'no multiple of the memory block of 256M'],
    [{ memoryBytes: GIB }, 'memoryBytes', 'the memory of 1G is below the minimum of 16G'],
    [{ memoryBytes: 1024 * GIB }, 'memoryBytes', 'the memory of 1T is above the maximum of 512G'],
    [{ installedMemoryBytes: 32 * GIB }, 'memoryBytes', 'above the 32G installed in the managed system'],
    [{ kernel: '2.4' }, 'kernel', 'there is no kernel "2.4"'],
    [{ pageBytes: 8192 }, 'pageBytes', 'kernel 5.15 does not come with pages of 8K'],
    [{ bootArgs: ['disable_dwd'] }, 'bootArgs', 'does not know the kernel argument "disable_dwd"'],
    [{ profile: 'powervm-p5' }, '', 'there is no platform "powervm-p5"'],
  ])('%j is wrong at %s: %s', (change, field, message) => {
    const config = { ...DEFAULT_LPAR, ...change };
    const { problems } = checkConfig(config);
    expect(problems[0]).toMatchObject({ field, message: expect.stringContaining(message) as unknown });
    expect(validateConfig(config)).toMatchObject({ ok: false, error: { code: problems[0]?.code } });
  });

  it('names each wrong field once, the first mistake of it', () => {
    const { problems } = checkConfig({ ...DEFAULT_LPAR, minMemoryBytes: 3, memoryBytes: 5, bootArgs: ['x'] });
    expect(problems.map(({ field }) => field)).toEqual(['minMemoryBytes', 'memoryBytes', 'bootArgs']);
  });

  it('of a good one answers no problem, and how far each number may go', () => {
    const { problems, limits } = checkConfig({ ...DEFAULT_LPAR, installedMemoryBytes: 256 * GIB });
    expect(problems).toEqual([]);
    expect(limits.find(({ field }) => field === 'memoryBytes')).toEqual({
      field: 'memoryBytes',
      least: 16 * GIB,
      most: 256 * GIB,
      step: GIB / 4,
    });
    expect(limits.find(({ field }) => field === 'installedMemoryBytes')?.usual).toMatchObject({
      value: 4096 * GIB,
      grade: 'assumed',
    });
  });

  it('whose least and most are taken, and whose next beyond are not', () => {
    const { limits } = checkConfig(DEFAULT_LPAR);
    const wrong = limits.flatMap(({ field, least, most, step = 1 }) => {
      const ok = (value: number): boolean =>
        !checkConfig({ ...DEFAULT_LPAR, [field]: value }).problems.some((problem) => problem.field === field);
      return ok(least) && ok(most) && !ok(least - step) && !ok(most + step) ? [] : [field];
    });
    // Minimum and maximum are told at the memory between them; what is installed bounds it as well.
    expect(wrong).toEqual(['minMemoryBytes', 'maxMemoryBytes', 'installedMemoryBytes']);
  });
});

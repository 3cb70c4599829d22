import { describe, expect, it } from 'vitest';
import type { MachineConfig } from '../../core/index.ts';
import { draftOf, mergeDraft, readDraft, sameConfig } from './lpar-draft.ts';

const GIB = 2 ** 30;
const config: MachineConfig = {
  profile: 'powervm-p9',
  kernel: '5.15',
  pageBytes: 65_536,
  cpus: 4,
  minMemoryBytes: 16 * GIB,
  memoryBytes: 64 * GIB,
  maxMemoryBytes: 512 * GIB,
  lmbBytes: GIB / 4,
  bootArgs: ['multitce=off'],
  iommuDebugMessages: false,
  functions: [],
  seed: 1,
};

describe('the LPAR form', () => {
  it('reads back what it shows', () => {
    const { config: read, errors } = readDraft(draftOf(config), config);
    expect(errors).toEqual({});
    expect(read !== undefined && sameConfig(read, config)).toBe(true);
  });

  it.each([
    ['128 GiB', 128 * GIB],
    ['128G', 128 * GIB],
    ['  131072 MiB ', 128 * GIB],
    ['1tib', 1024 * GIB],
    ['0.5 TiB', 512 * GIB],
  ])('takes a maximum written %j', (text, bytes) => {
    expect(readDraft({ ...draftOf(config), maxMemory: text }, config).config?.maxMemoryBytes).toBe(bytes);
  });

  it.each([
    ['maxMemory', '', 'Write a size, for example 64 GiB.'],
    ['memory', '12 parsecs', '“12 parsecs” is not a size. Write for example 64 GiB or 512 MiB.'],
    ['memory', '-4G', '“-4G” is not a size. Write for example 64 GiB or 512 MiB.'],
    ['cpus', 'many', '“many” is not a number. Write for example 4.'],
    ['nvdimms', '', 'Write a number.'],
  ] as const)('says of %s = %j: %s', (field, text, sentence) => {
    const read = readDraft({ ...draftOf(config), [field]: text }, config);
    expect(read.errors).toEqual({ [field]: sentence });
    expect(read.config).toBeUndefined();
  });

  it.each([
    ['installed', '256 GiB', { installedMemoryBytes: 256 * GIB }],
    ['nvdimms', '2', { nvdimms: 2 }],
    ['cpus', '16', { cpus: 16 }],
    ['lmb', '16M', { lmbBytes: 2 ** 24 }],
    ['debug', 'on', { iommuDebugMessages: true }],
  ] as const)('takes %s %j', (field, text, change) => {
    const read = readDraft({ ...draftOf(config), [field]: text }, config);
    expect(read.config).toEqual({ ...config, ...change });
  });

  it('leaves out what is left to the platform', () => {
    const full = { ...config, installedMemoryBytes: 256 * GIB, nvdimms: 1 };
    expect(draftOf(full)).toMatchObject({ installed: '256 GiB', nvdimms: '1' });
    expect(readDraft({ ...draftOf(full), installed: ' ', nvdimms: '0' }, full).config).toEqual(config);
  });

  it('keeps what is being typed when the machine changes elsewhere', () => {
    const before = draftOf(config);
    const typing = { ...before, memory: '32 GiB', maxMemory: '1 T' };
    const after = mergeDraft(typing, before, draftOf({ ...config, memoryBytes: 32 * GIB, kernel: '5.13' }));
    expect(after).toEqual({ ...before, memory: '32 GiB', maxMemory: '1 T', kernel: '5.13' });
  });

  it('splits boot arguments at blanks', () => {
    const read = readDraft({ ...draftOf(config), bootArgs: '  disable_ddw   multitce=off ' }, config);
    expect(read.config?.bootArgs).toEqual(['disable_ddw', 'multitce=off']);
  });
});

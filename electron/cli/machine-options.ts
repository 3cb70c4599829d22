// Options that describe the machine, over a configuration to begin with.

import { configFor, fail, ok, parseInteger, parseSize } from '../../core/index.ts';
import type { MachineConfig, Result } from '../../core/index.ts';

export const MACHINE_OPTIONS = {
  profile: { type: 'string' },
  kernel: { type: 'string' },
  memory: { type: 'string' },
  'min-memory': { type: 'string' },
  'max-memory': { type: 'string' },
  'page-size': { type: 'string' },
  cpus: { type: 'string' },
  'boot-arg': { type: 'string', multiple: true },
  vfs: { type: 'string' },
  device: { type: 'string' },
  seed: { type: 'string' },
} as const;

export interface MachineValues {
  readonly profile?: string | undefined;
  readonly kernel?: string | undefined;
  readonly memory?: string | undefined;
  readonly 'min-memory'?: string | undefined;
  readonly 'max-memory'?: string | undefined;
  readonly 'page-size'?: string | undefined;
  readonly cpus?: string | undefined;
  readonly 'boot-arg'?: readonly string[] | undefined;
  readonly vfs?: string | undefined;
  readonly device?: string | undefined;
  readonly seed?: string | undefined;
}

type Fields = { -readonly [K in keyof MachineConfig]?: MachineConfig[K] };

/** A valid configuration. Errors: `bad-option` and those of a configuration. */
export function machineOf(base: MachineConfig, values: MachineValues): Result<MachineConfig> {
  const fields: Fields = {};
  const sizes = [
    ['memory', 'memoryBytes'],
    ['min-memory', 'minMemoryBytes'],
    ['max-memory', 'maxMemoryBytes'],
    ['page-size', 'pageBytes'],
  ] as const;
  for (const [option, field] of sizes) {
    const text = values[option];
    if (text === undefined) continue;
    const bytes = parseSize(text);
    if (bytes === undefined)
      return fail('bad-option', `--${option} cannot be "${text}"`, 'a size is written like 64K or 128G');
    fields[field] = bytes;
  }
  const numbers = [
    ['cpus', 'cpus'],
    ['seed', 'seed'],
  ] as const;
  for (const [option, field] of numbers) {
    const value = numberOf(option, values[option]);
    if (!value.ok) return value;
    if (value.value !== undefined) fields[field] = value.value;
  }
  if (values.kernel !== undefined) fields.kernel = values.kernel;
  if (values['boot-arg'] !== undefined) fields.bootArgs = values['boot-arg'];
  const vfs = numberOf('vfs', values.vfs);
  if (!vfs.ok) return vfs;
  // One memory option alone must make a machine: the others follow where nobody named them.
  const settled = { ...fields, ...followingMemory(base, fields) };
  const device = values.device ?? 'nic';
  return configFor(base, values.profile ?? base.profile, settled, vfs.value ?? 0, device);
}

function followingMemory(base: MachineConfig, fields: Fields): Fields {
  const memoryBytes = fields.memoryBytes ?? Math.min(base.memoryBytes, fields.maxMemoryBytes ?? Infinity);
  return {
    memoryBytes,
    minMemoryBytes: fields.minMemoryBytes ?? Math.min(base.minMemoryBytes, memoryBytes),
    maxMemoryBytes: fields.maxMemoryBytes ?? Math.max(base.maxMemoryBytes, memoryBytes),
  };
}

function numberOf(option: string, text: string | undefined): Result<number | undefined> {
  if (text === undefined) return ok(undefined);
  const value = parseInteger(text);
  return value === undefined
    ? fail('bad-option', `--${option} cannot be "${text}"`, 'it is a whole number')
    : ok(value);
}

// `set NAME VALUE`: each name of the configuration that a line can change, with how its value is read.

import { parseInteger, parseSize } from '../../base/quantities.ts';
import { ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import type { ConfigChange, ShellConfig } from './actions.ts';
import { syntaxError } from './tokens.ts';
import type { Word } from './tokens.ts';

interface Setting {
  readonly name: string;
  readonly example: string;
  readonly meaning: string;
  /** Undefined: the word does not read as a value of this setting. */
  readonly read: (text: string) => ConfigChange | undefined;
}

const size =
  (make: (bytes: number) => ConfigChange): Setting['read'] =>
  (text) => {
    const bytes = parseSize(text);
    return bytes === undefined ? undefined : make(bytes);
  };

const integer =
  (make: (value: number) => ConfigChange): Setting['read'] =>
  (text) => {
    const value = parseInteger(text);
    return value === undefined ? undefined : make(value);
  };

export const SETTINGS: readonly Setting[] = [
  { name: 'profile', example: 'powervm-p9', meaning: 'the platform', read: (profile) => ({ profile }) },
  { name: 'kernel', example: '5.15', meaning: 'the guest kernel', read: (kernel) => ({ kernel }) },
  {
    name: 'page-size',
    example: '64K',
    meaning: 'base page of the guest kernel',
    read: size((pageBytes) => ({ pageBytes })),
  },
  { name: 'memory', example: '64G', meaning: 'memory now', read: size((memoryBytes) => ({ memoryBytes })) },
  {
    name: 'min-memory',
    example: '1G',
    meaning: 'minimum memory',
    read: size((minMemoryBytes) => ({ minMemoryBytes })),
  },
  {
    name: 'max-memory',
    example: '512G',
    meaning: 'maximum memory: what a direct window is sized for',
    read: size((maxMemoryBytes) => ({ maxMemoryBytes })),
  },
  {
    name: 'installed-memory',
    example: '256G',
    meaning: 'memory of the whole managed system: PowerVM gives dedicated slots their TCEs by it',
    read: size((installedMemoryBytes) => ({ installedMemoryBytes })),
  },
  { name: 'lmb', example: '256M', meaning: 'memory block', read: size((lmbBytes) => ({ lmbBytes })) },
  { name: 'cpus', example: '1', meaning: 'processors', read: integer((cpus) => ({ cpus })) },
  {
    name: 'seed',
    example: '1',
    meaning: 'seed of buffers and payloads',
    read: integer((seed) => ({ seed })),
  },
  {
    name: 'boot-args',
    example: '"disable_ddw"',
    meaning: 'kernel arguments, "" for none',
    read: (text) => ({ bootArgs: text.split(/\s+/).filter((word) => word !== '') }),
  },
  {
    name: 'iommu-debug',
    example: 'on',
    meaning: 'also print the debug lines of iommu.c',
    read: (text) => (text === 'on' || text === 'off' ? { iommuDebugMessages: text === 'on' } : undefined),
  },
];

/** The change that `set NAME VALUE…` asks for; several words of boot-args are taken together. */
export function readSetting(name: Word, values: readonly Word[]): Result<ConfigChange> {
  const setting = SETTINGS.find((candidate) => candidate.name === name.text);
  const value = values[0];
  if (setting === undefined) {
    const names = SETTINGS.map((candidate) => candidate.name).join(', ');
    return syntaxError(name, `there is no setting "${name.text}"`, `type one of: ${names}`);
  }
  const usage = `type: set ${setting.name} ${setting.example}`;
  if (value === undefined) return syntaxError(name, `"set ${setting.name}" needs a value`, usage);
  const extra = values[1];
  if (extra !== undefined && setting.name !== 'boot-args') {
    return syntaxError(extra, `"${extra.text}" is one word too many`, usage);
  }
  const change = setting.read(values.map((word) => word.text).join(' '));
  if (change === undefined) {
    return syntaxError(value, `"${value.text}" is not a value of ${setting.name}`, usage);
  }
  return ok(change);
}

/** The configuration with the change made; whether it makes a machine is for the machine to say. */
export function changedConfig(config: ShellConfig, change: ConfigChange): ShellConfig {
  return { ...config, ...change };
}

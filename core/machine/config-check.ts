// A configuration looked at field by field, for a form: every mistake at its field, and how far each number may go.
// The sentences and the bounds are those of validate.ts and shapes.ts: nothing is decided here.

import type { UserError } from '../base/result.ts';
import { findProfile } from '../firmware/profiles/index.ts';
import type { PlatformProfile } from '../firmware/profiles/profile.ts';
import { usesConfiguredPhbs } from './placement.ts';
import type { MachineConfig } from './config.ts';
import type { ConfigCheckAnswer, ConfigProblem, FieldLimits } from './queries.ts';
import { checkShape } from './shape.ts';
import { configShape, FIELD_BOUNDS } from './shapes.ts';
import { BOOT_ARGS, configChecks, validateConfig } from './validate.ts';

/** How a person calls the fields whose shape can be wrong. */
const WORDS: Readonly<Record<string, string>> = {
  cpus: 'the number of processors',
  minMemoryBytes: 'the minimum memory',
  memoryBytes: 'the memory',
  maxMemoryBytes: 'the maximum memory',
  installedMemoryBytes: 'the installed memory',
  lmbBytes: 'the memory block',
  nvdimms: 'the number of NVDIMMs',
  seed: 'the seed',
};

/** `value`: anything. Never fails: what is wrong is the answer. */
export function checkConfig(value: unknown): ConfigCheckAnswer {
  const shaped = checkShape(configShape, value, 'config');
  if (!shaped.ok) return { problems: [shapeProblem(shaped.error)], limits: [], bootArgs: BOOT_ARGS };
  const config = shaped.value;
  const profile = findProfile(config.profile);
  const problems = profile === undefined ? [] : problemsOf(config, profile);
  const valid = validateConfig(config);
  const rest = problems.length > 0 || valid.ok ? [] : [{ field: '', ...valid.error }];
  return {
    problems: [...problems, ...rest],
    limits: limitsOf(config, profile),
    bootArgs: BOOT_ARGS,
  };
}

function shapeProblem(error: UserError): ConfigProblem {
  const [path = '', field = ''] = /^config\.(\w+)/.exec(error.message) ?? [];
  const words = WORDS[field];
  const message = words === undefined ? error.message : error.message.replace(path, words);
  return { ...error, field, message };
}

function problemsOf(config: MachineConfig, profile: PlatformProfile): readonly ConfigProblem[] {
  const seen = new Set<string>();
  return configChecks(config, profile).flatMap(({ field, result }) => {
    if (result.ok || seen.has(field)) return [];
    seen.add(field);
    return [{ field, ...result.error }];
  });
}

function limitsOf(config: MachineConfig, profile: PlatformProfile | undefined): readonly FieldLimits[] {
  const { lmbBytes, minMemoryBytes, memoryBytes, maxMemoryBytes, installedMemoryBytes } = config;
  const { cpus, lmb, memory, nvdimms } = FIELD_BOUNDS;
  const most = Math.min(maxMemoryBytes, installedMemoryBytes ?? maxMemoryBytes);
  const system = profile?.system;
  return [
    { field: 'cpus', ...cpus },
    { field: 'minMemoryBytes', least: lmbBytes, most: memoryBytes, step: lmbBytes },
    { field: 'memoryBytes', least: minMemoryBytes, most, step: lmbBytes },
    { field: 'maxMemoryBytes', least: memoryBytes, most: memory.most, step: lmbBytes },
    { field: 'lmbBytes', ...lmb },
    { field: 'nvdimms', ...nvdimms },
    // Only PowerVM's managed system gives slots their TCEs by what is installed.
    ...(system === undefined || profile === undefined || usesConfiguredPhbs(profile)
      ? []
      : [
          {
            field: 'installedMemoryBytes',
            least: memoryBytes,
            most: memory.most,
            usual: system.installedMemoryBytes,
          },
        ]),
  ];
}

// `ddw-lab compare`: the same LPAR and workload under several kernels or platforms, side by side.

import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import {
  compareLines,
  compareSessions,
  DEFAULT_COMMANDS,
  defaultScenario,
  fail,
  ok,
  parseSessionFile,
  scriptOf,
  ScriptReader,
  sizeText,
} from '../../core/index.ts';
import type { CompareReport, MachineConfig, Result, RunScript, SessionFile } from '../../core/index.ts';
import { readSessionText, reasonOf } from '../host/session-store.ts';
import { machineOf, MACHINE_OPTIONS } from './machine-options.ts';
import type { MachineValues } from './machine-options.ts';
import { parseOptions } from './options.ts';
import type { Output } from './output.ts';
import { scenarioScript } from './run-scenario.ts';
import { EXIT_OK } from './usage.ts';

const OPTIONS = {
  kernels: { type: 'string' },
  profiles: { type: 'string' },
  memory: MACHINE_OPTIONS.memory,
  'min-memory': MACHINE_OPTIONS['min-memory'],
  'max-memory': MACHINE_OPTIONS['max-memory'],
  'page-size': MACHINE_OPTIONS['page-size'],
  'boot-arg': MACHINE_OPTIONS['boot-arg'],
  json: { type: 'boolean' },
} as const;

/** What is run on each machine, and what people call it. */
interface Subject {
  readonly name: string;
  readonly config: MachineConfig;
  readonly script: RunScript;
}

export async function compareVerb(args: readonly string[], output: Output): Promise<Result<number>> {
  const parsed = parseOptions(args, OPTIONS);
  if (!parsed.ok) return parsed;
  const { values, positionals } = parsed.value;
  if (positionals.length > 1)
    return usage('compare takes one file or folder, or none for the default scenario');
  const kernels = namesOf('kernels', values.kernels);
  if (!kernels.ok) return kernels;
  const profiles = namesOf('profiles', values.profiles);
  if (!profiles.ok) return profiles;
  if (kernels.value === undefined && profiles.value === undefined) {
    return usage('compare needs --kernels or --profiles with two or more names');
  }
  const subject = await subjectOf(positionals[0]);
  if (!subject.ok) return subject;
  const { name, script } = subject.value;
  const config = changedMachine(subject.value.config, values);
  if (!config.ok) return config;
  const report = compareSessions({
    config: config.value,
    script,
    ...(kernels.value === undefined ? {} : { kernels: kernels.value }),
    ...(profiles.value === undefined ? {} : { profiles: profiles.value }),
  });
  if (!report.ok) return report;
  output.out(values.json === true ? jsonOf(name, report.value) : textOf(name, config.value, report.value));
  return ok(EXIT_OK);
}

const usage = (message: string): Result<never> =>
  fail('bad-arguments', message, 'try: ddw-lab compare --kernels 5.13,5.15');

/** `5.13,5.15`; undefined: the option is not there. */
function namesOf(option: string, text: string | undefined): Result<readonly string[] | undefined> {
  if (text === undefined) return ok(undefined);
  const names = text.split(',').map((name) => name.trim());
  return names.includes('')
    ? fail('bad-option', `--${option} cannot be "${text}"`, 'names are parted by commas')
    : ok(names);
}

/** Errors: those of reading a session or a scenario. */
async function subjectOf(path: string | undefined): Promise<Result<Subject>> {
  if (path === undefined) {
    return ok({
      name: 'the default scenario',
      config: defaultScenario(),
      script: scriptOf(DEFAULT_COMMANDS),
    });
  }
  const name = basename(path);
  try {
    if ((await stat(path)).isDirectory()) {
      const scenario = await scenarioScript(path);
      return scenario.ok ? ok({ name, ...scenario.value }) : scenario;
    }
  } catch (error) {
    return fail('cannot-read', `${path} cannot be read: ${reasonOf(error)}`);
  }
  const text = await readSessionText(path);
  if (!text.ok) return text;
  const file = parseSessionFile(text.value);
  if (!file.ok) return file;
  const script = scriptOfSession(file.value);
  return script.ok ? ok({ name, config: file.value.config, script: script.value }) : script;
}

const STEPS_PER_PIECE = 4096;

function scriptOfSession(file: SessionFile): Result<RunScript> {
  const reader = new ScriptReader(file);
  for (;;) {
    if (reader.result !== undefined) return reader.result;
    reader.advance(STEPS_PER_PIECE);
  }
}

/** The same machine with more or less memory; untouched where no option says anything. */
function changedMachine(base: MachineConfig, values: MachineValues): Result<MachineConfig> {
  const { memory, 'page-size': pageSize, 'boot-arg': bootArgs } = values;
  const said = [memory, values['min-memory'], values['max-memory'], pageSize, bootArgs];
  return said.every((value) => value === undefined) ? ok(base) : machineOf(base, values);
}

const jsonOf = (subject: string, report: CompareReport): string =>
  `${JSON.stringify({ subject, ...report }, null, 2)}\n`;

function textOf(subject: string, config: MachineConfig, report: CompareReport): string {
  const { memoryBytes, maxMemoryBytes, pageBytes, functions } = config;
  const machine = [
    ...common(report, 'kernel', 'Linux '),
    ...common(report, 'profile', ''),
    `${sizeText(memoryBytes)} now`,
    `${sizeText(maxMemoryBytes)} maximum`,
    `pages of ${sizeText(pageBytes)}`,
    `${functions.length} ${functions.length === 1 ? 'function' : 'functions'}`,
  ];
  return `${subject}: ${machine.join(', ')}\n\n${compareLines(report).join('\n').trimEnd()}\n`;
}

/** The kernel or platform that all columns share. */
function common({ columns }: CompareReport, key: 'kernel' | 'profile', before: string): readonly string[] {
  const [first, ...others] = new Set(columns.map((column) => column[key]));
  return first === undefined || others.length > 0 ? [] : [`${before}${first}`];
}

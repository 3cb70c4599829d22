// A lab with the machine that it begins on: its settings and lines are read by the console, as if they were typed.

import { isObject, name } from '../../lab/json-schema.ts';
import type { LabProblem } from '../../lab/json-schema.ts';
import type { Lab } from '../../lab/lab.ts';
import { readLab } from '../../lab/read-lab.ts';
import type { LabResult } from '../../lab/read-lab.ts';
import type { ShellLine } from '../../console/lab-shell/actions.ts';
import { parseScript } from '../../console/lab-shell/parse.ts';
import { changedConfig, readSetting } from '../../console/lab-shell/settings.ts';
import type { MachineConfig } from '../../machine/config.ts';
import { validateConfig } from '../../machine/validate.ts';
import { TraceNames } from '../../trace/names.ts';
import { DEFAULT_LPAR } from '../default-scenario.ts';

/** A lab as a host read it from its folder. */
export interface LabSource {
  /** `part/lab`. */
  readonly id: string;
  /** The head as plain data, and the text below it. */
  readonly head: unknown;
  readonly prose: string;
  /** labHash() of its files. */
  readonly hash: string;
}

export interface OpenLab {
  readonly source: LabSource;
  readonly lab: Lab;
  readonly config: MachineConfig;
  readonly setup: readonly ShellLine[];
  /** What the lab's filters know functions by: to be fed with the trace that is checked. */
  readonly names: TraceNames;
}

export function openLab(source: LabSource, seed: number): LabResult<OpenLab> {
  const names = new TraceNames();
  const lab = readLab(source.head, source.prose, seed, names);
  if (!lab.ok) return lab;
  const config = configOf(lab.value);
  if (!config.ok) return config;
  const setup: ShellLine[] = [];
  for (const [at, text] of lab.value.setup.entries()) {
    const lines = linesAt(text, ['setup', at]);
    if (!lines.ok) return lines;
    setup.push(...lines.value);
  }
  for (const [at, { hints }] of lab.value.steps.entries()) {
    const lines = linesAt(hints.command, ['steps', at, 'hints', 'command']);
    if (!lines.ok) return lines;
  }
  return { ok: true, value: { source, lab: lab.value, config: config.value, setup, names } };
}

const problem = (path: LabProblem['path'], message: string, hint?: string): LabResult<never> => ({
  ok: false,
  error: hint === undefined ? { path, message } : { path, message, hint },
});

function configOf({ machine }: Lab): LabResult<MachineConfig> {
  let config: MachineConfig = DEFAULT_LPAR;
  for (const [setting, value] of machine) {
    const word = { line: 1, column: 1, quoted: true };
    const change = readSetting({ ...word, text: setting }, [{ ...word, text: value }]);
    if (!change.ok) {
      // Its place is told by our line, not by that of a typed one.
      const message = change.error.message.replace(/^line 1, column 1: /, '');
      return problem(['machine', setting], `${name(['machine', setting])}: ${message}`, change.error.hint);
    }
    config = changedConfig(config, change.value);
  }
  const checked = validateConfig(config);
  return checked.ok ? checked : problem(['machine'], `machine: ${checked.error.message}`, checked.error.hint);
}

function linesAt(text: string, path: LabProblem['path']): LabResult<readonly ShellLine[]> {
  const lines = parseScript(text);
  if (lines.ok) return lines;
  return problem(path, `${name(path)}: ${lines.error.message}`, lines.error.hint);
}

/** The same plain data, whatever the order of its fields. */
export function samePlain(left: unknown, right: unknown): boolean {
  return JSON.stringify(sorted(left)) === JSON.stringify(sorted(right));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([field, inner]) => [field, sorted(inner)]);
}

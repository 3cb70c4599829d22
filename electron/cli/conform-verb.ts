// `ddw-lab conform`: recordings held against what the lab predicts. The comparing is in conform/; here inputs are found and reports
// printed.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok } from '../../core/index.ts';
import type { Result, UserError } from '../../core/index.ts';
import { reasonOf } from '../host/session-store.ts';
import { conformCalls } from './conform/calls.ts';
import { conformProbe } from './conform/probe.ts';
import { movedOf, reportLines, statusOf, totalsOf } from './conform/report.ts';
import type { ConformPart, ConformReport } from './conform/report.ts';
import { conformScenario } from './conform/scenario.ts';
import { parseOptions } from './options.ts';
import type { Output } from './output.ts';
import { findRecordings, pathOf, textOf } from './recordings.ts';
import type { Recording } from './recordings.ts';
import { errorLine, EXIT_DIFFERENT, EXIT_OK, EXIT_USAGE } from './usage.ts';

export async function conformVerb(args: readonly string[], output: Output): Promise<Result<number>> {
  const parsed = parseOptions(args, { json: { type: 'boolean' } });
  if (!parsed.ok) return parsed;
  const { values, positionals } = parsed.value;
  if (positionals.length === 0) {
    return fail(
      'bad-arguments',
      'conform needs at least one path',
      'try: ddw-lab conform ../shared/oracle/calls',
    );
  }
  const recordings = await findRecordings(positionals);
  if (!recordings.ok) return recordings;
  const reports: ConformReport[] = [];
  const unusable: UserError[] = [];
  for (const recording of recordings.value) {
    const report = await conform(recording);
    if (!report.ok) unusable.push(named(recording, report.error));
    else {
      reports.push(report.value);
      if (values.json !== true) output.out(`${reportLines(report.value).join('\n')}\n`);
    }
    await output.drained();
    if (output.closed) return ok(EXIT_OK);
  }
  const equal = reports.filter((report) => statusOf(report) === 'OK').length;
  const inputs = recordings.value.length;
  output.out(values.json === true ? jsonOf(reports, inputs, equal) : summaryOf(reports, inputs, equal));
  for (const error of unusable) output.err(errorLine(error));
  return ok(unusable.length > 0 ? EXIT_USAGE : equal === inputs ? EXIT_OK : EXIT_DIFFERENT);
}

async function conform(recording: Recording): Promise<Result<ConformReport>> {
  let compare: () => Result<ConformReport>;
  try {
    compare = await comparison(recording);
  } catch (error) {
    return fail('cannot-read', `${recording.path} cannot be read: ${reasonOf(error)}`);
  }
  try {
    return compare();
  } catch (error) {
    return ok(brokenModel(recording, error instanceof Error ? error.message : String(error)));
  }
}

/** "212 inputs, 201 equal"; and in how many of them the order of requests was not the trace's. */
function summaryOf(reports: readonly ConformReport[], inputs: number, equal: number): string {
  const reordered = reports.filter((report) => movedOf(report) > 0);
  const searches = reordered.reduce((sum, report) => sum + movedOf(report), 0);
  const said =
    searches === 0
      ? ''
      : `; reordered searches: ${searches}, in ${reordered.length} of them (docs/conformance.md)`;
  return `${inputs} inputs, ${equal} equal${said}\n`;
}

/** The error with the input's name in it: among many, which one was it? */
function named({ name }: Recording, error: UserError): UserError {
  return error.message.includes(name) ? error : { ...error, message: `${name}: ${error.message}` };
}

/** Reads the recording; what is returned compares it. */
async function comparison({ kind, name, path }: Recording): Promise<() => Result<ConformReport>> {
  if (kind === 'calls') {
    const text = await textOf(path);
    return () => conformCalls(name, text);
  }
  if (kind === 'scenario') {
    const files = await filesOf(path);
    return () => conformScenario(name, files);
  }
  const scenario = await memberOf(path, 'scenario.json');
  const probe = await memberOf(path, 'probe.jsonl');
  return () => conformProbe(name, scenario, probe);
}

/** A bug of ours is a difference of this input, and no reason not to compare the others. */
function brokenModel({ kind, name }: Recording, message: string): ConformReport {
  const firstDifference = {
    at: 'the model',
    expected: 'a prediction',
    got: `a bug of the lab: ${message}`,
    context: [],
  };
  const part: ConformPart = { part: 'model', equal: 0, compared: 1, status: 'DIFF', firstDifference };
  return { name, kind, parts: [part] };
}

/** The text of a folder's file, which findRecordings() has seen. */
async function memberOf(folder: string, name: string): Promise<string> {
  return textOf(pathOf(folder, name) ?? join(folder, name));
}

/** The files of a folder by name. */
async function filesOf(folder: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) files.set(entry.name, await readFile(join(folder, entry.name)));
  }
  return files;
}

function jsonOf(reports: readonly ConformReport[], inputs: number, equal: number): string {
  const rows = reports.map((report) => ({ ...report, status: statusOf(report), ...totalsOf(report) }));
  return `${JSON.stringify({ reports: rows, inputs, equal }, null, 2)}\n`;
}

// `ddw-lab conform`: recordings held against what the lab predicts. The comparing is in conform/; here inputs are found and reports
// printed.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok } from '../../core/index.ts';
import type { Result, UserError } from '../../core/index.ts';
import { reasonOf } from '../host/session-store.ts';
import { conformCalls } from './conform/calls.ts';
import { conformProbe } from './conform/probe.ts';
import { reportLines, statusOf, totalsOf } from './conform/report.ts';
import type { ConformReport } from './conform/report.ts';
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
    if (!report.ok) unusable.push(report.error);
    else {
      reports.push(report.value);
      if (values.json !== true) output.out(`${reportLines(report.value).join('\n')}\n`);
    }
    await output.drained();
    if (output.closed) return ok(EXIT_OK);
  }
  const equal = reports.filter((report) => statusOf(report) === 'OK').length;
  const inputs = recordings.value.length;
  output.out(values.json === true ? jsonOf(reports, inputs, equal) : `${inputs} inputs, ${equal} equal\n`);
  for (const error of unusable) output.err(errorLine(error));
  return ok(unusable.length > 0 ? EXIT_USAGE : equal === inputs ? EXIT_OK : EXIT_DIFFERENT);
}

async function conform({ kind, name, path }: Recording): Promise<Result<ConformReport>> {
  try {
    switch (kind) {
      case 'calls':
        return conformCalls(name, await textOf(path));
      case 'probe':
        return conformProbe(name, await memberOf(path, 'scenario.json'), await memberOf(path, 'probe.jsonl'));
      case 'scenario':
        return conformScenario(name, await filesOf(path));
    }
  } catch (error) {
    return fail('cannot-read', `${path} cannot be read: ${reasonOf(error)}`);
  }
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

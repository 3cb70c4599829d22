// `ddw-lab grade FILE…`: attempts carried out again and scored by the checks of their labs; folders give a class table.

import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fail, gradeAttempt, ok } from '../../core/index.ts';
import type { LabGrade, LabSource, Result } from '../../core/index.ts';
import { readCourse, readLabFolder } from '../host/lab-files.ts';
import { readSessionText, reasonOf } from '../host/session-store.ts';
import { checkLines } from './check-lines.ts';
import { classCsv, classJson, classTable } from './class-table.ts';
import type { GradedFile } from './class-table.ts';
import { labsFolder, programVersion } from './places.ts';
import { parseOptions } from './options.ts';
import type { Output } from './output.ts';
import { EXIT_OK } from './usage.ts';

const OPTIONS = { labs: { type: 'string' }, json: { type: 'boolean' }, csv: { type: 'boolean' } } as const;

/** Most attempts of one call. */
const MOST_FILES = 2000;

export async function gradeVerb(args: readonly string[], output: Output): Promise<Result<number>> {
  const parsed = parseOptions(args, OPTIONS);
  if (!parsed.ok) return parsed;
  const { values, positionals } = parsed.value;
  if (positionals.length === 0) {
    return fail(
      'bad-arguments',
      'grade takes attempts, or folders of them',
      'type: ddw-lab grade FILE.ddwrun',
    );
  }
  if (values.json === true && values.csv === true) {
    return fail('bad-arguments', 'a table is JSON or CSV, not both', 'leave one of them out');
  }
  const labs = await sourcesIn(values.labs ?? labsFolder());
  if (!labs.ok) return labs;
  const files = await attemptsOf(positionals);
  if (!files.ok) return files;
  const graded: GradedFile[] = [];
  for (const file of files.value)
    graded.push({ file: basename(file), grade: await gradeFile(file, labs.value) });
  if (values.json === true) output.out(classJson(graded));
  else if (values.csv === true) output.out(classCsv(graded));
  else output.out(plainText(graded));
  return ok(EXIT_OK);
}

/** One attempt is told whole; several are a table. */
function plainText(graded: readonly GradedFile[]): string {
  const [first, second] = graded;
  if (first === undefined || second !== undefined) return classTable(graded);
  const { verdict, message, stamp, checks } = first.grade;
  const who =
    stamp === undefined ? '' : ` ${stamp.learner === '' ? 'without a name' : stamp.learner}, ${stamp.id}:`;
  const lines = checks.length === 0 ? '' : checkLines(checks);
  return `${first.file}:${who} ${verdict}: ${message}\n${lines}`;
}

async function gradeFile(file: string, labs: ReadonlyMap<string, LabSource>): Promise<LabGrade> {
  const text = await readSessionText(file);
  if (!text.ok) return { verdict: 'damaged', message: text.error.message, checks: [] };
  return gradeAttempt(text.value, (id) => labs.get(id), programVersion());
}

async function sourcesIn(folder: string): Promise<Result<ReadonlyMap<string, LabSource>>> {
  const course = await readCourse(folder);
  if (!course.ok) return course;
  const sources = new Map<string, LabSource>();
  for (const entry of course.value.labs) {
    const lab = await readLabFolder(entry);
    // A lab that cannot be read grades nothing; `labs check` says what is wrong with it.
    if (lab.ok) sources.set(entry.id, lab.value.source);
  }
  return ok(sources);
}

async function attemptsOf(places: readonly string[]): Promise<Result<readonly string[]>> {
  const files: string[] = [];
  for (const place of places) {
    try {
      if (!(await stat(place)).isDirectory()) files.push(place);
      else {
        const names = (await readdir(place)).filter((name) => name.endsWith('.ddwrun')).sort();
        files.push(...names.map((name) => join(place, name)));
      }
    } catch (error) {
      return fail('cannot-read', `${place} cannot be read: ${reasonOf(error)}`);
    }
  }
  if (files.length === 0) return fail('bad-arguments', 'there is no attempt (.ddwrun) here');
  if (files.length > MOST_FILES)
    return fail('bad-arguments', `${files.length} attempts are too many at once`);
  return ok(files);
}

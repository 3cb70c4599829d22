// `ddw-lab labs check | new | try`: authors' tools, and a lab in the terminal.

import { existsSync, statSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  fail,
  labSchemaText,
  LabWork,
  ok,
  parseScript,
  placeValues,
  scoreOf,
  sessionText,
} from '../../core/index.ts';
import type { OpenLab, Result } from '../../core/index.ts';
import { LAB_FILE, openLabFolder, readLabFolder, SOLUTION_FILE } from '../host/lab-files.ts';
import { reasonOf, writeAtomically } from '../host/session-store.ts';
import { checkCourse, playLines } from './labs-check.ts';
import { SKELETON_SOLUTION, skeletonLab } from './labs-new.ts';
import { checkLines } from './check-lines.ts';
import { labsFolder, programVersion } from './places.ts';
import { parseOptions } from './options.ts';
import type { Output } from './output.ts';
import { EXIT_DIFFERENT, EXIT_OK } from './usage.ts';

const OPTIONS = {
  labs: { type: 'string' },
  seed: { type: 'string' },
  name: { type: 'string' },
  save: { type: 'string' },
} as const;

interface Given {
  readonly labs: string;
  readonly seed?: string | undefined;
  readonly name?: string | undefined;
  readonly save?: string | undefined;
}

export async function labsVerb(args: readonly string[], output: Output): Promise<Result<number>> {
  const parsed = parseOptions(args, OPTIONS);
  if (!parsed.ok) return parsed;
  const { values, positionals } = parsed.value;
  const [what, ...rest] = positionals;
  const given: Given = { ...values, labs: values.labs ?? labsFolder() };
  if (what === 'check' && rest.length <= 1) return check(rest[0] ?? given.labs, output);
  if (what === 'schema' && rest.length === 0) return say(labSchemaText(), output);
  if (what === 'new' && rest.length === 2) return create(given, rest[0] ?? '', rest[1] ?? '', output);
  if (what === 'try' && rest.length === 2) return tryLab(given, rest[0] ?? '', rest[1] ?? '', output);
  return fail(
    'bad-arguments',
    'labs takes: check [FOLDER], or schema, or new PART/LAB "TITLE", or try PART/LAB "LINES"',
    'type: ddw-lab labs check',
  );
}

function say(text: string, output: Output): Result<number> {
  output.out(text);
  return ok(EXIT_OK);
}

async function check(folder: string, output: Output): Promise<Result<number>> {
  const report = await checkCourse(folder);
  if (!report.ok) return report;
  const { labs, problems } = report.value;
  for (const problem of problems) output.out(`${problem}\n`);
  output.out(`labs: ${labs} checked, ${problems.length} problems\n`);
  return ok(problems.length === 0 ? EXIT_OK : EXIT_DIFFERENT);
}

async function create({ labs }: Given, id: string, title: string, output: Output): Promise<Result<number>> {
  const bad = badId(id);
  if (bad !== undefined) return bad;
  const folder = join(labs, id);
  if (existsSync(folder)) return fail('exists', `${id} is there already`, 'choose another number or name');
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    return fail('cannot-write', `${id} cannot be made: ${reasonOf(error)}`);
  }
  for (const [file, text] of [
    [LAB_FILE, skeletonLab(title)],
    [SOLUTION_FILE, SKELETON_SOLUTION],
  ] as const) {
    const written = await writeAtomically(join(folder, file), text);
    if (!written.ok) return written;
  }
  output.out(`${join(folder, LAB_FILE)}\n${join(folder, SOLUTION_FILE)}\n`);
  return ok(EXIT_OK);
}

function badId(id: string): ReturnType<typeof fail> | undefined {
  if (/^\d\d-[a-z0-9-]+\/\d\d-[a-z0-9-]+$/.test(id)) return undefined;
  return fail('bad-arguments', `"${id}" is no name of a lab`, 'write such as 01-what-dma-needs/02-first-lab');
}

/** Carries lines out on a lab, says how its checks stand, and keeps the attempt. */
async function tryLab(given: Given, id: string, lines: string, output: Output): Promise<Result<number>> {
  const open = await openFrom(given, id);
  if (!open.ok) return open;
  const script = await scriptOf(lines);
  // A solution speaks of the lab's variables.
  const shellLines = script.ok ? parseScript(placeValues(script.value, open.value.lab.values)) : script;
  if (!shellLines.ok) return shellLines;
  const work = LabWork.begin(open.value);
  if (!work.ok) return work;
  const played = playLines(work.value, shellLines.value);
  if (!played.ok) return played;
  const finished = work.value.finish();
  if (!finished.ok) return finished;
  const results = work.value.results();
  output.out(checkLines(results));
  if (given.save !== undefined) {
    const text = sessionText(work.value.attempt(given.name ?? '', programVersion()));
    const written = await writeAtomically(given.save, text);
    if (!written.ok) return written;
  }
  const { points, most } = scoreOf(results);
  return ok(points === most ? EXIT_OK : EXIT_DIFFERENT);
}

async function openFrom({ labs, seed = '1', name = '' }: Given, id: string): Promise<Result<OpenLab>> {
  const bad = badId(id);
  if (bad !== undefined) return bad;
  if (!/^\d{1,9}$/.test(seed)) return fail('bad-arguments', `"${seed}" is no seed`, 'give a number from 0');
  if (!/^\P{Cc}{0,80}$/u.test(name)) return fail('bad-arguments', 'the name has more than 80 characters');
  const folder = await readLabFolder({ id, folder: join(labs, id) });
  return folder.ok ? openLabFolder(folder.value, Number(seed)) : folder;
}

/** The argument itself, unless it names a file. */
async function scriptOf(argument: string): Promise<Result<string>> {
  const isFile = argument.length < 4096 && existsSync(argument) && statSync(argument).isFile();
  if (!isFile && !argument.endsWith('.cmds')) return ok(argument);
  try {
    return ok(await readFile(argument, 'utf8'));
  } catch (error) {
    return fail('cannot-read', `${argument} cannot be read: ${reasonOf(error)}`);
  }
}

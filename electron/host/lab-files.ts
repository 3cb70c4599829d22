// Labs on disk: labs/NN-part/NN-slug with lab.md and solution.cmds, and nothing else.

import { lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, hasControls, labHash, ok, openLab, readSolution } from '../../core/index.ts';
import type { LabSource, OpenLab, Result, SolutionLine } from '../../core/index.ts';
import { MAX_LAB_TEXT, readLabText } from './lab-text.ts';
import type { LabText } from './lab-text.ts';
import { reasonOf } from './session-store.ts';

export const LAB_FILE = 'lab.md';
export const SOLUTION_FILE = 'solution.cmds';
/** Most bytes of a file of a lab. */
const MAX_BYTES = 4 * MAX_LAB_TEXT;
const NUMBERED = /^\d\d-[a-z0-9]+(-[a-z0-9]+)*$/;

/** A lab's folder, read. */
export interface LabFolder {
  readonly source: LabSource;
  readonly text: LabText;
  /** The text of solution.cmds. */
  readonly solution: string;
}

export interface CourseEntry {
  /** `part/lab`. */
  readonly id: string;
  readonly folder: string;
}

export interface Course {
  readonly labs: readonly CourseEntry[];
  /** Sentences: what does not belong into a course. */
  readonly problems: readonly string[];
}

/** What lies in a folder of labs. Errors: `cannot-read`. */
export async function readCourse(folder: string): Promise<Result<Course>> {
  const labs: CourseEntry[] = [];
  const problems: string[] = [];
  try {
    for (const part of await namesIn(folder)) {
      if (await isFolder(folder, part, `a part is a folder named NN-words`, problems)) {
        for (const slug of await namesIn(join(folder, part))) {
          const id = `${part}/${slug}`;
          if (!(await isFolder(folder, id, 'a lab is a folder named NN-words', problems))) continue;
          labs.push({ id, folder: join(folder, id) });
          problems.push(...(await strayFiles(folder, id)));
        }
      }
    }
    return ok({ labs, problems });
  } catch (error) {
    return fail('cannot-read', `${folder} cannot be read: ${reasonOf(error)}`);
  }
}

const namesIn = async (folder: string): Promise<string[]> => (await readdir(folder)).sort();

async function isFolder(top: string, id: string, rule: string, problems: string[]): Promise<boolean> {
  const { isDirectory } = await kindOf(join(top, id));
  const last = id.split('/').at(-1) ?? '';
  if (!isDirectory || !NUMBERED.test(last)) problems.push(`${id}: ${rule}`);
  return isDirectory;
}

/** Links are not followed: a pack may come from anybody. */
async function kindOf(path: string): Promise<{ readonly isDirectory: boolean; readonly isFile: boolean }> {
  const found = await lstat(path);
  return { isDirectory: found.isDirectory(), isFile: found.isFile() };
}

async function strayFiles(top: string, id: string): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const name of await namesIn(join(top, id))) {
    const belongs = name === LAB_FILE || name === SOLUTION_FILE;
    const { isFile } = await kindOf(join(top, id, name));
    if (!belongs) problems.push(`${id}: "${name}" does not belong here`);
    else if (!isFile) problems.push(`${id}: ${name} is not a file`);
  }
  return problems;
}

/** Errors: `cannot-read`, `bad-lab`; the message begins with file and line. */
export async function readLabFolder({ id, folder }: CourseEntry): Promise<Result<LabFolder>> {
  const lab = await readText(join(folder, LAB_FILE), `${id}/${LAB_FILE}`);
  if (!lab.ok) return lab;
  const solution = await readText(join(folder, SOLUTION_FILE), `${id}/${SOLUTION_FILE}`);
  if (!solution.ok) return solution;
  const text = readLabText(lab.value);
  if (!text.ok) {
    return fail(text.error.code, `${id}/${LAB_FILE}: ${text.error.message}`, text.error.hint);
  }
  const { head, prose } = text.value;
  const hash = labHash(lab.value, solution.value);
  return ok({ source: { id, head, prose, hash }, text: text.value, solution: solution.value });
}

async function readText(path: string, name: string): Promise<Result<string>> {
  try {
    if (!(await kindOf(path)).isFile) return fail('cannot-read', `${name} is not a file`);
    const handle = await open(path, 'r');
    try {
      const { size } = await handle.stat();
      if (size > MAX_BYTES) return fail('bad-lab', `${name}: line 1: the file has ${size} bytes, too many`);
      const text = new TextDecoder('utf-8', { fatal: true }).decode(await handle.readFile());
      return hasControls(text) ? fail('bad-lab', `${name}: ${controlLine(text)}`) : ok(text);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof TypeError) return fail('bad-lab', `${name}: line 1: the file is not UTF-8 text`);
    return fail('cannot-read', `${name} cannot be read: ${reasonOf(error)}`);
  }
}

function controlLine(text: string): string {
  const at = text.split('\n').findIndex(hasControls);
  return `line ${at + 1}: there is a control character`;
}

/** The lab for a seed. Errors: `bad-lab`, with file and line. */
export function openLabFolder({ source, text }: LabFolder, seed: number): Result<OpenLab> {
  const opened = openLab(source, seed);
  if (opened.ok) return opened;
  const { message, hint } = opened.error;
  return fail('bad-lab', `${source.id}/${LAB_FILE}: line ${text.lineOf(opened.error)}: ${message}`, hint);
}

/** Lines of the solution, for this seed's variables still as written. Errors: `bad-lab`, with file and line. */
export function solutionOf({ source, solution }: LabFolder, open: OpenLab): Result<readonly SolutionLine[]> {
  const lines = readSolution(
    solution,
    open.lab.steps.map((step) => step.id),
  );
  if (lines.ok) return lines;
  const { line, message, hint } = lines.error;
  return fail('bad-lab', `${source.id}/${SOLUTION_FILE}: line ${line}: ${message}`, hint);
}

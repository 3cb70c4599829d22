// A course checks itself: an untouched start fails, the solution passes, each of its lines is needed, and what the text tells to type can be typed.

import { codeBlocks, LabWork, parseScript, placeValues } from '../../core/index.ts';
import type { CheckResult, OpenLab, Result, ShellLine, SolutionLine } from '../../core/index.ts';
import { openLabFolder, readCourse, readLabFolder, SOLUTION_FILE, solutionOf } from '../host/lab-files.ts';
import type { CourseEntry, LabFolder } from '../host/lab-files.ts';

export interface CourseReport {
  readonly labs: number;
  /** Sentences, each with the lab and, where there is one, file and line. */
  readonly problems: readonly string[];
}

/** Seeds that solutions are tried with; a lab without variables needs only the first. */
const SEEDS = [1, 2, 3];

/** Errors: `cannot-read`. */
export async function checkCourse(folder: string): Promise<Result<CourseReport>> {
  const course = await readCourse(folder);
  if (!course.ok) return course;
  const { labs } = course.value;
  const problems = [...course.value.problems];
  const ids = new Set(labs.map(({ id }) => id));
  for (const entry of labs) problems.push(...(await checkLab(entry, ids)));
  return { ok: true, value: { labs: labs.length, problems } };
}

async function checkLab(entry: CourseEntry, ids: ReadonlySet<string>): Promise<readonly string[]> {
  const folder = await readLabFolder(entry);
  if (!folder.ok) return [sentence(folder.error)];
  const open = openLabFolder(folder.value, SEEDS[0] ?? 1);
  if (!open.ok) return [sentence(open.error)];
  const { lab } = open.value;
  const needs = lab.needs
    .filter((id) => !ids.has(id))
    .map((id) => `${entry.id}: it needs "${id}", which is no lab here`);
  const solution = solutionOf(folder.value, open.value);
  if (!solution.ok) return [...needs, sentence(solution.error)];
  const trial = new Trial(folder.value, solution.value);
  const first = [...needs, ...trial.typed(open.value), ...trial.untouched()];
  // One cause has many consequences: what follows is asked only when this is right.
  if (first.length > 0) return first;
  const seeds = lab.values.size === 0 ? SEEDS.slice(0, 1) : SEEDS;
  const runs = firstProblems(seeds, (seed) => trial.solved(seed));
  return runs.length > 0 ? runs : trial.needless();
}

function firstProblems(
  seeds: readonly number[],
  problemsOf: (seed: number) => readonly string[],
): readonly string[] {
  for (const seed of seeds) {
    const problems = problemsOf(seed);
    if (problems.length > 0) return problems;
  }
  return [];
}

const sentence = ({ message, hint }: { readonly message: string; readonly hint?: string }): string =>
  hint === undefined ? message : `${message} (${hint})`;

class Trial {
  private readonly folder: LabFolder;
  private readonly lines: readonly SolutionLine[];

  constructor(folder: LabFolder, lines: readonly SolutionLine[]) {
    this.folder = folder;
    this.lines = lines;
  }

  private get id(): string {
    return this.folder.source.id;
  }

  /** Console lines in the text. */
  typed({ lab }: OpenLab): readonly string[] {
    const texts = [lab.intro, ...lab.steps.map(({ text }) => text), lab.outro];
    return texts.flatMap(codeBlocks).flatMap((block) => {
      const lines = parseScript(block);
      return lines.ok
        ? []
        : [`${this.id}: the text tells to type what cannot be typed: ${sentence(lines.error)}`];
    });
  }

  untouched(): readonly string[] {
    const work = this.begin(1);
    if (!work.ok) return [`${this.id}: it cannot begin: ${sentence(work.error)}`];
    const failing = work.value.results().some((check) => !check.passed);
    return failing ? [] : [`${this.id}: all checks pass before anything is done`];
  }

  /** The solution passes, and each step's checks pass with its own lines. */
  solved(seed: number): readonly string[] {
    const work = this.begin(seed);
    if (!work.ok) return [`${this.id}: it cannot begin with seed ${seed}: ${sentence(work.error)}`];
    for (const { id } of work.value.open.lab.steps) {
      const own = this.lines.filter(({ step }) => step === id);
      for (const line of own) {
        const done = this.play(work.value, line);
        if (!done.ok) return [this.at(line, `with seed ${seed} it fails: ${sentence(done.error)}`)];
      }
      const open = failed(work.value.results()).find((check) => check.step === id);
      if (open !== undefined) return [this.unmet(open, `after its lines of the solution, with seed ${seed}`)];
    }
    const finished = work.value.finish();
    if (!finished.ok) return [`${this.id}: the solution has no end: ${sentence(finished.error)}`];
    const [first] = failed(work.value.results());
    return first === undefined ? [] : [this.unmet(first, `at the end of the solution, with seed ${seed}`)];
  }

  /** Lines without which all checks pass too. */
  needless(): readonly string[] {
    return this.lines.flatMap((left) =>
      left.optional || !this.passesWithout(left)
        ? []
        : [this.at(left, `all checks pass without it; a check should need it, or it ends in # optional`)],
    );
  }

  private passesWithout(left: SolutionLine): boolean {
    const work = this.begin(1);
    if (!work.ok) return false;
    // A line that is refused because another is missing shows that this one was needed: the learner goes on with the next.
    for (const line of this.lines) if (line !== left) this.play(work.value, line);
    work.value.finish();
    return failed(work.value.results()).length === 0;
  }

  private begin(seed: number): Result<LabWork> {
    const open = openLabFolder(this.folder, seed);
    return open.ok ? LabWork.begin(open.value) : open;
  }

  private play(work: LabWork, line: SolutionLine): Result<true> {
    const lines = parseScript(placeValues(line.text, work.open.lab.values));
    return lines.ok ? playLines(work, lines.value) : lines;
  }

  private at({ line, text }: SolutionLine, what: string): string {
    return `${this.id}/${SOLUTION_FILE}: line ${line} ("${text}"): ${what}`;
  }

  private unmet({ step, check, expected, got }: CheckResult, when: string): string {
    return `${this.id}: the check "${check}" of step "${step}" fails ${when}: expected ${expected}, got ${got}`;
  }
}

const failed = (checks: readonly CheckResult[]): readonly CheckResult[] =>
  checks.filter((check) => !check.passed);

export function playLines(work: LabWork, lines: readonly ShellLine[]): Result<true> {
  for (const line of lines) {
    const done = work.do(line);
    if (!done.ok) return done;
  }
  return { ok: true, value: true };
}

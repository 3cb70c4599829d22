// The same LPAR and workload under several kernels or platforms: one session each, stepped in turn, and a report when all have ended.

import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { MachineConfig } from '../machine/config.ts';
import { kernelNamed, profileNamed, variantOf } from '../machine/variant.ts';
import { compareRuns } from '../projection/compare-runs.ts';
import type { ComparedRun, CompareReport } from '../projection/compare-runs.ts';
import { catchUp } from '../projection/fold.ts';
import { RunFactsFold } from '../projection/run-facts.ts';
import { ScriptedRun } from './scripted-run.ts';
import type { RunScript, ScriptStep } from './scripted-run.ts';

export interface CompareRequest {
  readonly config: MachineConfig;
  readonly script: RunScript;
  /** Ids or releases; absent: the configuration's own. */
  readonly kernels?: readonly string[];
  readonly profiles?: readonly string[];
}

/** Each is a whole machine. */
export const MAX_COMPARED = 8;

export interface CompareProgress {
  readonly label: string;
  readonly steps: number;
  readonly nowNs: number;
  readonly events: number;
  readonly done: boolean;
}

interface Side {
  readonly label: string;
  readonly kernel: string;
  readonly profile: string;
}

interface Column extends Side {
  readonly notes: readonly string[];
  readonly cannot?: string;
  readonly run?: ScriptedRun;
  readonly facts: RunFactsFold;
  fed: number;
}

/** Works in pieces: call advance() until `report` is there. */
export class Comparison {
  report: CompareReport | undefined;
  private readonly columns: readonly Column[];
  private turn = 0;

  private constructor(columns: readonly Column[]) {
    this.columns = columns;
  }

  /**
   * Errors: `unknown-kernel`, `unknown-profile`, `nothing-to-compare`; and when no column can run the configuration, the first one's.
   * What a single kernel or platform cannot run is said in its column.
   */
  static create(request: CompareRequest): Result<Comparison> {
    const sides = sidesOf(request);
    if (!sides.ok) return sides;
    const columns = sides.value.map((side) => columnOf(side, request));
    if (columns.some(({ run }) => run !== undefined)) return ok(new Comparison(columns));
    return fail('nothing-runs', columns[0]?.cannot ?? 'nothing runs', 'choose another kernel or page size');
  }

  get progress(): readonly CompareProgress[] {
    return this.columns.map(({ label, run }) => ({
      label,
      steps: run?.session.steps ?? 0,
      nowNs: run?.session.nowNs ?? 0,
      events: run?.session.traceLength ?? 0,
      done: run?.done ?? true,
    }));
  }

  /** Runs at most `maxSteps` scheduler steps, one on each machine in turn. */
  advance(maxSteps: number): void {
    for (let left = maxSteps; left > 0 && this.report === undefined; left--) {
      const column = this.nextColumn();
      if (column === undefined) this.finish();
      else column.run?.advance(1);
    }
    for (const column of this.columns) takeIn(column);
  }

  private nextColumn(): Column | undefined {
    for (let tried = 0; tried < this.columns.length; tried++) {
      const column = this.columns[this.turn++ % this.columns.length];
      if (column?.run?.done === false) return column;
    }
    return undefined;
  }

  private finish(): void {
    for (const column of this.columns) takeIn(column);
    this.report = compareRuns(this.columns.map(comparedRun));
  }
}

/** The whole comparison at once. Errors: see Comparison.create. */
export function compareSessions(request: CompareRequest): Result<CompareReport> {
  const comparison = Comparison.create(request);
  if (!comparison.ok) return comparison;
  for (;;) {
    comparison.value.advance(4096);
    if (comparison.value.report !== undefined) return ok(comparison.value.report);
  }
}

function takeIn(column: Column): void {
  if (column.run !== undefined) column.fed = catchUp(column.facts, column.run.session.trace, column.fed);
}

function comparedRun({ label, kernel, profile, notes, cannot, run, facts }: Column): ComparedRun {
  const side = { label, kernel, profile };
  if (run === undefined) return { ...side, notes, ...(cannot === undefined ? {} : { cannot }) };
  const crash = run.session.oops;
  const said = [...notes, ...run.refusals, ...(crash === undefined ? [] : [`the guest crashed: ${crash}`])];
  return { ...side, notes: said, facts: facts.value };
}

/** Every kernel on every platform, as many as were named. */
function sidesOf({
  config,
  kernels = [config.kernel],
  profiles = [config.profile],
}: CompareRequest): Result<readonly Side[]> {
  const kernelIds = resolved(kernels, kernelNamed);
  if (!kernelIds.ok) return kernelIds;
  const profileIds = resolved(profiles, profileNamed);
  if (!profileIds.ok) return profileIds;
  const sides = profileIds.value.flatMap((profile) =>
    kernelIds.value.map((kernel) => ({
      kernel,
      profile,
      label: labelOf(kernel, profile, kernelIds.value, profileIds.value),
    })),
  );
  if (sides.length < 2)
    return fail(
      'nothing-to-compare',
      'a comparison needs two or more kernels or platforms',
      'name another one',
    );
  if (sides.length > MAX_COMPARED)
    return fail(
      'too-many',
      `${sides.length} machines are more than the ${MAX_COMPARED} that are compared at once`,
      'name fewer',
    );
  return ok(sides);
}

function labelOf(
  kernel: string,
  profile: string,
  kernels: readonly string[],
  profiles: readonly string[],
): string {
  if (profiles.length === 1) return kernel;
  return kernels.length === 1 ? profile : `${kernel} on ${profile}`;
}

/** The ids that are meant. Errors: a name that is none, and two names for the same. */
function resolved(
  names: readonly string[],
  resolve: (name: string) => Result<string>,
): Result<readonly string[]> {
  const meant = new Map<string, string>();
  for (const name of names) {
    const id = resolve(name);
    if (!id.ok) return id;
    const other = meant.get(id.value);
    if (other !== undefined) {
      const what =
        other === name
          ? `"${name}" is named twice`
          : `"${other}" and "${name}" are the same build here: ${id.value}`;
      return fail('named-twice', what, 'name each once');
    }
    meant.set(id.value, name);
  }
  return ok([...meant.keys()]);
}

function columnOf(side: Side, { config, script }: CompareRequest): Column {
  const column = { ...side, facts: new RunFactsFold(), fed: 0 };
  const variant = variantOf(config, side.kernel, side.profile);
  if (!variant.ok) return { ...column, notes: [], cannot: variant.error.message };
  const { notes } = variant.value;
  const run = ScriptedRun.create(variant.value.config, scriptFor(side, script));
  if (run.ok) return { ...column, notes, run: run.value };
  const { message, hint } = run.error;
  return { ...column, notes, cannot: hint === undefined ? message : `${message} (${hint})` };
}

/** A configuration that the script sets is the same partition too. */
function scriptFor({ kernel, profile }: Side, { steps, end }: RunScript): RunScript {
  const stepFor = (step: ScriptStep): ScriptStep => {
    if (step.command.do !== 'configure') return step;
    const variant = variantOf(step.command.config, kernel, profile);
    return variant.ok ? { ...step, command: { do: 'configure', config: variant.value.config } } : step;
  };
  return { steps: steps.map(stepFor), end };
}

// The same LPAR and workload under several kernels or platforms: one machine each, stepped in turn, and a report when all have ended.

import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { MachineConfig } from '../machine/config.ts';
import { comparingRuns } from '../projection/compare-runs.ts';
import type { CompareReport } from '../projection/compare-runs.ts';
import { sidesOf } from './compare-sides.ts';
import type { CompareNames } from './compare-sides.ts';
import { ComparedMachine } from './compared-machine.ts';
import type { CompareProgress } from './compared-machine.ts';
import type { RunScript } from './scripted-run.ts';

export interface CompareRequest extends CompareNames {
  readonly config: MachineConfig;
  readonly script: RunScript;
}

/** Machines that run at one time: a trace of a thousand VFs is large, and two side by side show how each gets on. */
const RUNNING = 2;

/** Works in pieces: call advance() until `report` is there. */
export class Comparison {
  report: CompareReport | undefined;
  private readonly machines: readonly ComparedMachine[];
  private turn = 0;
  private comparing: Generator<void, CompareReport, void> | undefined;

  private constructor(machines: readonly ComparedMachine[]) {
    this.machines = machines;
  }

  /**
   * Errors: those of sidesOf, and `nothing-runs` when no column can run the configuration. What a single kernel or platform cannot run
   * is said in its column.
   */
  static create(request: CompareRequest): Result<Comparison> {
    const { config, script } = request;
    const sides = sidesOf(config, request);
    if (!sides.ok) return sides;
    const machines = sides.value.map((side) => new ComparedMachine(side, config, script));
    if (machines.some(({ result }) => result === undefined)) return ok(new Comparison(machines));
    const why = machines[0]?.result?.cannot ?? 'nothing runs';
    return fail('nothing-runs', why, 'choose another kernel or page size');
  }

  get progress(): readonly CompareProgress[] {
    return this.machines.map(({ progress }) => progress);
  }

  /** Runs at most `maxSteps` scheduler steps, one on each running machine in turn. */
  advance(maxSteps: number): void {
    for (let left = maxSteps; left > 0 && this.report === undefined; left--) {
      const running = this.machines.filter(({ result }) => result === undefined).slice(0, RUNNING);
      if (running.length === 0) this.conclude();
      else running[this.turn++ % running.length]?.advance(1);
    }
  }

  private conclude(): void {
    const results = this.machines.flatMap(({ result }) => (result === undefined ? [] : [result]));
    this.comparing ??= comparingRuns(results);
    const next = this.comparing.next();
    if (next.done === true) this.report = next.value;
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

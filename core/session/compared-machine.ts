// One column of a comparison: a machine that runs the script. When it has ended only what it came to is kept: a trace may be large.

import type { Result, UserError } from '../base/result.ts';
import { validateConfig } from '../machine/validate.ts';
import { variantOf } from '../machine/variant.ts';
import type { MachineConfig } from '../machine/config.ts';
import type { ComparedRun } from '../projection/compare-runs.ts';
import { catchUp } from '../projection/fold.ts';
import { RunFactsFold } from '../projection/run-facts.ts';
import type { Side } from './compare-sides.ts';
import { ScriptedRun } from './scripted-run.ts';
import type { RunScript, ScriptStep } from './scripted-run.ts';

export interface CompareProgress {
  readonly label: string;
  readonly steps: number;
  /** Virtual time. */
  readonly nowNs: number;
  readonly events: number;
  readonly done: boolean;
}

export class ComparedMachine {
  /** Set when it has ended, or cannot run the configuration at all. */
  result: ComparedRun | undefined;
  private readonly side: Side;
  private readonly notes: readonly string[];
  private readonly facts = new RunFactsFold();
  private fed = 0;
  /** What to make the machine of; it is made when its turn comes: a thousand VFs take a while. */
  private readonly make: () => Result<ScriptedRun>;
  private run: ScriptedRun | undefined;
  private last: Omit<CompareProgress, 'label' | 'done'> = { steps: 0, nowNs: 0, events: 0 };

  constructor(side: Side, config: MachineConfig, script: RunScript) {
    this.side = side;
    const variant = variantOf(config, side.kernel, side.profile);
    const checked = variant.ok ? validateConfig(variant.value.config) : variant;
    this.notes = variant.ok ? variant.value.notes : [];
    this.make = () => (checked.ok ? ScriptedRun.create(checked.value, scriptFor(side, script)) : checked);
    if (!checked.ok) this.result = this.cannot(checked.error);
  }

  get progress(): CompareProgress {
    if (this.run !== undefined) this.last = placeOf(this.run);
    return { label: this.side.label, ...this.last, done: this.result !== undefined };
  }

  /** Runs at most `maxSteps` scheduler steps. */
  advance(maxSteps: number): void {
    if (this.result !== undefined) return;
    if (this.run === undefined) return this.begin();
    this.run.advance(maxSteps);
    this.fed = catchUp(this.facts, this.run.session.trace, this.fed);
    if (this.run.done) this.end(this.run);
  }

  private begin(): void {
    const run = this.make();
    if (run.ok) this.run = run.value;
    else this.result = this.cannot(run.error);
  }

  private cannot({ message, hint }: UserError): ComparedRun {
    const cannot = hint === undefined ? message : `${message} (${hint})`;
    return { ...this.side, notes: this.notes, cannot };
  }

  private end(run: ScriptedRun): void {
    const crash = run.session.oops;
    const crashed = crash === undefined ? [] : [`the guest crashed: ${crash}`];
    const notes = [...this.notes, ...run.refusals, ...crashed];
    this.result = { ...this.side, notes, facts: this.facts.value };
    this.last = placeOf(run);
    this.run = undefined;
  }
}

function placeOf({ session }: ScriptedRun): Omit<CompareProgress, 'label' | 'done'> {
  return { steps: session.steps, nowNs: session.nowNs, events: session.traceLength };
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

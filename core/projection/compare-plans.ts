// Where two runs' decisions part: the steps of enable_ddw() held against each other, function by function.

import type { DmaMode, PlanStep } from '../trace/events.ts';
import type { FunctionFacts, RunFacts } from './run-facts.ts';

/** Step `number` (from 1) of both decisions; null where one of them has ended. */
export interface StepDifference {
  readonly number: number;
  readonly before: PlanStep | null;
  readonly after: PlanStep | null;
  /** The branch that led to different ends; none where the same way was gone on other numbers. */
  readonly decides: boolean;
}

export interface BranchDifference {
  /** Functions whose decisions part in the same way. */
  readonly functions: readonly string[];
  readonly modes: readonly [before: DmaMode, after: DmaMode];
  readonly steps: readonly StepDifference[];
}

/** One entry for each way in which decisions part; none where both kernels go the same way. */
export function branchDifferences(before: RunFacts, after: RunFacts): readonly BranchDifference[] {
  const found = new Map<string, { readonly functions: string[]; readonly difference: BranchDifference }>();
  const byId = new Map(after.functions.map((fn) => [fn.id, fn]));
  for (const a of before.functions) {
    const b = byId.get(a.id);
    const steps = b === undefined ? [] : stepDifferences(a.plan, b.plan, a.mode !== b.mode);
    if (b === undefined || steps.length === 0) continue;
    const key = JSON.stringify([
      a.mode,
      b.mode,
      steps.map((step) => [keyOf(step.before), keyOf(step.after)]),
    ]);
    const known = found.get(key);
    if (known !== undefined) known.functions.push(a.id);
    else found.set(key, newGroup(a, b, steps));
  }
  return [...found.values()].map(({ functions, difference }) => ({ ...difference, functions }));
}

function newGroup(
  a: FunctionFacts,
  b: FunctionFacts,
  steps: readonly StepDifference[],
): { readonly functions: string[]; readonly difference: BranchDifference } {
  return { functions: [a.id], difference: { functions: [a.id], modes: [a.mode, b.mode], steps } };
}

/**
 * Steps that differ, up to the first at which the two are in different functions of the kernel: from there on nothing can be aligned.
 * `endsDiffer`: the two came to different mappings, so that one of the steps must have decided it.
 */
export function stepDifferences(
  before: readonly PlanStep[],
  after: readonly PlanStep[],
  endsDiffer = false,
): readonly StepDifference[] {
  const found: Omit<StepDifference, 'decides'>[] = [];
  for (let n = 0; n < Math.max(before.length, after.length); n++) {
    const [a = null, b = null] = [before[n], after[n]];
    if (keyOf(a) !== keyOf(b)) found.push({ number: n + 1, before: a, after: b });
    if (a?.where !== b?.where) break;
  }
  const parts =
    endsDiffer || found.some((step) => step.before?.where !== step.after?.where || outcomesDiffer(step));
  const decisive = parts ? decisiveOf(found) : undefined;
  return found.map((step) => ({ ...step, decides: step === decisive }));
}

/**
 * The first comparison with another outcome; else the last step that says something else in the same place: a remark on the way there
 * differs too, but changed nothing. Else the place itself.
 */
function decisiveOf<S extends Omit<StepDifference, 'decides'>>(found: readonly S[]): S | undefined {
  return (
    found.find(outcomesDiffer) ??
    found.findLast(({ before, after }) => before?.where === after?.where) ??
    found.at(-1)
  );
}

function outcomesDiffer({ before, after }: Pick<StepDifference, 'before' | 'after'>): boolean {
  const [a, b] = [before?.compared?.holds, after?.compared?.holds];
  return a !== undefined && b !== undefined && a !== b;
}

/** What a step comes to. Addresses and LIOBNs are the function's own; how a number was written is no branch. */
function keyOf(step: PlanStep | null): string {
  if (step === null) return '';
  const text = step.text.replaceAll(/0x[0-9a-f]{8,}/g, '0x…');
  return JSON.stringify([step.where, text, step.compared?.holds ?? null]);
}

// What was foretold against what happened: the steps of the kernel's decision at which they part. What a prediction cannot tell (the
// LIOBN that the firmware gave, the clearing of a table) is no difference.

import type { DmaMode, PlanStep } from '../../core/index.ts';

export interface StepDifference {
  readonly foretold: PlanStep;
  /** Absent: the kernel did not come there. */
  readonly happened?: PlanStep;
}

export interface Differences {
  readonly kind: 'as-foretold' | 'other-numbers' | 'otherwise';
  readonly steps: readonly StepDifference[];
}

interface Decision {
  readonly mode: DmaMode;
  readonly steps: readonly PlanStep[];
}

const MOST_SHOWN = 4;

const sameComparison = (a: PlanStep, b: PlanStep): boolean =>
  a.compared === undefined || b.compared === undefined
    ? a.compared === b.compared
    : a.compared.left === b.compared.left &&
      a.compared.right === b.compared.right &&
      a.compared.holds === b.compared.holds;

export function differencesOf(foretold: Decision, happened: Decision): Differences {
  const passed = new Map<string, number>();
  const steps = foretold.steps.flatMap((step): readonly StepDifference[] => {
    const nth = passed.get(step.where) ?? 0;
    passed.set(step.where, nth + 1);
    const met = happened.steps.filter(({ where }) => where === step.where)[nth];
    if (met === undefined) return [{ foretold: step }];
    return sameComparison(step, met) ? [] : [{ foretold: step, happened: met }];
  });
  if (foretold.mode !== happened.mode) return { kind: 'otherwise', steps: steps.slice(0, MOST_SHOWN) };
  // A function that finds its PE's window made by another one decides in fewer steps.
  const compared = steps.filter((step) => step.happened !== undefined);
  return compared.length === 0
    ? { kind: 'as-foretold', steps: [] }
    : { kind: 'other-numbers', steps: compared.slice(0, MOST_SHOWN) };
}

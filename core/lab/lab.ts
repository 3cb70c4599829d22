// A lab as it was read: filters compiled, variables placed for one seed.

import type { Filter } from '../trace/filter/compile.ts';
import type { Condition } from './condition.ts';
import type { QueryPath } from './query-path.ts';
import type { Values } from './variables.ts';

/** Which part of the trace a check looks at. */
export interface Scope {
  readonly after?: Filter;
  readonly before?: Filter;
}

export type CheckTest =
  | ({ readonly kind: 'event'; readonly event: Filter; readonly count: Condition } & Scope)
  | ({ readonly kind: 'order'; readonly order: readonly Filter[] } & Scope)
  | ({ readonly kind: 'never'; readonly never: Filter } & Scope)
  | { readonly kind: 'query'; readonly path: QueryPath; readonly is: Condition }
  | { readonly kind: 'predict'; readonly predict: string; readonly is: Condition; readonly before?: Filter }
  | ({
      readonly kind: 'guess';
      readonly guess: string;
      readonly counts: Filter;
      /** Percent that the guess may be off. */
      readonly within: number;
    } & Scope);

export interface LabCheck {
  readonly id: string;
  readonly say: string;
  readonly why: string;
  readonly points: number;
  /** It must hold at the end, not merely at some moment. */
  readonly atEnd: boolean;
  readonly test: CheckTest;
}

export interface LabStep {
  readonly id: string;
  readonly title: string;
  /** Markdown. */
  readonly text: string;
  readonly checks: readonly LabCheck[];
  readonly hints: { readonly nudge: string; readonly concept: string; readonly command: string };
}

export interface Lab {
  readonly title: string;
  readonly goal: string;
  readonly minutes: number;
  readonly needs: readonly string[];
  /** Settings by name, as `set` takes them. */
  readonly machine: readonly (readonly [name: string, value: string])[];
  /** Lines of the console. */
  readonly setup: readonly string[];
  readonly seed: number;
  readonly values: Values;
  readonly locks: readonly string[];
  /** Markdown before the first step and behind the last one. */
  readonly intro: string;
  readonly outro: string;
  readonly steps: readonly LabStep[];
  readonly sources: readonly { readonly what: string; readonly where: string }[];
}

/** Checks of all steps, in order. */
export function checksOf(lab: Lab): readonly { readonly step: LabStep; readonly check: LabCheck }[] {
  return lab.steps.flatMap((step) => step.checks.map((check) => ({ step, check })));
}

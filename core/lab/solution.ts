// solution.cmds: lines of the console, parted by "# step: ID". A line that ends in "# optional" may be left out.

import type { LabProblem } from './json-schema.ts';

export interface SolutionLine {
  readonly step: string;
  /** From 1. */
  readonly line: number;
  readonly text: string;
  readonly optional: boolean;
}

const STEP = /^#\s*step:\s*(\S+)\s*$/;

export function readSolution(
  text: string,
  steps: readonly string[],
):
  | { readonly ok: true; readonly value: readonly SolutionLine[] }
  | { readonly ok: false; readonly error: LabProblem & { readonly line: number } } {
  const lines: SolutionLine[] = [];
  const begun: string[] = [];
  const refuse = (line: number, message: string, hint: string): ReturnType<typeof readSolution> => ({
    ok: false,
    error: { path: [], line, message, hint },
  });
  for (const [index, whole] of text.split(/\r\n|\r|\n/).entries()) {
    const marker = STEP.exec(whole)?.[1];
    if (marker !== undefined) begun.push(marker);
    if (marker !== undefined && steps[begun.length - 1] !== marker) {
      return refuse(
        index + 1,
        `the step "${marker}" does not come here`,
        `the steps are: ${steps.join(', ')}`,
      );
    }
    if (/^\s*(#|$)/.test(whole)) continue;
    const step = begun.at(-1);
    if (step === undefined)
      return refuse(index + 1, 'this line belongs to no step', 'put above it: # step: ID');
    lines.push({ step, line: index + 1, text: whole.trim(), optional: /#\s*optional\s*$/.test(whole) });
  }
  const missing = steps[begun.length];
  return missing === undefined
    ? { ok: true, value: lines }
    : refuse(text.split('\n').length, `the step "${missing}" has no solution`, `add: # step: ${missing}`);
}

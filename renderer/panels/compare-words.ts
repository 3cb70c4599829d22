// A comparison in words: names of functions, lines of a log around what changed, and which machines stand beside each other at first.

import type { CompareReport, KernelAnswer, MachineConfig, ProfileAnswer } from '../../core/index.ts';
import { otherKernel } from '../app/other-kernel.ts';
import { compare } from '../texts/texts.ts';

export type CompareRow = CompareReport['rows'][number];
export type DmesgDifference = CompareReport['dmesg'][number]['differences'][number];
export type DmesgLineChange = DmesgDifference['lines'][number];
export type BranchDifference = CompareReport['branches'][number]['differences'][number];
export type PlanStep = NonNullable<BranchDifference['steps'][number]['before']>;

/** What the two machines differ in. */
export type Axis = 'kernel' | 'platform';

/** `vf0`, `vf0, vf3`, `vf0, vf1, … vf7 (8)`. */
export function functionWords(ids: readonly string[]): string {
  if (ids.length <= 3) return ids.join(', ');
  return compare.functions(ids.slice(0, 2).join(', '), ids.at(-1) ?? '', ids.length);
}

/** Rows under the name of their section, in the report's order. */
export function sectionsOf(
  rows: readonly CompareRow[],
): readonly (readonly [string, readonly CompareRow[]])[] {
  const sections = [...new Set(rows.map(({ section }) => section))];
  return sections.map((section) => [
    compare.sections[section],
    rows.filter((row) => row.section === section),
  ]);
}

/** The changed lines with one line around each; `null` where lines between them are left out. */
export function nearChanges(lines: readonly DmesgLineChange[]): readonly (DmesgLineChange | null)[] {
  const changed = (n: number): boolean => lines[n] !== undefined && lines[n].change !== 'same';
  const near = (n: number): boolean => changed(n - 1) || changed(n) || changed(n + 1);
  return lines.flatMap((line, n) => {
    if (near(n)) return [line];
    return near(n - 1) && n > 0 ? [null] : [];
  });
}

export function stepWords(step: PlanStep | null): string {
  if (step === null) return compare.stepNone;
  if (step.compared === undefined) return step.text;
  const { left, op, right, holds } = step.compared;
  return compare.stepCompared(step.text, `${left} ${op} ${right}`, holds);
}

/** Before and after the series of 5.15, or the platform at hand and the one after it. */
export function firstPair(
  axis: Axis,
  config: MachineConfig | undefined,
  kernels: readonly KernelAnswer[],
  profiles: readonly ProfileAnswer[],
): readonly [a: string, b: string] {
  if (config === undefined) return ['', ''];
  if (axis === 'kernel') {
    const pair = [otherKernel(config, kernels) ?? config.kernel, config.kernel];
    const order = kernels.map(({ id }) => id).filter((id) => pair.includes(id));
    return [order[0] ?? '', order[1] ?? ''];
  }
  const at = profiles.findIndex(({ id }) => id === config.profile);
  const other = profiles[at + 1] ?? profiles[at - 1];
  return [config.profile, other?.id ?? ''];
}

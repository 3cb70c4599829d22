// Short forms for writing profiles as tables.

import type { Grade, Graded } from '../../base/graded.ts';

const grader =
  (grade: Grade) =>
  <T>(value: T, source: string): Graded<T> => ({ value, grade, source });

export const verified = grader('verified');
export const documented = grader('documented');
export const observed = grader('observed');
export const assumed = grader('assumed');

/** Values of one generation carried over to another: what was seen there is only assumed here; what is written holds for both. */
export function carriedOver<Group extends Readonly<Record<string, Graded<unknown> | undefined>>>(
  group: Group,
  from: string,
): Group {
  const pairs = Object.entries(group).map(([name, graded]) => [
    name,
    graded === undefined || graded.grade === 'documented'
      ? graded
      : assumed(graded.value, `as on ${from} (${graded.source})`),
  ]);
  return Object.fromEntries(pairs) as Group;
}

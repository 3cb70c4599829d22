// Short forms for writing profiles as tables.

import type { Grade, Graded } from '../../base/graded.ts';

const grader =
  (grade: Grade) =>
  <T>(value: T, source: string): Graded<T> => ({ value, grade, source });

export const verified = grader('verified');
export const documented = grader('documented');
export const observed = grader('observed');
export const assumed = grader('assumed');

// How the facts of a platform or kernel are known, in words a person can weigh.

import type { ProfileAnswer } from '../../core/index.ts';
import { lpar } from '../texts/texts.ts';

type Values = NonNullable<ProfileAnswer['values']>;
type Grade = Values[number]['grade'];

/** Best known first. */
const GRADES: readonly Grade[] = ['verified', 'documented', 'observed', 'assumed'];

export const GRADE_WORDS = lpar.grades;

export interface GradeCount {
  readonly grade: Grade;
  readonly count: number;
}

/** How many values there are of each grade; grades without any are left out. */
export function gradeCounts(values: Values): readonly GradeCount[] {
  return GRADES.map((grade) => ({
    grade,
    count: values.filter((value) => value.grade === grade).length,
  })).filter(({ count }) => count > 0);
}

/** "12 verified, 30 documented, 4 assumed". */
export const gradeSummary = (values: Values): string =>
  gradeCounts(values)
    .map(({ grade, count }) => lpar.gradeCount(count, grade))
    .join(', ');

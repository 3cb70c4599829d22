// Graded attempts as a class table: who, how many points, and which check fails most. For people, as CSV for spreadsheets, as JSON.

import { csvCell, tableText } from '../../core/index.ts';
import type { LabGrade } from '../../core/index.ts';

export interface GradedFile {
  readonly file: string;
  readonly grade: LabGrade;
}

const COLUMNS: readonly (readonly [name: string, of: (row: GradedFile) => string])[] = [
  ['learner', ({ grade }) => grade.stamp?.learner ?? ''],
  ['lab', ({ grade }) => grade.stamp?.id ?? ''],
  ['seed', ({ grade }) => String(grade.stamp?.seed ?? '')],
  ['verdict', ({ grade }) => grade.verdict],
  ['points', ({ grade }) => String(grade.score?.points ?? '')],
  ['most', ({ grade }) => String(grade.score?.most ?? '')],
  ['percent', ({ grade }) => String(grade.score?.percent ?? '')],
  ['failed', ({ grade }) => failedOf(grade).join(' ')],
  ['file', ({ file }) => file],
];

const failedOf = ({ checks }: LabGrade): readonly string[] =>
  checks.filter((check) => !check.passed).map(({ check }) => check);

/** How often each check failed, the worst first. */
export function failures(
  graded: readonly GradedFile[],
): readonly { readonly lab: string; readonly check: string; readonly failed: number; readonly of: number }[] {
  const rows = new Map<string, { lab: string; check: string; failed: number; of: number }>();
  for (const { grade } of graded) {
    const lab = grade.stamp?.id ?? '';
    for (const { check, passed } of grade.checks) {
      const key = `${lab} ${check}`;
      const row = rows.get(key) ?? { lab, check, failed: 0, of: 0 };
      row.of++;
      if (!passed) row.failed++;
      rows.set(key, row);
    }
  }
  return [...rows.values()].filter((row) => row.failed > 0).sort((a, b) => b.failed - a.failed);
}

export function classTable(graded: readonly GradedFile[]): string {
  const columns = COLUMNS.map(([title]) => ({ title }));
  const table = tableText(
    columns,
    graded.map((row) => COLUMNS.map(([, of]) => of(row))),
  );
  const worst = failures(graded).slice(0, 10);
  const refused = graded
    .filter(({ grade }) => grade.score === undefined)
    .map(({ file, grade }) => `${file}: ${grade.message}`);
  const lines = worst.map(({ lab, check, failed, of }) => `${lab} ${check}: ${failed} of ${of}`);
  const fails = lines.length === 0 ? [] : ['', 'checks that fail most:', ...lines];
  const notes = refused.length === 0 ? [] : ['', 'not scored:', ...refused];
  return `${[table, ...fails, ...notes].join('\n')}\n`;
}

export function classCsv(graded: readonly GradedFile[]): string {
  const rows = graded.map((row) => COLUMNS.map(([, of]) => csvCell(of(row))).join(','));
  return `${[COLUMNS.map(([name]) => name).join(','), ...rows].join('\r\n')}\r\n`;
}

export function classJson(graded: readonly GradedFile[]): string {
  const attempts = graded.map(({ file, grade }) => ({ file, ...grade }));
  return `${JSON.stringify({ format: 'ddw-grades', version: 1, attempts, failures: failures(graded) }, null, 2)}\n`;
}

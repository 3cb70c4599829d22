// Checks of a lab as lines of text: the first that fails is told whole, as its evidence is; the others in a line each.

import { scoreOf } from '../../core/index.ts';
import type { CheckResult } from '../../core/index.ts';

export function checkLines(results: readonly CheckResult[]): string {
  const first = results.find((check) => !check.passed);
  const rows = results.flatMap((check) => [
    `  ${check.passed ? 'pass' : 'FAIL'}  ${check.step}: ${check.say}`,
    ...(check === first ? reasons(check) : []),
  ]);
  const { points, most, percent } = scoreOf(results);
  return `${rows.join('\n')}\n${points} of ${most} points (${percent} %)\n`;
}

function reasons({ expected, got, why, evidence }: CheckResult): readonly string[] {
  const rows = evidence.length === 0 ? [] : [`        trace rows: ${evidence.join(', ')}`];
  return [`        expected: ${expected}`, `        got: ${got}`, `        why: ${why}`, ...rows];
}

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { closingLine, oneCheck, sum, tallyOf } from './tally.mjs';

function report(content: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'ddw-tally-')), 'report.json');
  writeFileSync(path, content);
  return path;
}

const counts = { numPassedTests: 7, numFailedTests: 0, numPendingTests: 1, numTodoTests: 1 };

test('a run counts its passed, failed and skipped tests', () => {
  expect(tallyOf(report(JSON.stringify(counts)), true)).toEqual({ passed: 7, failed: 0, skipped: 2 });
});

test('a run that failed without a failed test counts one failure', () => {
  expect(tallyOf(report(JSON.stringify(counts)), false).failed).toBe(1);
});

test('a run without a readable report counts one failure, whatever it says', () => {
  expect(tallyOf('/nowhere/report.json', true)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  expect(tallyOf(report('{'), true).failed).toBe(1);
});

test('the closing line is plain, and names skips only where there are some', () => {
  expect(closingLine(sum([oneCheck(true), { passed: 7, failed: 1, skipped: 0 }]))).toBe('8 passed, 1 failed');
  expect(closingLine({ passed: 8, failed: 0, skipped: 2 })).toBe('8 passed, 0 failed, 2 skipped');
});

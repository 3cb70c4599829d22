// Adds up what the stages did: vitest's own counts where tests ran, one for each stage that is a check.
import { readFileSync } from 'node:fs';

/** @typedef {{ passed: number, failed: number, skipped: number }} Tally */

/** A stage without tests of its own counts as one.
 * @param {boolean} ok @returns {Tally} */
export const oneCheck = (ok) => ({ passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 });

/** What a vitest run says in its JSON report. A run that failed without a failed test (a file that does not load, an
 * error outside a test, no report at all) counts as one failure.
 * @param {string} reportFile @param {boolean} ok whether vitest exited with 0 @returns {Tally} */
export function tallyOf(reportFile, ok) {
  try {
    const report = JSON.parse(readFileSync(reportFile, 'utf8'));
    const failed = report.numFailedTests;
    const skipped = report.numPendingTests + report.numTodoTests;
    return { passed: report.numPassedTests, failed: ok ? failed : Math.max(failed, 1), skipped };
  } catch {
    return oneCheck(false);
  }
}

/** @param {readonly Tally[]} tallies @returns {Tally} */
export function sum(tallies) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const tally of tallies) {
    total.passed += tally.passed;
    total.failed += tally.failed;
    total.skipped += tally.skipped;
  }
  return total;
}

/** The plain closing line: "12 passed, 0 failed", with skips only where there are any.
 * @param {Tally} tally */
export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

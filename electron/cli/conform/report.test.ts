import { describe, expect, it } from 'vitest';
import type { ConformPart, ConformReport } from './report.ts';
import { notApplicable, reportLines, statusOf } from './report.ts';

const part = (status: 'OK' | 'DIFF', equal: number, compared: number): ConformPart => ({
  part: 'dmesg',
  status,
  equal,
  compared,
});
const report = (...parts: ConformPart[]): ConformReport => ({ name: 'run', kind: 'scenario', parts });

describe('a conform report', () => {
  it.each([
    ['OK', [part('OK', 3, 3)]],
    ['OK', [part('OK', 3, 3), notApplicable('device tree', 'no dump')]],
    ['DIFF', [part('OK', 3, 3), part('DIFF', 2, 3)]],
    ['N/A', [notApplicable('device tree', 'no dump')]],
    ['N/A', []],
  ])('is %s when its parts say so', (status, parts) => expect(statusOf(report(...parts))).toBe(status));

  it('prints the first difference of a part in full', () => {
    const lines = reportLines(
      report({
        ...part('DIFF', 1, 2),
        firstDifference: {
          at: 'line 2',
          expected: 'returned 0',
          got: 'returned -3',
          context: ['node is /pci'],
        },
      }),
    );
    expect(lines).toEqual([
      'DIFF run 1/2  [dmesg 1/2]',
      '  dmesg: first difference at line 2',
      '      both      node is /pci',
      '      expected  returned 0',
      '      got       returned -3',
    ]);
  });
});

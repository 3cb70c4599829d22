import { describe, expect, it } from 'vitest';
import { gradeCounts, gradeSummary } from './grade-words.ts';

const values = (['assumed', 'observed', 'verified', 'assumed'] as const).map((grade) => ({
  path: 'query.pageMask',
  value: '0x103',
  grade,
  source: 'a log',
}));

describe('how the values of a platform are known', () => {
  it('is counted, the best known first, without grades that no value has', () => {
    expect(gradeCounts(values)).toEqual([
      { grade: 'verified', count: 1 },
      { grade: 'observed', count: 1 },
      { grade: 'assumed', count: 2 },
    ]);
  });

  it('is told in one line', () => {
    expect(gradeSummary(values)).toBe('1 verified, 1 observed, 2 assumed');
    expect(gradeSummary([])).toBe('');
  });
});

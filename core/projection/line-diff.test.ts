import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffLines } from './line-diff.ts';

const SIGNS = { same: ' ', gone: '-', new: '+' } as const;

/** `before` and `after` as texts of one-letter lines; the answer as " a-b+c". */
function diff(before: string, after: string): string {
  const lines = diffLines([...before], [...after]);
  return lines
    .map((line) => SIGNS[line.change] + (before[line.before ?? -1] ?? after[line.after ?? -1] ?? '?'))
    .join('');
}

describe('the difference of two texts', () => {
  it.each([
    ['', '', ''],
    ['abc', 'abc', ' a b c'],
    ['', 'ab', '+a+b'],
    ['ab', '', '-a-b'],
    ['abc', 'abxc', ' a b+x c'],
    ['abxc', 'abc', ' a b-x c'],
    ['abc', 'axc', ' a-b+x c'],
    // The head and the tail must not take the same line twice.
    ['aa', 'a', ' a-a'],
    ['a', 'aa', ' a+a'],
    ['abab', 'ab', ' a b-a-b'],
    // The longest common subsequence, not the first match.
    ['xabcd', 'abcdx', '-x a b c d+x'],
  ])('of %j and %j is %j', (before, after, expected) => {
    expect(diff(before, after)).toBe(expected);
  });

  it('of texts too long to be compared is still right', () => {
    const before = Array.from({ length: 2500 }, (_, n) => `old ${n}`);
    const after = Array.from({ length: 2500 }, (_, n) => `new ${n}`);
    const lines = diffLines(['head', ...before, 'tail'], ['head', ...after, 'tail']);
    expect(lines.map((line) => line.change)).toEqual([
      'same',
      ...before.map(() => 'gone'),
      ...after.map(() => 'new'),
      'same',
    ]);
  });
});

const anyText = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 });

/** Length of the longest common subsequence, the slow way. */
function longestCommon(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return 0;
  const [first, ...rest] = a;
  const at = b.findIndex((line) => line === first);
  const without = longestCommon(rest, b);
  return at < 0 ? without : Math.max(without, 1 + longestCommon(rest, b.slice(at + 1)));
}

describe('a difference', () => {
  it('holds all lines of both texts in order, and keeps as many as can be kept', () => {
    fc.assert(
      fc.property(anyText, anyText, (before, after) => {
        const lines = diffLines(before, after);
        const old = lines.flatMap((line) => (line.change === 'new' ? [] : [line.before]));
        const fresh = lines.flatMap((line) => (line.change === 'gone' ? [] : [line.after]));
        expect(old).toEqual(before.map((_, n) => n));
        expect(fresh).toEqual(after.map((_, n) => n));
        const same = lines.filter((line) => line.change === 'same');
        expect(same.every((line) => before[line.before ?? -1] === after[line.after ?? -1])).toBe(true);
        expect(same).toHaveLength(longestCommon(before, after));
      }),
    );
  });
});

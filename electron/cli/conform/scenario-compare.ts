// Two sequences side by side: how many lines are equal, and the first place where they part.

import type { ConformPart, Difference } from './report.ts';

export interface Side<T> {
  readonly expected: readonly T[];
  readonly got: readonly T[];
}

export interface Comparison {
  readonly equal: number;
  readonly compared: number;
  readonly first: Difference | undefined;
}

export interface CompareHow<T> {
  readonly same: (expected: T, got: T) => boolean;
  readonly text: (value: T) => string;
  /** Name of the place of the n-th line: "call 3 of PHB 0". */
  readonly at: (index: number) => string;
  /** The recording stops early (a crash): what comes after its end is not compared. */
  readonly openEnd?: boolean;
}

const contextLines = 3;
/** How far a missing or additional line may shift the rest before it all counts as different. */
const resyncReach = 40;

/**
 * Compares in order. A line too many or too few counts once, not for all that follows: the sides are brought together again
 * at the nearest equal line.
 */
export function compareSequences<T>(sides: Side<T>, how: CompareHow<T>): Comparison {
  const { expected, got } = sides;
  let equal = 0;
  let different = 0;
  let first: Difference | undefined;
  let i = 0;
  let j = 0;
  while (i < expected.length || j < got.length) {
    const e = expected[i];
    const g = got[j];
    if (e === undefined && how.openEnd === true) break;
    if (e !== undefined && g !== undefined && how.same(e, g)) {
      equal++;
      i++;
      j++;
      continue;
    }
    first ??= {
      at: how.at(i),
      expected: e === undefined ? '(nothing)' : how.text(e),
      got: g === undefined ? '(nothing)' : how.text(g),
      context: expected.slice(Math.max(0, i - contextLines), i).map(how.text),
    };
    const [skipExpected, skipGot] = resync(sides, i, j, how);
    different += Math.max(skipExpected, skipGot);
    i += skipExpected;
    j += skipGot;
  }
  return { equal, compared: equal + different, first };
}

/** The smallest numbers of lines to pass over on both sides so that the next ones are equal. */
function resync<T>(sides: Side<T>, i: number, j: number, how: CompareHow<T>): readonly [number, number] {
  const restExpected = sides.expected.length - i;
  const restGot = sides.got.length - j;
  if (restExpected === 0 || restGot === 0) return [restExpected, restGot];
  for (let total = 1; total <= resyncReach; total++)
    for (let skip = 0; skip <= total; skip++) {
      const e = sides.expected[i + skip];
      const g = sides.got[j + total - skip];
      if (e !== undefined && g !== undefined && how.same(e, g)) return [skip, total - skip];
    }
  return [1, 1];
}

/** Sums comparisons of several sequences into one part; the first difference is that of the first that differs. */
export function partOf(part: string, comparisons: readonly Comparison[], note?: string): ConformPart {
  const equal = comparisons.reduce((sum, c) => sum + c.equal, 0);
  const compared = comparisons.reduce((sum, c) => sum + c.compared, 0);
  const first = comparisons.find((c) => c.first !== undefined)?.first;
  return {
    part,
    equal,
    compared,
    status: first === undefined ? (compared === 0 ? 'N/A' : 'OK') : 'DIFF',
    ...(first === undefined ? {} : { firstDifference: first }),
    ...(note === undefined ? {} : { note }),
  };
}

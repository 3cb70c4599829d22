// The runs of an indirect call's list as flat int32 words: a list may be 512 scattered pages, too many for an object each.

import { hi32, joinU64, lo32 } from '../base/u64.ts';
import type { TceRun } from './events.ts';

/** Words of a run: upper and lower half of its first TCE, number of TCEs. */
export const RUN_WORDS = 3;

/** `count` runs in `words`, {@link RUN_WORDS} each. The maker may use `words` again once the call returns. */
export interface RunWords {
  readonly words: Int32Array;
  readonly count: number;
}

/** Runs as words. Lengths are taken modulo 2^32: see `runsFit`. */
export function wordsOfRuns(runs: readonly TceRun[]): RunWords {
  const words = Int32Array.from(runs.flatMap(({ first, count }) => [hi32(first), lo32(first), count]));
  return { words, count: runs.length };
}

export function runsOfWords({ words, count }: RunWords): TceRun[] {
  return Array.from({ length: count }, (_, run) => {
    const [hi = 0, lo = 0, length = 0] = words.subarray(run * RUN_WORDS, (run + 1) * RUN_WORDS);
    return { first: joinU64(hi, lo), count: length };
  });
}

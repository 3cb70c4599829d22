import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { packChunk } from './packed-chunk.ts';
import { ROW_WORDS } from './row-layout.ts';

const ROWS = 512;

/** Rows of runs: how many rows, the first one, and the step of each word. */
const anyRun = fc.record({
  rows: fc.integer({ min: 1, max: 120 }),
  first: fc.array(fc.integer(), { minLength: ROW_WORDS, maxLength: ROW_WORDS }),
  step: fc.array(fc.constantFrom(0, 1, 4096, -1, 0x7fff_ffff), {
    minLength: ROW_WORDS,
    maxLength: ROW_WORDS,
  }),
});

function chunkOf(
  runs: readonly { rows: number; first: readonly number[]; step: readonly number[] }[],
): Int32Array {
  const chunk = new Int32Array(ROWS * ROW_WORDS);
  let row = 0;
  for (const { rows, first, step } of runs) {
    for (let i = 0; i < rows && row < ROWS; i++, row++)
      for (let n = 0; n < ROW_WORDS; n++)
        chunk[row * ROW_WORDS + n] = ((first[n] ?? 0) + Math.imul(i, step[n] ?? 0)) | 0;
  }
  return chunk;
}

describe('a packed chunk', () => {
  it('reads as the rows that it was made of, in any order', () => {
    fc.assert(
      fc.property(
        fc.array(anyRun, { minLength: 1, maxLength: 20 }),
        fc.array(fc.nat(ROWS * ROW_WORDS - 1), { maxLength: 50 }),
        (runs, places) => {
          const chunk = chunkOf(runs);
          const packed = packChunk(chunk);
          if (packed === undefined) return;
          expect(packed.unpacked(ROWS)).toEqual(chunk);
          for (const place of places)
            expect(packed.word(Math.floor(place / ROW_WORDS), place % ROW_WORDS)).toBe(chunk[place]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('of one run takes a few words', () => {
    const packed = packChunk(
      chunkOf([{ rows: ROWS, first: [1, 2, 3, 4, 5, 6, 7, 8], step: [0, 9, 0, 0, 0, 4096, 0, 0] }]),
    );
    expect(packed?.bytes).toBe(4 * 18);
    expect(packed?.word(511, 5)).toBe(6 + 511 * 4096);
  });

  it('is not made of rows that follow no rule', () => {
    const chunk = Int32Array.from({ length: ROWS * ROW_WORDS }, (_, i) => Math.imul(i * i, 2_654_435_761));
    expect(packChunk(chunk)).toBeUndefined();
  });
});

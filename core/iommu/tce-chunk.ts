// 512 consecutive TCEs of a table: one H_PUT_TCE_INDIRECT list's worth, and the unit that is absent, linear or dense.
// Stored words keep the byte order of guest memory (big-endian), so that a list page is copied as it lies there.

import { bswap32 } from '../base/bits.ts';

export const CHUNK_SHIFT = 9;
export const CHUNK_ENTRIES = 1 << CHUNK_SHIFT;
export const CHUNK_MASK = CHUNK_ENTRIES - 1;
export const CHUNK_WORDS = 2 * CHUNK_ENTRIES;

/** 1 for a stored low word whose TCE has permission bits, else 0: they lie in the top byte of the memory order. */
export function liveBit(storedLow: number): number {
  return ((storedLow >>> 24) | (storedLow >>> 25)) & 1;
}

/** TCEs with permission bits among the `count` that begin at word `from`. */
export function countLive(words: Int32Array, from: number, count: number): number {
  let live = 0;
  for (let at = from + 1; at < from + 2 * count; at += 2) live += liveBit(words[at] as number);
  return live;
}

function makePattern(shift: number): Int32Array {
  const pattern = new Int32Array(CHUNK_WORDS);
  for (let i = 0; i < CHUNK_ENTRIES; i++) {
    const offset = i * 2 ** shift;
    pattern[2 * i] = bswap32(Math.floor(offset / 0x1_0000_0000) | 0);
    pattern[2 * i + 1] = bswap32((offset % 0x1_0000_0000) | 0);
  }
  return pattern;
}

const patterns = new Map<number, Int32Array>();

/**
 * XOR of entry i of a 1:1 list with its entry 0, as stored, for pages of 2^shift bytes. It holds whenever counting up needs no
 * carry into the bits above, that is, when entry 0 is aligned to 512 pages. Made once per page size.
 */
export function linearPattern(shift: number): Int32Array {
  const known = patterns.get(shift);
  if (known !== undefined) return known;
  const made = makePattern(shift);
  patterns.set(shift, made);
  return made;
}

/** All zero: the pattern of a chunk that repeats one value. */
const CONSTANT_PATTERN = new Int32Array(CHUNK_WORDS);

/** Steps of linear chunks: log2 of the page size, or CONSTANT. */
export const CONSTANT = -1;

export function patternOf(step: number): Int32Array {
  return step === CONSTANT ? CONSTANT_PATTERN : linearPattern(step);
}

// 512 consecutive TCEs of a table: one INDIRECT list's worth, and the unit that is empty, linear or dense.
// Dense words keep the byte order of guest memory (big-endian), so that a list page is copied as it lies there.

import { bswap32 } from '../base/bits.ts';

export const CHUNK_SHIFT = 9;
export const CHUNK_ENTRIES = 1 << CHUNK_SHIFT;
const CHUNK_WORDS = 2 * CHUNK_ENTRIES;

/** `step` of a chunk that repeats one value. */
const CONSTANT = -1;

/** 1 for a stored low word whose TCE has permission bits, else 0: they lie in the top byte of the memory order. */
export function liveBit(storedLow: number): number {
  return ((storedLow >>> 24) | (storedLow >>> 25)) & 1;
}

/**
 * XOR of entry i of a 1:1 list with its entry 0, in memory order, for pages of 2^shift bytes. It holds whenever counting up
 * needs no carry into the bits above, that is, when entry 0 is aligned to 512 pages.
 */
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

/** See makePattern(); one array per page size, made on first use. */
export function linearPattern(shift: number): Int32Array {
  const known = patterns.get(shift);
  if (known !== undefined) return known;
  const made = makePattern(shift);
  patterns.set(shift, made);
  return made;
}

/** Arrays of released chunks, for the next dense one: mapping and unmapping must not feed the garbage collector. */
export class WordPool {
  private readonly free: Int32Array[] = [];

  /** 1024 zero words. */
  take(): Int32Array {
    const words = this.free.pop();
    if (words === undefined) return new Int32Array(CHUNK_WORDS);
    words.fill(0);
    return words;
  }

  give(words: Int32Array): void {
    if (this.free.length < 256) this.free.push(words);
  }
}

export class TceChunk {
  /** 1024 words when dense; undefined when the chunk is linear. */
  words: Int32Array | undefined = undefined;
  /** Entries with permission bits. */
  live = 0;
  // Linear: entry 0 as stored (memory order) and log2 of the step, or CONSTANT.
  private firstHi = 0;
  private firstLo = 0;
  private step = CONSTANT;

  /** All 512 entries have one value (stored halves). */
  setConstant(hi: number, lo: number, pool: WordPool): void {
    this.setLinear(hi, lo, CONSTANT, pool);
  }

  /** Entry i is entry 0 XOR pattern i of pages of 2^step bytes. */
  setLinear(hi: number, lo: number, step: number, pool: WordPool): void {
    if (this.words !== undefined) pool.give(this.words);
    this.words = undefined;
    this.firstHi = hi;
    this.firstLo = lo;
    this.step = step;
    this.live = liveBit(lo) * CHUNK_ENTRIES;
  }

  /** The words, written out if the chunk was linear. */
  dense(pool: WordPool): Int32Array {
    if (this.words !== undefined) return this.words;
    const words = pool.take();
    const pattern = this.step === CONSTANT ? undefined : linearPattern(this.step);
    for (let i = 0; i < CHUNK_WORDS; i += 2) {
      words[i] = this.firstHi ^ (pattern?.[i] ?? 0);
      words[i + 1] = this.firstLo ^ (pattern?.[i + 1] ?? 0);
    }
    this.words = words;
    return words;
  }

  /** Stored upper half of entry `i`. */
  hiAt(i: number): number {
    if (this.words !== undefined) return this.words[2 * i] as number;
    return this.step === CONSTANT ? this.firstHi : this.firstHi ^ (linearPattern(this.step)[2 * i] as number);
  }

  /** Stored lower half of entry `i`. */
  loAt(i: number): number {
    if (this.words !== undefined) return this.words[2 * i + 1] as number;
    return this.step === CONSTANT
      ? this.firstLo
      : this.firstLo ^ (linearPattern(this.step)[2 * i + 1] as number);
  }

  /** Entries with permission bits among [from, to). */
  liveIn(from: number, to: number): number {
    if (this.live === 0 || this.live === CHUNK_ENTRIES) return this.live === 0 ? 0 : to - from;
    if (from === 0 && to === CHUNK_ENTRIES) return this.live;
    let count = 0;
    for (let i = from; i < to; i++) count += liveBit(this.loAt(i));
    return count;
  }

  /** True when no entry holds anything, not even an address without permission bits. */
  isZero(): boolean {
    if (this.live !== 0) return false;
    return this.words === undefined
      ? (this.firstHi | this.firstLo) === 0
      : this.words.every((word) => word === 0);
  }
}

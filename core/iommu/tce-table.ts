// A TCE table as a window owns it (QEMU SpaprTceTable.table, LoPAR ch_address_map): `entries` 64-bit TCEs, all zero at first.
// Sparse: a chunk of 512 TCEs is absent while zero, three numbers while it is a 1:1 map, and words otherwise.

import { bswap32 } from '../base/bits.ts';
import { joinU64, type U64 } from '../base/u64.ts';
import { TceRuns } from './tce-runs.ts';
import { ChunkStore, wordsAt } from './chunk-store.ts';
import { CHUNK_ENTRIES, CHUNK_MASK, CHUNK_SHIFT, CHUNK_WORDS, CONSTANT, linearPattern } from './tce-chunk.ts';

/** Shorter pieces of a list are copied word by word: a view of them would cost more. */
const SHORT_LIST = 24;

export class TceTable {
  readonly entries: number;
  /** log2 of the I/O page size: the step of a 1:1 map. */
  readonly pageShift: number;
  private readonly store: ChunkStore;

  /** `entries`: 0 to 2^31. */
  constructor(entries: number, pageShift: number) {
    this.entries = entries;
    this.pageShift = pageShift;
    this.store = new ChunkStore(Math.ceil(entries / CHUNK_ENTRIES));
  }

  /** TCEs with permission bits. */
  get used(): number {
    return this.store.liveEntries();
  }

  /** Writes the TCE at `index` (int32 halves) to out[at], out[at + 1]. */
  read(index: number, out: Int32Array, at: number): void {
    const { directory, words } = this.store;
    const chunk = index >>> CHUNK_SHIFT;
    const word = (index & CHUNK_MASK) << 1;
    const place = directory.length === 0 ? 0 : (directory[chunk] as number);
    if (place > 0) {
      const from = wordsAt(place) + word;
      out[at] = bswap32(words[from] as number);
      out[at + 1] = bswap32(words[from + 1] as number);
      return;
    }
    // Zero, linear, or dense and counted.
    out[at] = place === 0 ? 0 : bswap32(this.store.word(chunk, word));
    out[at + 1] = place === 0 ? 0 : bswap32(this.store.word(chunk, word + 1));
  }

  /** The TCE at `index`, for people. */
  get(index: number): U64 {
    const chunk = index >>> CHUNK_SHIFT;
    const word = (index & CHUNK_MASK) << 1;
    return joinU64(bswap32(this.store.word(chunk, word)), bswap32(this.store.word(chunk, word + 1)));
  }

  put(index: number, hi: number, lo: number): void {
    const { directory, words } = this.store;
    const place = directory.length === 0 ? 0 : (directory[index >>> CHUNK_SHIFT] as number);
    // Positive: dense and not counted since it last changed, so nothing but the words has to be written.
    if (place <= 0) return this.putSlowly(index, hi, lo);
    // Even, so the next word is `at | 1`: no check for overflow.
    const at = wordsAt(place) | ((index & CHUNK_MASK) << 1);
    words[at] = bswap32(hi);
    words[at | 1] = bswap32(lo);
  }

  /** The same TCE into `count` entries from `index`. */
  fill(index: number, count: number, hi: number, lo: number): void {
    const storedHi = bswap32(hi);
    const storedLo = bswap32(lo);
    if ((hi | lo) === 0 && this.store.directory.length === 0) return;
    for (let done = 0; done < count;) {
      const at = index + done;
      const chunk = at >>> CHUNK_SHIFT;
      const from = at & CHUNK_MASK;
      const n = Math.min(count - done, CHUNK_ENTRIES - from);
      if (n === CHUNK_ENTRIES) this.store.setLinear(chunk, storedHi, storedLo, CONSTANT);
      else if ((hi | lo) !== 0 || !this.store.isAbsent(chunk)) {
        this.store.fill(chunk, from, from + n, storedHi, storedLo);
      }
      done += n;
    }
  }

  /**
   * `count` entries from `index` out of a list as it lies in guest memory: `source` words in memory order from word `from`;
   * undefined reads as zeros.
   */
  copy(index: number, count: number, source: Int32Array | undefined, from: number): void {
    if (source === undefined) return this.fill(index, count, 0, 0);
    let word = from;
    for (let done = 0; done < count;) {
      const at = index + done;
      const n = Math.min(count - done, CHUNK_ENTRIES - (at & CHUNK_MASK));
      if (n !== CHUNK_ENTRIES || !this.copyLinear(at >>> CHUNK_SHIFT, source, word))
        this.copyPart(at, n, source, word);
      word += 2 * n;
      done += n;
    }
  }

  /** `count` TCEs from `index`, the first (hi, lo), each one I/O page above the last; (0, 0) clears them all. */
  setRange(index: number, count: number, hi: number, lo: number): void {
    if ((hi | lo) === 0) return this.fill(index, count, 0, 0);
    const step = 2 ** this.pageShift;
    let value = (hi >>> 0) * 0x1_0000_0000 + (lo >>> 0);
    for (let at = index; at < index + count;) {
      const isChunk = (at & CHUNK_MASK) === 0 && index + count - at >= CHUNK_ENTRIES;
      const isAligned = Math.floor(value / step) % CHUNK_ENTRIES === 0;
      const n = isChunk && isAligned ? CHUNK_ENTRIES : 1;
      const valueHi = Math.floor(value / 0x1_0000_0000) | 0;
      const valueLo = (value % 0x1_0000_0000) | 0;
      if (n === 1) this.put(at, valueHi, valueLo);
      else this.store.setLinear(at >>> CHUNK_SHIFT, bswap32(valueHi), bswap32(valueLo), this.pageShift);
      at += n;
      value += n * step;
    }
  }

  /** `count` entries from `index` as runs that count up page by page; entries that are 0 make one run. */
  runs(index: number, count: number): readonly { readonly first: U64; readonly count: number }[] {
    const runs = new TceRuns(this.pageShift);
    for (let at = index; at < index + count;) {
      const left = Math.min(CHUNK_ENTRIES - (at & CHUNK_MASK), index + count - at);
      const chunk = at >>> CHUNK_SHIFT;
      if (this.store.isAbsent(chunk)) runs.add(0, 0, left);
      else if (this.store.stepOf(chunk) === this.pageShift) {
        const word = (at & CHUNK_MASK) << 1;
        runs.add(bswap32(this.store.word(chunk, word)), bswap32(this.store.word(chunk, word + 1)), left);
      } else {
        for (let word = (at & CHUNK_MASK) << 1, i = 0; i < left; i++, word += 2)
          runs.add(bswap32(this.store.word(chunk, word)), bswap32(this.store.word(chunk, word + 1)), 1);
      }
      at += left;
    }
    return runs.all;
  }

  /** TCEs with permission bits among [from, to). */
  usedIn(from: number, to: number): number {
    if (this.store.directory.length === 0) return 0;
    let used = 0;
    for (let at = from; at < to;) {
      const first = at & CHUNK_MASK;
      const n = Math.min(to - at, CHUNK_ENTRIES - first);
      used += this.store.liveIn(at >>> CHUNK_SHIFT, first, first + n);
      at += n;
    }
    return used;
  }

  /** True when the chunk that holds an entry is kept as its first value and a step (or as one value for all). */
  isLinear(index: number): boolean {
    return this.store.isLinear(index >>> CHUNK_SHIFT);
  }

  /** Chunks now written out as words. */
  get denseChunks(): number {
    return this.store.placed('dense');
  }

  /** Chunks that are entry 0 and a step. */
  get linearChunks(): number {
    return this.store.placed('linear');
  }

  /** Releases chunks in which nothing is left. */
  trim(): void {
    this.store.trim();
  }

  private putSlowly(index: number, hi: number, lo: number): void {
    const chunk = index >>> CHUNK_SHIFT;
    if ((hi | lo) === 0 && this.store.isAbsent(chunk)) return;
    const at = this.store.dense(chunk) + ((index & CHUNK_MASK) << 1);
    this.store.words[at] = bswap32(hi);
    this.store.words[at + 1] = bswap32(lo);
    this.store.changed(chunk);
  }

  /** A whole chunk whose list counts up page by page becomes a record; false: it does not. */
  private copyLinear(chunk: number, source: Int32Array, from: number): boolean {
    const pattern = linearPattern(this.pageShift);
    const hi = source[from] as number;
    const lo = source[from + 1] as number;
    // A look at two entries turns most other lists away; then all differences are gathered without a branch.
    const last = CHUNK_WORDS - 1;
    if (((source[from + 3] as number) ^ lo) !== pattern[3]) return false;
    if (((source[from + last] as number) ^ lo) !== pattern[last]) return false;
    let differences = 0;
    for (let i = 0; i < CHUNK_WORDS; i += 2) {
      differences |= (source[from + i] as number) ^ hi ^ (pattern[i] as number);
      differences |= (source[from + i + 1] as number) ^ lo ^ (pattern[i + 1] as number);
    }
    if (differences !== 0) return false;
    this.store.setLinear(chunk, hi, lo, this.pageShift);
    return true;
  }

  private copyPart(index: number, count: number, source: Int32Array, from: number): void {
    const chunk = index >>> CHUNK_SHIFT;
    const at = this.store.dense(chunk) + ((index & CHUNK_MASK) << 1);
    const { words } = this.store;
    if (count >= SHORT_LIST) words.set(source.subarray(from, from + 2 * count), at);
    else for (let i = 0; i < 2 * count; i++) words[at + i] = source[from + i] as number;
    this.store.changed(chunk);
  }
}

// A TCE table as a window owns it (QEMU SpaprTceTable.table, LoPAR ch_address_map): `entries` 64-bit TCEs, all zero at first.
// Sparse: a chunk of 512 TCEs is absent while zero, two numbers while it is a 1:1 map, and an array otherwise.

import { bswap32 } from '../base/bits.ts';
import { joinU64, type U64 } from '../base/u64.ts';
import { CHUNK_ENTRIES, CHUNK_SHIFT, liveBit, linearPattern, TceChunk, WordPool } from './tce-chunk.ts';

const CHUNK_MASK = CHUNK_ENTRIES - 1;
/** Chunks in a group: 2^19 TCEs. An untouched group is one empty slot. */
const GROUP_CHUNK_SHIFT = 10;
const GROUP_SHIFT = CHUNK_SHIFT + GROUP_CHUNK_SHIFT;
const GROUP_CHUNKS = 1 << GROUP_CHUNK_SHIFT;
/** After so many new arrays the table is searched for ones that have become empty. */
const TRIM_AFTER = 4096;

type Group = (TceChunk | undefined)[];

export class TceTable {
  readonly entries: number;
  /** log2 of the I/O page size: the step of a 1:1 map. */
  readonly pageShift: number;
  private readonly groups: (Group | undefined)[];
  private readonly pool = new WordPool();
  private live = 0;
  private newArrays = 0;

  constructor(entries: number, pageShift: number) {
    this.entries = entries;
    this.pageShift = pageShift;
    this.groups = new Array<Group | undefined>(Math.ceil(entries / 2 ** GROUP_SHIFT)).fill(undefined);
  }

  /** TCEs with permission bits. */
  get used(): number {
    return this.live;
  }

  /** Writes the TCE at `index` (int32 halves) to out[at], out[at + 1]. */
  read(index: number, out: Int32Array, at: number): void {
    const chunk = this.groups[index >>> GROUP_SHIFT]?.[(index >>> CHUNK_SHIFT) & (GROUP_CHUNKS - 1)];
    if (chunk === undefined) {
      out[at] = 0;
      out[at + 1] = 0;
      return;
    }
    out[at] = bswap32(chunk.hiAt(index & CHUNK_MASK));
    out[at + 1] = bswap32(chunk.loAt(index & CHUNK_MASK));
  }

  /** The TCE at `index`, for people. */
  get(index: number): U64 {
    const chunk = this.chunkAt(index);
    const i = index & CHUNK_MASK;
    return chunk === undefined ? joinU64(0, 0) : joinU64(bswap32(chunk.hiAt(i)), bswap32(chunk.loAt(i)));
  }

  put(index: number, hi: number, lo: number): void {
    const chunk = this.groups[index >>> GROUP_SHIFT]?.[(index >>> CHUNK_SHIFT) & (GROUP_CHUNKS - 1)];
    if (chunk === undefined || chunk.words === undefined) return this.putSlowly(index, hi, lo);
    const words = chunk.words;
    const at = (index & CHUNK_MASK) << 1;
    const stored = bswap32(lo);
    const delta = liveBit(stored) - liveBit(words[at + 1] as number);
    words[at] = bswap32(hi);
    words[at + 1] = stored;
    chunk.live += delta;
    this.live += delta;
  }

  /** The same TCE into `count` entries from `index`. */
  fill(index: number, count: number, hi: number, lo: number): void {
    const storedHi = bswap32(hi);
    const storedLo = bswap32(lo);
    const end = index + count;
    for (let at = index; at < end;) {
      const next = Math.min(end, this.nextToFill(at, (hi | lo) === 0));
      if (next - at === CHUNK_ENTRIES) this.fillChunk(at, storedHi, storedLo);
      else if (next - at < CHUNK_ENTRIES) this.fillPart(at, next - at, storedHi, storedLo);
      at = next;
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
      if (n !== CHUNK_ENTRIES || !this.copyLinear(at, source, word)) this.copyPart(at, n, source, word);
      word += 2 * n;
      done += n;
    }
  }

  /** TCEs with permission bits among [from, to). */
  usedIn(from: number, to: number): number {
    let used = 0;
    for (let at = from; at < to;) {
      if (this.groups[Math.floor(at / 2 ** GROUP_SHIFT)] === undefined) {
        at = (Math.floor(at / 2 ** GROUP_SHIFT) + 1) * 2 ** GROUP_SHIFT;
        continue;
      }
      const next = Math.min(to, at - (at & CHUNK_MASK) + CHUNK_ENTRIES);
      used += this.chunkAt(at)?.liveIn(at & CHUNK_MASK, (at & CHUNK_MASK) + next - at) ?? 0;
      at = next;
    }
    return used;
  }

  /** Chunks now written out as arrays. */
  get denseChunks(): number {
    return this.chunks().filter((chunk) => chunk.words !== undefined).length;
  }

  /** Chunks that are two numbers and a step. */
  get linearChunks(): number {
    return this.chunks().filter((chunk) => chunk.words === undefined).length;
  }

  /** Releases chunks in which nothing is left. */
  trim(): void {
    this.newArrays = 0;
    for (const group of this.groups) {
      group?.forEach((chunk, at) => {
        if (chunk?.isZero() !== true) return;
        if (chunk.words !== undefined) this.pool.give(chunk.words);
        group[at] = undefined;
      });
    }
  }

  private chunks(): TceChunk[] {
    return this.groups.flatMap((group) => group?.filter((chunk) => chunk !== undefined) ?? []);
  }

  private chunkAt(index: number): TceChunk | undefined {
    return this.groups[index >>> GROUP_SHIFT]?.[(index >>> CHUNK_SHIFT) & (GROUP_CHUNKS - 1)];
  }

  private chunkFor(index: number): TceChunk {
    const at = index >>> GROUP_SHIFT;
    const group = (this.groups[at] ??= new Array<TceChunk | undefined>(GROUP_CHUNKS).fill(undefined));
    return (group[(index >>> CHUNK_SHIFT) & (GROUP_CHUNKS - 1)] ??= new TceChunk());
  }

  /** The chunk of `index`, with its words written out. */
  private denseChunk(index: number): TceChunk {
    const chunk = this.chunkFor(index);
    if (chunk.words !== undefined) return chunk;
    if (++this.newArrays > TRIM_AFTER) this.trim();
    // Trimming may have dropped the chunk just made: ask again.
    const kept = this.chunkFor(index);
    kept.dense(this.pool);
    return kept;
  }

  private putSlowly(index: number, hi: number, lo: number): void {
    if ((hi | lo) === 0 && this.chunkAt(index) === undefined) return;
    this.denseChunk(index);
    this.put(index, hi, lo);
  }

  /** Where the piece that starts at `at` ends: a chunk's end, or a whole group's when it is zero and stays so. */
  private nextToFill(at: number, zero: boolean): number {
    const group = at >>> GROUP_SHIFT;
    if (zero && this.groups[group] === undefined) return (group + 1) * 2 ** GROUP_SHIFT;
    return at - (at & CHUNK_MASK) + CHUNK_ENTRIES;
  }

  private fillChunk(index: number, storedHi: number, storedLo: number): void {
    const zero = (storedHi | storedLo) === 0;
    const chunk = zero ? this.chunkAt(index) : this.chunkFor(index);
    if (chunk === undefined) return;
    this.live -= chunk.live;
    chunk.setConstant(storedHi, storedLo, this.pool);
    this.live += chunk.live;
    if (zero) this.drop(index);
  }

  private drop(index: number): void {
    const group = this.groups[index >>> GROUP_SHIFT];
    if (group !== undefined) group[(index >>> CHUNK_SHIFT) & (GROUP_CHUNKS - 1)] = undefined;
  }

  private fillPart(index: number, count: number, storedHi: number, storedLo: number): void {
    if ((storedHi | storedLo) === 0 && this.chunkAt(index) === undefined) return;
    const chunk = this.denseChunk(index);
    const from = index & CHUNK_MASK;
    const words = chunk.dense(this.pool);
    const delta = liveBit(storedLo) * count - chunk.liveIn(from, from + count);
    if (storedHi === storedLo) words.fill(storedHi, 2 * from, 2 * (from + count));
    else {
      for (let at = 2 * from; at < 2 * (from + count); at += 2) {
        words[at] = storedHi;
        words[at + 1] = storedLo;
      }
    }
    chunk.live += delta;
    this.live += delta;
  }

  /** A whole chunk whose list counts up page by page becomes two numbers; false: it does not. */
  private copyLinear(index: number, source: Int32Array, from: number): boolean {
    const pattern = linearPattern(this.pageShift);
    const hi = source[from] as number;
    const lo = source[from + 1] as number;
    // Two early looks turn most other lists away; then all differences are gathered without a branch.
    if (
      ((source[from + 3] as number) ^ lo) !== pattern[3] ||
      ((source[from + 1023] as number) ^ lo) !== pattern[1023]
    )
      return false;
    let differences = 0;
    for (let i = 0; i < 2 * CHUNK_ENTRIES; i += 2) {
      differences |= (source[from + i] as number) ^ hi ^ (pattern[i] as number);
      differences |= (source[from + i + 1] as number) ^ lo ^ (pattern[i + 1] as number);
    }
    if (differences !== 0) return false;
    const chunk = this.chunkFor(index);
    this.live -= chunk.live;
    chunk.setLinear(hi, lo, this.pageShift, this.pool);
    this.live += chunk.live;
    return true;
  }

  private copyPart(index: number, count: number, source: Int32Array, from: number): void {
    const chunk = this.denseChunk(index);
    const words = chunk.dense(this.pool);
    let at = (index & CHUNK_MASK) << 1;
    let delta = 0;
    const end = from + 2 * count;
    for (let word = from; word < end; word += 2, at += 2) {
      const stored = source[word + 1] as number;
      delta += liveBit(stored) - liveBit(words[at + 1] as number);
      words[at] = source[word] as number;
      words[at + 1] = stored;
    }
    chunk.live += delta;
    this.live += delta;
  }
}

// Which entries of a TCE table are in use, as the trace tells: one bit each, in chunks; whole chunks that are empty or full cost nothing,
// so a 1:1 mapped TiB is a few hundred markers.

const CHUNK_SHIFT = 15;
const CHUNK_ENTRIES = 1 << CHUNK_SHIFT;
const CHUNK_WORDS = CHUNK_ENTRIES / 32;

interface Chunk {
  readonly words: Int32Array;
  live: number;
}

const FULL = 'full';

function popcount(word: number): number {
  let n = word - ((word >>> 1) & 0x5555_5555);
  n = (n & 0x3333_3333) + ((n >>> 2) & 0x3333_3333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}

export class UsedTces {
  private chunks = new Map<number, Chunk | typeof FULL>();
  private live = 0;
  /** The chunk asked for last: neighbours come together. */
  private lastNumber = -1;
  private lastChunk: Chunk | typeof FULL | undefined;

  /** Entries in use. */
  get count(): number {
    return this.live;
  }

  has(index: number): boolean {
    const chunk = this.chunks.get(Math.floor(index / CHUNK_ENTRIES));
    if (chunk === undefined || chunk === FULL) return chunk === FULL;
    const at = index % CHUNK_ENTRIES;
    return (((chunk.words[at >>> 5] ?? 0) >>> (at & 31)) & 1) === 1;
  }

  /** Marks `count` entries from `index` as in use or free. */
  mark(index: number, count: number, used: boolean): void {
    if (count === 1) return this.markPart(Math.floor(index / CHUNK_ENTRIES), index % CHUNK_ENTRIES, 1, used);
    const end = index + count;
    for (let at = index; at < end;) {
      const number = Math.floor(at / CHUNK_ENTRIES);
      const next = Math.min(end, (number + 1) * CHUNK_ENTRIES);
      if (next - at === CHUNK_ENTRIES) this.markWhole(number, used);
      else this.markPart(number, at % CHUNK_ENTRIES, next - at, used);
      at = next;
    }
  }

  clear(): void {
    this.chunks = new Map();
    this.lastNumber = -1;
    this.lastChunk = undefined;
    this.live = 0;
  }

  private chunkAt(number: number): Chunk | typeof FULL | undefined {
    if (number !== this.lastNumber) {
      this.lastNumber = number;
      this.lastChunk = this.chunks.get(number);
    }
    return this.lastChunk;
  }

  private replace(number: number, chunk: Chunk | typeof FULL | undefined): void {
    if (chunk === undefined) this.chunks.delete(number);
    else this.chunks.set(number, chunk);
    this.lastNumber = number;
    this.lastChunk = chunk;
  }

  private liveIn(number: number): number {
    const chunk = this.chunkAt(number);
    return chunk === undefined ? 0 : chunk === FULL ? CHUNK_ENTRIES : chunk.live;
  }

  private markWhole(number: number, used: boolean): void {
    this.live += (used ? CHUNK_ENTRIES : 0) - this.liveIn(number);
    this.replace(number, used ? FULL : undefined);
  }

  private markPart(number: number, from: number, count: number, used: boolean): void {
    const before = this.liveIn(number);
    if (before === (used ? CHUNK_ENTRIES : 0)) return;
    const chunk = this.opened(number);
    const end = from + count;
    for (let at = from; at < end;) {
      const word = at >>> 5;
      const next = Math.min(end, (word + 1) << 5);
      const mask = next - at === 32 ? -1 : ((1 << (next - at)) - 1) << (at & 31);
      const old = chunk.words[word] ?? 0;
      const changed = used ? old | mask : old & ~mask;
      chunk.words[word] = changed;
      chunk.live += popcount(changed) - popcount(old);
      at = next;
    }
    this.live += chunk.live - before;
    // An empty chunk is kept: a driver that maps and unmaps one page after the other would make it anew each time.
    if (chunk.live === CHUNK_ENTRIES) this.replace(number, FULL);
  }

  /** The chunk with its bits spelt out. */
  private opened(number: number): Chunk {
    const chunk = this.chunkAt(number);
    if (chunk !== undefined && chunk !== FULL) return chunk;
    const words = new Int32Array(CHUNK_WORDS);
    if (chunk === FULL) words.fill(-1);
    const opened = { words, live: chunk === FULL ? CHUNK_ENTRIES : 0 };
    this.replace(number, opened);
    return opened;
  }
}

// Where the chunks of one TCE table lie. A directory says of each chunk what it is:
//    0            absent: all zero
//    at + 1       dense, its words begin at `at` (a multiple of 1024), not counted since it last changed
//    -(at + 1)    dense, and its live entries are counted
//    -2 (r + 1)   linear: record r
// Dense chunks share one array of words, so that an hcall goes from the directory straight to them. All comes into being at the
// first write.

import { CHUNK_ENTRIES, CHUNK_WORDS, CONSTANT, countLive, liveBit, patternOf } from './tce-chunk.ts';

const FIRST_SLOTS = 4;
/** Words of a linear record: entry 0 as stored (2), step. */
const RECORD_WORDS = 3;
/** Count of a chunk whose entries changed since it was counted. */
const UNCOUNTED = -1;
/** Most chunks that wait to be counted. */
const MOST_UNCOUNTED = 8192;

// What an empty table has: many windows are never used.
const NO_WORDS = new Int32Array(0);
const NO_COUNTS = new Int16Array(0);
const NO_PAIRS = new Float64Array(0);

const pair = new Int32Array(2);
const pairAsDouble = new Float64Array(pair.buffer);

/** First word of a dense chunk that is not counted, of its directory entry. */
export function wordsAt(place: number): number {
  return place & -CHUNK_WORDS;
}

const isDense = (place: number): boolean => (place & 1) !== 0;
/** First word of a dense chunk, counted or not. */
const wordsOf = (place: number): number => Math.abs(place) - 1;
const recordOf = (place: number): number => -place / 2 - 1;
const placeOfRecord = (record: number): number => -2 * (record + 1);

export class ChunkStore {
  /** By chunk, see above; empty until the first write. */
  directory = NO_WORDS;
  /** Dense chunks, 1024 words each. */
  words = NO_WORDS;
  /** Entries with permission bits, by chunk; UNCOUNTED ones are on the list. */
  private counts = NO_COUNTS;
  private readonly chunks: number;
  private wide = NO_PAIRS;
  /** Positions of 1024 words that no chunk uses. */
  private freeWords: number[] = [];
  private records = NO_WORDS;
  private freeRecords: number[] = [];
  private uncounted: number[] = [];
  private live = 0;

  constructor(chunks: number) {
    this.chunks = chunks;
  }

  isAbsent(chunk: number): boolean {
    return this.directory.length === 0 || this.directory[chunk] === 0;
  }

  /** Kept as a record: entry 0 and a step. */
  isLinear(chunk: number): boolean {
    const place = this.directory.length === 0 ? 0 : (this.directory[chunk] as number);
    return place !== 0 && !isDense(place);
  }

  /** Step of a linear chunk (log2 of its page, or CONSTANT); undefined for others. */
  stepOf(chunk: number): number | undefined {
    const place = this.directory.length === 0 ? 0 : (this.directory[chunk] as number);
    return place === 0 || isDense(place) ? undefined : this.records[recordOf(place) * RECORD_WORDS + 2];
  }

  /** Stored word `word` (0..1023) of a chunk. */
  word(chunk: number, word: number): number {
    const place = this.directory.length === 0 ? 0 : (this.directory[chunk] as number);
    if (isDense(place)) return this.words[wordsOf(place) + word] as number;
    if (place === 0) return 0;
    const at = recordOf(place) * RECORD_WORDS;
    const pattern = patternOf(this.records[at + 2] as number);
    return (this.records[at + (word & 1)] as number) ^ (pattern[word] as number);
  }

  /** Position of the chunk's first word in `words`; an absent or linear chunk is written out first. */
  dense(chunk: number): number {
    this.open();
    const place = this.directory[chunk] as number;
    if (isDense(place)) return wordsOf(place);
    const at = this.takeWords();
    if (place === 0) this.words.fill(0, at, at + CHUNK_WORDS);
    else this.writeOut(recordOf(place), at);
    this.directory[chunk] = this.counts[chunk] === UNCOUNTED ? at + 1 : -(at + 1);
    return at;
  }

  /** The chunk becomes entry 0 (stored halves) and a step; with nothing but zeros it is absent. */
  setLinear(chunk: number, hi: number, lo: number, step: number): void {
    const zero = (hi | lo) === 0 && step === CONSTANT;
    if (zero && this.isAbsent(chunk)) return;
    this.open();
    this.release(chunk);
    if (!zero) this.directory[chunk] = this.newRecord(hi, lo, step);
    this.setCount(chunk, liveBit(lo) * CHUNK_ENTRIES);
  }

  /** The same stored value into entries [from, to) of a chunk. */
  fill(chunk: number, from: number, to: number, hi: number, lo: number): void {
    const at = this.dense(chunk);
    pair[0] = hi;
    pair[1] = lo;
    const both = pairAsDouble[0] as number;
    // A bit pattern that is a NaN as a double may not survive as one; few TCEs are.
    if (both === both) this.wide.fill(both, at / 2 + from, at / 2 + to);
    else {
      for (let word = at + 2 * from; word < at + 2 * to; word += 2) {
        this.words[word] = hi;
        this.words[word + 1] = lo;
      }
    }
    this.changed(chunk);
  }

  /** To be called after the words of a chunk changed: its entries are counted when somebody asks. */
  changed(chunk: number): void {
    const count = this.counts[chunk] as number;
    if (count === UNCOUNTED) return;
    this.live -= count;
    this.counts[chunk] = UNCOUNTED;
    this.directory[chunk] = Math.abs(this.directory[chunk] as number);
    this.uncounted.push(chunk);
    if (this.uncounted.length > MOST_UNCOUNTED) this.settle();
  }

  /** Entries with permission bits in all chunks. */
  liveEntries(): number {
    this.settle();
    return this.live;
  }

  /** Entries with permission bits among [from, to) of a chunk. */
  liveIn(chunk: number, from: number, to: number): number {
    this.settle();
    const count = this.counts[chunk] ?? 0;
    if (count === 0 || count === CHUNK_ENTRIES) return count === 0 ? 0 : to - from;
    if (from === 0 && to === CHUNK_ENTRIES) return count;
    const place = this.directory[chunk] as number;
    return isDense(place) ? countLive(this.words, wordsOf(place) + 2 * from, to - from) : 0;
  }

  /** Chunks in a form: written out, or kept as a record. */
  placed(form: 'dense' | 'linear'): number {
    const wanted = form === 'dense';
    return this.directory.reduce((n, place) => (place !== 0 && isDense(place) === wanted ? n + 1 : n), 0);
  }

  /** Forgets dense chunks in which nothing is left. */
  trim(): void {
    this.settle();
    this.directory.forEach((place, chunk) => {
      if (!isDense(place) || this.counts[chunk] !== 0) return;
      const at = wordsOf(place);
      if (this.words.subarray(at, at + CHUNK_WORDS).every((word) => word === 0)) this.release(chunk);
    });
  }

  private open(): void {
    if (this.directory.length > 0) return;
    this.directory = new Int32Array(this.chunks);
    this.counts = new Int16Array(this.chunks);
  }

  private setCount(chunk: number, count: number): void {
    const before = this.counts[chunk] as number;
    // A chunk on the list stays there and is counted with the others.
    if (before === UNCOUNTED) return;
    this.live += count - before;
    this.counts[chunk] = count;
  }

  private settle(): void {
    for (const chunk of this.uncounted) {
      const place = this.directory[chunk] as number;
      const dense = isDense(place);
      const count = dense
        ? countLive(this.words, wordsOf(place), CHUNK_ENTRIES)
        : liveBit(this.word(chunk, 1)) * CHUNK_ENTRIES;
      if (dense) this.directory[chunk] = -Math.abs(place);
      this.counts[chunk] = count;
      this.live += count;
    }
    if (this.uncounted.length > 0) this.uncounted = [];
  }

  private release(chunk: number): void {
    const place = this.directory[chunk] as number;
    if (isDense(place)) this.freeWords.push(wordsOf(place));
    else if (place !== 0) this.freeRecords.push(recordOf(place));
    this.directory[chunk] = 0;
  }

  private writeOut(record: number, at: number): void {
    const [hi = 0, lo = 0, step = 0] = this.records.subarray(
      record * RECORD_WORDS,
      (record + 1) * RECORD_WORDS,
    );
    const pattern = patternOf(step);
    for (let i = 0; i < CHUNK_WORDS; i += 2) {
      this.words[at + i] = hi ^ (pattern[i] as number);
      this.words[at + i + 1] = lo ^ (pattern[i + 1] as number);
    }
    this.freeRecords.push(record);
  }

  /** Position of 1024 free words. Before the array grows, chunks that have become empty are looked for. */
  private takeWords(): number {
    const free = this.freeWords.pop();
    if (free !== undefined) return free;
    const slots = this.words.length / CHUNK_WORDS;
    if (slots > FIRST_SLOTS) this.trim();
    if (this.freeWords.length <= slots / 4) this.growWords(slots);
    return this.freeWords.pop() as number;
  }

  private growWords(slots: number): void {
    const more = Math.max(FIRST_SLOTS, 2 * slots);
    const words = new Int32Array(more * CHUNK_WORDS);
    words.set(this.words);
    this.words = words;
    this.wide = new Float64Array(words.buffer);
    for (let slot = more - 1; slot >= slots; slot--) this.freeWords.push(slot * CHUNK_WORDS);
  }

  /** Directory entry of a new record. */
  private newRecord(hi: number, lo: number, step: number): number {
    const record = this.takeRecord();
    this.records[record * RECORD_WORDS] = hi;
    this.records[record * RECORD_WORDS + 1] = lo;
    this.records[record * RECORD_WORDS + 2] = step;
    return placeOfRecord(record);
  }

  private takeRecord(): number {
    const free = this.freeRecords.pop();
    if (free !== undefined) return free;
    const records = this.records.length / RECORD_WORDS;
    const more = Math.max(64, 2 * records);
    const grown = new Int32Array(more * RECORD_WORDS);
    grown.set(this.records);
    this.records = grown;
    for (let record = more - 1; record >= records; record--) this.freeRecords.push(record);
    return this.freeRecords.pop() as number;
  }
}

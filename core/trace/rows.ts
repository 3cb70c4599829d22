// Events as fixed rows of 32 bytes (row-layout.ts) in chunks: what a million hcalls a second can afford. A chunk that is full is packed
// where its rows follow a rule.

import { packChunk } from './packed-chunk.ts';
import type { PackedChunk } from './packed-chunk.ts';
import { ROW_WORDS, WORD_LIOBN } from './row-layout.ts';

const CHUNK_SHIFT = 14;
const CHUNK_ROWS = 1 << CHUNK_SHIFT;
const CHUNK_MASK = CHUNK_ROWS - 1;
const CHUNK_WORDS = CHUNK_ROWS * ROW_WORDS;
const TWO_32 = 0x1_0000_0000;

const CODE_MASK = 0x3f;
export const TAG_WIDE = 0x40;
const COUNT_SHIFT = 7;
/** Counts above it make a row wide. */
export const MAX_PACKED_COUNT = 0x3ff;
const STATUS_SHIFT = 17;

/** Where rows get their time from. */
export interface TraceClock {
  /** Whole ns. */
  readonly nowNs: number;
}

/** True when a status fits a row: all that LoPAR defines do (-57 … 9905). */
export function statusFits(ret: number): boolean {
  return (ret << STATUS_SHIFT) >> STATUS_SHIFT === ret;
}

export function packTag(code: number, count: number, ret: number): number {
  return code | (count << COUNT_SHIFT) | (ret << STATUS_SHIFT);
}

export function codeOfTag(tag: number): number {
  return tag & CODE_MASK;
}

export function countOfTag(tag: number): number {
  return (tag >>> COUNT_SHIFT) & MAX_PACKED_COUNT;
}

export function statusOfTag(tag: number): number {
  return tag >> STATUS_SHIFT;
}

export class TraceRows {
  length = 0;
  /** Sequence number that new rows get as their cause. */
  cause = -1;
  private readonly clock: TraceClock;
  /** Chunks as they were written; undefined where the packed form took their place. */
  private chunks: (Int32Array | undefined)[] = [];
  private packed: (PackedChunk | undefined)[] = [];
  private packedBytes = 0;
  private chunk = new Int32Array(0);
  /** Next free word of `chunk`; CHUNK_WORDS when a new one is needed. */
  private at = CHUNK_WORDS;
  private baseNs = 0;
  /** Time bases: base i holds for rows from baseFrom[i] up to the next one's. */
  private baseFrom: number[] = [0];
  private baseTimes: number[] = [0];

  constructor(clock: TraceClock) {
    this.clock = clock;
  }

  /** Adds a row under the current cause at the current time; returns its sequence number. */
  append(tag: number, w3: number, w4: number, w5: number, w6: number, w7: number): number {
    let at = this.at;
    if (at === CHUNK_WORDS) at = this.grow();
    const offset = this.clock.nowNs - this.baseNs;
    const chunk = this.chunk;
    chunk[at] = tag;
    // The store takes the number modulo 2^32; word() gives it back as int32, timeNsAt() as uint32.
    chunk[at + 1] = offset >= 0 && offset < TWO_32 ? offset : this.rebase();
    chunk[at + 2] = this.cause;
    chunk[at + 3] = w3;
    chunk[at + 4] = w4;
    chunk[at + 5] = w5;
    chunk[at + 6] = w6;
    chunk[at + 7] = w7;
    this.at = at + ROW_WORDS;
    return this.length++;
  }

  /** Overwrites all of a row but its time and cause. */
  replace(seq: number, tag: number, w3: number, w4: number, w5: number, w6: number, w7: number): void {
    const chunk = this.writable(seq >>> CHUNK_SHIFT);
    if (chunk === undefined) return;
    const at = (seq & CHUNK_MASK) * ROW_WORDS;
    chunk[at] = tag;
    chunk.set([w3, w4, w5, w6, w7], at + WORD_LIOBN);
  }

  /** Word `n` of row `seq` as int32; 0 beyond the end. */
  word(seq: number, n: number): number {
    const chunk = this.chunks[seq >>> CHUNK_SHIFT];
    if (chunk !== undefined) return chunk[(seq & CHUNK_MASK) * ROW_WORDS + n] ?? 0;
    return this.packed[seq >>> CHUNK_SHIFT]?.word(seq & CHUNK_MASK, n) ?? 0;
  }

  tag(seq: number): number {
    return this.word(seq, 0);
  }

  timeNsAt(seq: number): number {
    const from = this.baseFrom;
    let low = 0;
    let high = from.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((from[middle] ?? 0) <= seq) low = middle;
      else high = middle - 1;
    }
    return (this.baseTimes[low] ?? 0) + (this.word(seq, 1) >>> 0);
  }

  clear(): void {
    this.length = 0;
    this.cause = -1;
    this.chunks = [];
    this.packed = [];
    this.packedBytes = 0;
    this.chunk = new Int32Array(0);
    this.at = CHUNK_WORDS;
    this.baseNs = 0;
    this.baseFrom = [0];
    this.baseTimes = [0];
  }

  /** Bytes held, rows not yet used included. */
  get bytes(): number {
    const written = this.chunks.filter((chunk) => chunk !== undefined).length;
    return written * CHUNK_WORDS * 4 + this.packedBytes + this.baseFrom.length * 16;
  }

  private grow(): number {
    if (this.chunks.length > 0) this.pack(this.chunks.length - 1);
    this.chunk = new Int32Array(CHUNK_WORDS);
    this.chunks.push(this.chunk);
    return 0;
  }

  private pack(index: number): void {
    const packed = packChunk(this.chunk);
    if (packed === undefined) return;
    this.chunks[index] = undefined;
    this.packed[index] = packed;
    this.packedBytes += packed.bytes;
  }

  /** A chunk whose rows can be changed. */
  private writable(index: number): Int32Array | undefined {
    const packed = this.packed[index];
    if (packed === undefined) return this.chunks[index];
    const chunk = packed.unpacked(CHUNK_ROWS);
    this.packed[index] = undefined;
    this.packedBytes -= packed.bytes;
    this.chunks[index] = chunk;
    return chunk;
  }

  /** Time went beyond the reach of 32 bits (4.3 s), or back: begins a new base and returns the offset from it. */
  private rebase(): number {
    this.baseNs = this.clock.nowNs;
    this.baseFrom.push(this.length);
    this.baseTimes.push(this.baseNs);
    return 0;
  }
}

// A full chunk of rows, kept small: clearing or filling a table gives thousands of rows in which every word goes on by the same step
// (bus address, time) or stays. Such a run is its first row and its step; the rows between runs are kept as they are.

import { ROW_WORDS } from './row-layout.ts';

/** A shorter run takes as much room as its rows. */
const LEAST_RUN = 8;
const RUN_WORDS = 2 * ROW_WORDS;
/** Rows looked at before all are: one of so many. */
const SAMPLE_EVERY = 64;
/** Share of the samples that must lie in runs for the work to pay. */
const PROMISING = 0.5;

export class PackedChunk {
  /** First row of each segment. */
  private readonly starts: Int32Array;
  /** Where its words begin; of a run the complement. */
  private readonly places: Int32Array;
  private readonly words: Int32Array;
  /** Segment read last: rows are read in order, and several words of each. */
  private last = 0;

  constructor(starts: readonly number[], places: readonly number[], words: readonly number[]) {
    this.starts = Int32Array.from(starts);
    this.places = Int32Array.from(places);
    this.words = Int32Array.from(words);
  }

  get bytes(): number {
    return 4 * (this.starts.length + this.places.length + this.words.length);
  }

  /** Word `n` of row `row` of the chunk, int32. */
  word(row: number, n: number): number {
    const segment = this.segmentOf(row);
    const place = this.places[segment] ?? 0;
    const at = row - (this.starts[segment] ?? 0);
    if (place >= 0) return this.words[place + at * ROW_WORDS + n] ?? 0;
    const first = this.words[~place + n] ?? 0;
    return (first + Math.imul(at, this.words[~place + ROW_WORDS + n] ?? 0)) | 0;
  }

  /** All its rows once more: for a row that is to be changed. */
  unpacked(rows: number): Int32Array {
    const chunk = new Int32Array(rows * ROW_WORDS);
    for (let at = 0; at < chunk.length; at++)
      chunk[at] = this.word(Math.floor(at / ROW_WORDS), at % ROW_WORDS);
    return chunk;
  }

  private segmentOf(row: number): number {
    const { starts, last } = this;
    const next = starts[last + 1] ?? Infinity;
    if (row >= (starts[last] ?? 0) && row < next) return last;
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((starts[middle] ?? 0) <= row) low = middle;
      else high = middle - 1;
    }
    this.last = low;
    return low;
  }
}

/** The chunk packed; undefined when that would not save half of it. */
export function packChunk(chunk: Int32Array): PackedChunk | undefined {
  if (!isPromising(chunk)) return undefined;
  const rows = chunk.length / ROW_WORDS;
  const starts: number[] = [];
  const places: number[] = [];
  const words: number[] = [];
  let isDense = false;
  for (let row = 0; row < rows;) {
    const length = runLength(chunk, row, rows);
    const isRun = length >= LEAST_RUN;
    if (isRun || !isDense) {
      starts.push(row);
      places.push(isRun ? ~words.length : words.length);
    }
    if (isRun) pushRun(words, chunk, row);
    else pushRow(words, chunk, row);
    isDense = !isRun;
    row += isRun ? length : 1;
    if (words.length * 2 > chunk.length) return undefined;
  }
  return new PackedChunk(starts, places, words);
}

function isPromising(chunk: Int32Array): boolean {
  const rows = chunk.length / ROW_WORDS;
  let samples = 0;
  let inRuns = 0;
  for (let row = 0; row + 2 < rows; row += SAMPLE_EVERY, samples++) if (goesOn(chunk, row)) inRuns++;
  return inRuns >= samples * PROMISING;
}

/** True when the row two further lies as far from the next row as that from this one, in every word. */
function goesOn(chunk: Int32Array, row: number): boolean {
  const at = row * ROW_WORDS;
  for (let n = at; n < at + ROW_WORDS; n++) {
    const [a = 0, b = 0, c = 0] = [chunk[n], chunk[n + ROW_WORDS], chunk[n + 2 * ROW_WORDS]];
    if (((b - a) | 0) !== ((c - b) | 0)) return false;
  }
  return true;
}

/** Rows from `row` on that follow one another by one step. */
function runLength(chunk: Int32Array, row: number, rows: number): number {
  let last = row;
  while (last + 2 < rows && goesOn(chunk, last)) last++;
  return last === row ? 1 : last - row + 2;
}

function pushRow(words: number[], chunk: Int32Array, row: number): void {
  for (let n = 0; n < ROW_WORDS; n++) words.push(chunk[row * ROW_WORDS + n] ?? 0);
}

function pushRun(words: number[], chunk: Int32Array, row: number): void {
  pushRow(words, chunk, row);
  for (let n = 0; n < RUN_WORDS - ROW_WORDS; n++) {
    const at = row * ROW_WORDS + n;
    words.push(((chunk[at + ROW_WORDS] ?? 0) - (chunk[at] ?? 0)) | 0);
  }
}

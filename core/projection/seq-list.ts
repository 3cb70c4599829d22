// A growing list of sequence numbers at 4 bytes each: what a filter let through of millions of events.

import { WordArena } from '../trace/arena.ts';

export class SeqList {
  private readonly words = new WordArena();

  get length(): number {
    return this.words.length;
  }

  push(seq: number): void {
    this.words.push(seq);
  }

  /** The `n`th number; 0 beyond the end. */
  at(n: number): number {
    return this.words.word(n);
  }

  /** Numbers `from` … `to` - 1 of the list, for a page of a view. */
  slice(from: number, to: number): readonly number[] {
    const end = Math.min(to, this.length);
    return Array.from({ length: Math.max(0, end - from) }, (_, i) => this.at(from + i));
  }

  /** Position of the first number >= seq: where a view jumps to. */
  positionOf(seq: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.at(middle) < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  clear(): void {
    this.words.clear();
  }
}

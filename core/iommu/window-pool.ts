// All windows of a machine by LIOBN: each hcall's first step. Open addressing by int32, because a LIOBN such as
// 0x80000001 would be boxed as a Map key.

import { ilog2 } from '../base/bits.ts';
import { invariant } from '../base/invariant.ts';
import type { DmaWindow } from './dma-window.ts';

const FIRST_SIZE = 16;
/** 2^32 / golden ratio (Knuth): spreads LIOBNs, of which whole ranges differ in few bits. */
const SPREAD = 0x9e37_79b1;

export class WindowPool {
  private windows: DmaWindow[] = [];
  /** Windows at the places of their hashes; at most half of them are taken. */
  private places = new Array<DmaWindow | undefined>(FIRST_SIZE).fill(undefined);
  private mask = FIRST_SIZE - 1;
  /** 32 - log2 of the size: the upper bits of the product are the hash. */
  private shift = 32 - ilog2(FIRST_SIZE);

  find(liobn: number): DmaWindow | undefined {
    const window = this.places[Math.imul(liobn, SPREAD) >>> this.shift];
    return window !== undefined && window.liobn === liobn ? window : this.probe(liobn);
  }

  add(window: DmaWindow): void {
    invariant(
      this.find(window.liobn) === undefined,
      `LIOBN 0x${(window.liobn >>> 0).toString(16)} exists already`,
    );
    this.windows.push(window);
    if (2 * this.windows.length > this.places.length) this.rebuild();
    else this.index(window);
  }

  remove(window: DmaWindow): void {
    this.windows = this.windows.filter((w) => w !== window);
    this.rebuild();
  }

  all(): readonly DmaWindow[] {
    return this.windows;
  }

  /** Makes the index anew, at most half full. Windows leave seldom. */
  private rebuild(): void {
    let size = FIRST_SIZE;
    while (size < 2 * this.windows.length) size *= 2;
    this.places = new Array<DmaWindow | undefined>(size).fill(undefined);
    this.mask = size - 1;
    this.shift = 32 - ilog2(size);
    for (const window of this.windows) this.index(window);
  }

  private probe(liobn: number): DmaWindow | undefined {
    for (let at = Math.imul(liobn, SPREAD) >>> this.shift; ; at = (at + 1) & this.mask) {
      const window = this.places[at];
      if (window === undefined || window.liobn === liobn) return window;
    }
  }

  private index(window: DmaWindow): void {
    let at = Math.imul(window.liobn, SPREAD) >>> this.shift;
    while (this.places[at] !== undefined) at = (at + 1) & this.mask;
    this.places[at] = window;
  }
}

// All windows of a machine by LIOBN: each hcall's first step. Open addressing over int32 keys, because a LIOBN such as
// 0x80000001 would be boxed as a Map key.

import { invariant } from '../base/invariant.ts';
import type { DmaWindow } from './dma-window.ts';

export class WindowPool {
  private windows: DmaWindow[] = [];
  private keys = new Int32Array(16);
  /** Position in `windows` + 1; 0 = free. */
  private slots = new Int32Array(16);
  private mask = 15;

  find(liobn: number): DmaWindow | undefined {
    for (let at = spread(liobn) & this.mask; ; at = (at + 1) & this.mask) {
      const slot = this.slots[at] as number;
      if (slot === 0) return undefined;
      if (this.keys[at] === liobn) return this.windows[slot - 1];
    }
  }

  add(window: DmaWindow): void {
    invariant(
      this.find(window.liobn) === undefined,
      `LIOBN 0x${(window.liobn >>> 0).toString(16)} exists already`,
    );
    this.windows.push(window);
    if (2 * this.windows.length > this.keys.length) this.rebuild();
    else this.index(window.liobn, this.windows.length);
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
    let size = 16;
    while (size < 2 * this.windows.length) size *= 2;
    this.keys = new Int32Array(size);
    this.slots = new Int32Array(size);
    this.mask = size - 1;
    this.windows.forEach((window, i) => this.index(window.liobn, i + 1));
  }

  private index(liobn: number, slot: number): void {
    let at = spread(liobn) & this.mask;
    while (this.slots[at] !== 0) at = (at + 1) & this.mask;
    this.keys[at] = liobn;
    this.slots[at] = slot;
  }
}

/** LIOBNs differ in their low byte (window) and the next two (PHB): fold them together. */
function spread(liobn: number): number {
  return liobn ^ (liobn >>> 7) ^ (liobn >>> 16);
}

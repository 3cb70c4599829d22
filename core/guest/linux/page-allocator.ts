// The kernel's page allocator as a buddy system over guest real memory. Low memory belongs to the kernel image.
// Deterministic: the lowest free block of the smallest order that fits is taken first.

import type { PageAllocator } from './types.ts';

/** Kernel image, initrd and firmware leave this much at the bottom alone (or a quarter of a small partition). */
const KERNEL_BYTES = 32 * 1024 * 1024;

export class BuddyAllocator implements PageAllocator {
  readonly pageBytes: number;
  /** Free blocks by order; a set keeps the order of insertion, so a run reproduces its addresses. */
  private readonly free_: Set<number>[] = [];

  /** `area`: the part of RAM that this kernel lives in (a crash kernel); all of it when absent. */
  constructor(ramBytes: number, pageBytes: number, area = { start: 0, end: ramBytes }) {
    this.pageBytes = pageBytes;
    const { start, end } = area;
    const image = Math.min(KERNEL_BYTES, Math.floor((end - start) / 4 / pageBytes) * pageBytes);
    this.addRange(start + image, end);
  }

  /** Hands a range of RAM to the allocator (boot, memory added later), as naturally aligned blocks. */
  addRange(start: number, end: number): void {
    let at = start;
    while (at + this.pageBytes <= end) {
      let order = 0;
      while (at % this.blockBytes(order + 1) === 0 && at + this.blockBytes(order + 1) <= end) order++;
      this.list(order).add(at);
      at += this.blockBytes(order);
    }
  }

  /** Takes a range out for good (memory set aside, or about to go offline). False: pages of it are in use, and nothing has changed. */
  takeRange(start: number, end: number): boolean {
    const touching: { readonly at: number; readonly order: number }[] = [];
    let free = 0;
    for (const [order, list] of this.free_.entries()) {
      const size = this.blockBytes(order);
      for (const at of list) {
        const shared = Math.min(end, at + size) - Math.max(start, at);
        if (shared <= 0) continue;
        touching.push({ at, order });
        free += shared;
      }
    }
    if (free !== end - start) return false;
    for (const { at, order } of touching) {
      this.list(order).delete(at);
      this.addRange(at, Math.max(at, start));
      this.addRange(Math.min(at + this.blockBytes(order), end), at + this.blockBytes(order));
    }
    return true;
  }

  alloc(order: number): number | undefined {
    let from = order;
    while (from < this.free_.length && this.list(from).size === 0) from++;
    const address = this.list(from).values().next().value;
    if (address === undefined) return undefined;
    this.list(from).delete(address);
    while (from > order) {
      from--;
      this.list(from).add(address + this.blockBytes(from));
    }
    return address;
  }

  free(address: number, order: number): void {
    let block = address;
    let at = order;
    for (;;) {
      const size = this.blockBytes(at);
      const buddy = Math.floor(block / size) % 2 === 0 ? block + size : block - size;
      if (!this.list(at).delete(buddy)) break;
      block = Math.min(block, buddy);
      at++;
    }
    this.list(at).add(block);
  }

  /** Gives a range back, in the largest aligned blocks; they join their buddies. */
  freeRange(start: number, end: number): void {
    let at = start;
    while (at + this.pageBytes <= end) {
      let order = 0;
      while (at % this.blockBytes(order + 1) === 0 && at + this.blockBytes(order + 1) <= end) order++;
      this.free(at, order);
      at += this.blockBytes(order);
    }
  }

  /** get_order(): pages of 2^order hold `bytes`. */
  orderOf(bytes: number): number {
    let order = 0;
    while (this.blockBytes(order) < bytes) order++;
    return order;
  }

  private blockBytes(order: number): number {
    return this.pageBytes * 2 ** order;
  }

  private list(order: number): Set<number> {
    for (let i = this.free_.length; i <= order; i++) this.free_.push(new Set());
    return this.free_[order] ?? new Set();
  }
}

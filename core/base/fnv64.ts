// FNV-1a's step over 64-bit words instead of bytes: the hash that the oracle's recordings carry (oracle README, section 1).

import { joinU64, type U64 } from './u64.ts';

/** A running 64-bit hash: h = (h ^ word) * 0x100000001b3, from 0xcbf29ce484222325. */
export class Fnv64 {
  private hi = 0xcbf29ce4 | 0;
  private lo = 0x84222325 | 0;

  /** One round over a word given as int32 halves. */
  add(hi: number, lo: number): void {
    const xHi = (this.hi ^ hi) >>> 0;
    const xLo = (this.lo ^ lo) >>> 0;
    // The prime is 2^40 + 0x1b3, so the product is a shift and two products that a double holds exactly.
    const low = xLo * 0x1b3;
    this.lo = low | 0;
    this.hi = (xHi * 0x1b3 + Math.floor(low / 0x1_0000_0000) + (xLo << 8)) | 0;
  }

  /** A second hash that goes on from the same state. */
  copy(): Fnv64 {
    const twin = new Fnv64();
    twin.hi = this.hi;
    twin.lo = this.lo;
    return twin;
  }

  get value(): U64 {
    return joinU64(this.hi, this.lo);
  }
}

// Gathers TCEs into runs that count up page by page, as the trace shows them. Halves while it gathers: entries may be any 64 bits.

import { joinU64, type U64 } from '../base/u64.ts';

export interface TceRunList {
  readonly first: U64;
  readonly count: number;
}

export class TceRuns {
  private readonly gathered: { readonly first: U64; count: number }[] = [];
  private readonly stepHi: number;
  private readonly stepLo: number;
  private firstHi = 0;
  private firstLo = 0;
  /** What the next entry of the run would be. */
  private nextHi = 0;
  private nextLo = 0;

  constructor(pageShift: number) {
    this.stepHi = pageShift < 32 ? 0 : 2 ** (pageShift - 32);
    this.stepLo = pageShift < 32 ? 2 ** pageShift : 0;
  }

  /** `count` entries from (hi, lo) on, page by page; of zeros all alike. */
  add(hi: number, lo: number, count: number): void {
    const last = this.gathered.at(-1);
    const isNext = hi === this.nextHi && lo === this.nextLo;
    if (last !== undefined && isNext && (hi !== 0 || lo !== 0 || this.isZero)) last.count += count;
    else {
      this.firstHi = hi;
      this.firstLo = lo;
      this.gathered.push({ first: joinU64(hi, lo), count });
    }
    this.advance(hi, lo, count);
  }

  get all(): readonly TceRunList[] {
    return this.gathered;
  }

  private get isZero(): boolean {
    return this.firstHi === 0 && this.firstLo === 0;
  }

  private advance(hi: number, lo: number, count: number): void {
    if (this.isZero) {
      this.nextHi = 0;
      this.nextLo = 0;
      return;
    }
    const low = (lo >>> 0) + this.stepLo * count;
    this.nextLo = (low % 0x1_0000_0000) | 0;
    this.nextHi = (hi + this.stepHi * count + Math.floor(low / 0x1_0000_0000)) | 0;
  }
}

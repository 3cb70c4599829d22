// How often something happened over virtual time: a fixed number of buckets whose width doubles when time runs on, so that a second
// and a day take the same memory.

const BUCKETS = 256;

export interface Rate {
  /** Virtual ns that one bucket covers. */
  readonly bucketNs: number;
  /** How often in each bucket from time 0 on. */
  readonly counts: readonly number[];
}

export class RateMeter {
  private counts = new Array<number>(BUCKETS).fill(0);
  private bucketNs: number;
  /** Buckets in use. */
  private used = 0;
  /** End of the bucket that the last count went to, and its number: time seldom leaves it. */
  private until = 0;
  private current = 0;

  constructor(bucketNs = 1_000_000) {
    this.bucketNs = bucketNs;
  }

  /** Counts `times` at `timeNs`. */
  count(timeNs: number, times = 1): void {
    if (timeNs >= this.until || timeNs < this.until - this.bucketNs) this.moveTo(timeNs);
    this.counts[this.current] = (this.counts[this.current] ?? 0) + times;
  }

  get rate(): Rate {
    return { bucketNs: this.bucketNs, counts: this.counts.slice(0, this.used) };
  }

  private moveTo(timeNs: number): void {
    while (timeNs >= this.bucketNs * BUCKETS) this.halve();
    this.current = Math.floor(timeNs / this.bucketNs);
    this.until = (this.current + 1) * this.bucketNs;
    this.used = Math.max(this.used, this.current + 1);
  }

  private halve(): void {
    const old = this.counts;
    this.counts = old.map((_, i) => (old[2 * i] ?? 0) + (old[2 * i + 1] ?? 0));
    this.bucketNs *= 2;
    this.used = Math.ceil(this.used / 2);
  }
}

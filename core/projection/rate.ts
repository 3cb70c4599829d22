// How often something happened over virtual time, or how much of it: a fixed number of buckets whose width doubles when time runs on, so
// that a second and a day take the same memory.

const BUCKETS = 256;

export interface Rate {
  /** Virtual ns that one bucket covers. */
  readonly bucketNs: number;
  /** How often in each bucket from time 0 on. */
  readonly counts: readonly number[];
}

export class RateMeter {
  private counts: number[];
  private bucketNs: number;
  private readonly buckets: number;
  /** Buckets in use. */
  private used = 0;
  /** End of the bucket that the last count went to, and its number: time seldom leaves it. */
  private until = 0;
  private current = 0;

  /** `buckets`: an even number. */
  constructor(bucketNs = 1_000_000, buckets = BUCKETS) {
    this.bucketNs = bucketNs;
    this.buckets = buckets;
    this.counts = new Array<number>(buckets).fill(0);
  }

  /** Counts one, or `amount`, at `timeNs`. */
  count(timeNs: number, amount = 1): void {
    if (timeNs >= this.until || timeNs < this.until - this.bucketNs) this.moveTo(timeNs);
    this.counts[this.current] = (this.counts[this.current] ?? 0) + amount;
  }

  /** `amount` that came evenly between two times. */
  spread(fromNs: number, toNs: number, amount: number): void {
    this.count(toNs, 0);
    const length = toNs - fromNs;
    if (length <= 0) return this.count(toNs, amount);
    for (let at = fromNs; at < toNs;) {
      const next = Math.min(toNs, (Math.floor(at / this.bucketNs) + 1) * this.bucketNs);
      this.count(at, (amount * (next - at)) / length);
      at = next;
    }
  }

  get rate(): Rate {
    return { bucketNs: this.bucketNs, counts: this.counts.slice(0, this.used) };
  }

  private moveTo(timeNs: number): void {
    while (timeNs >= this.bucketNs * this.buckets) this.halve();
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

/** The same in buckets of another width, a power of two times its own; `length` of them. */
export function widened({ bucketNs, counts }: Rate, toNs: number, length: number): readonly number[] {
  const wide = new Array<number>(length).fill(0);
  for (const [i, count] of counts.entries()) {
    const at = Math.floor((i * bucketNs) / toNs);
    if (at < length) wide[at] = (wide[at] ?? 0) + count;
  }
  return wide;
}

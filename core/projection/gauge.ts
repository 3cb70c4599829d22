// A level over virtual time, such as TCEs in use: what it stood at when each bucket ended. Buckets double their width as those of rates.

const NONE = -1;

/** Never below 0. */
export class Gauge {
  private values: number[];
  private bucketNs: number;
  private current = 0;
  private until = 0;
  private level = 0;

  /** `buckets`: an even number. */
  constructor(bucketNs: number, buckets: number) {
    this.bucketNs = bucketNs;
    this.values = new Array<number>(buckets).fill(NONE);
  }

  get now(): number {
    return this.level;
  }

  change(timeNs: number, by: number): void {
    if (timeNs >= this.until || timeNs < this.until - this.bucketNs) this.moveTo(timeNs);
    this.level += by;
    this.values[this.current] = this.level;
  }

  /** Levels at the ends of `length` buckets of `bucketNs`, a power of two times its own; where nothing changed, as before. */
  levels(bucketNs: number, length: number): readonly number[] {
    const levels = new Array<number>(length).fill(NONE);
    for (const [i, value] of this.values.entries()) {
      const at = Math.floor((i * this.bucketNs) / bucketNs);
      if (value !== NONE && at < length) levels[at] = value;
    }
    let last = 0;
    return levels.map((value) => (last = value === NONE ? last : value));
  }

  private moveTo(timeNs: number): void {
    while (timeNs >= this.bucketNs * this.values.length) this.halve();
    this.current = Math.floor(timeNs / this.bucketNs);
    this.until = (this.current + 1) * this.bucketNs;
  }

  private halve(): void {
    const old = this.values;
    this.values = old.map((_, i) => {
      const second = old[2 * i + 1] ?? NONE;
      return second === NONE ? (old[2 * i] ?? NONE) : second;
    });
    this.bucketNs *= 2;
  }
}

// A counter's speed over about the last second: a ring of samples, so that a short burst neither lingers nor vanishes.

const WINDOW_MS = 1000;

export class RateMeter {
  private readonly now: () => number;
  private samples: { readonly atMs: number; readonly count: number }[] = [];

  constructor(now: () => number) {
    this.now = now;
  }

  /** Units per second, whole; 0 until two samples are there. */
  perSecond(count: number): number {
    const atMs = this.now();
    // A counter that went back belongs to another machine.
    if (count < (this.samples.at(-1)?.count ?? 0)) this.samples = [];
    this.samples.push({ atMs, count });
    while (this.samples.length > 2 && (this.samples[1]?.atMs ?? atMs) <= atMs - WINDOW_MS)
      this.samples.shift();
    const first = this.samples[0];
    if (first === undefined || atMs - first.atMs < 1) return 0;
    return Math.round(((count - first.count) * 1000) / (atMs - first.atMs));
  }

  reset(): void {
    this.samples = [];
  }
}

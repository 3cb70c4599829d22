// Guest real memory as a list of runs, in the order of a virtual mapping: what backs a buffer, or a pool of free huge pages.

export interface PhysicalRun {
  /** Guest real address, a number below 2^53. */
  readonly real: number;
  readonly bytes: number;
}

export class PhysicalRuns {
  private runs: { real: number; bytes: number }[] = [];
  private sum = 0;

  get bytes(): number {
    return this.sum;
  }

  all(): readonly PhysicalRun[] {
    return this.runs;
  }

  /** Appends a run; it grows the last one when it follows it. */
  add(real: number, bytes: number): void {
    const last = this.runs.at(-1);
    if (last !== undefined && last.real + last.bytes === real) last.bytes += bytes;
    else this.runs.push({ real, bytes });
    this.sum += bytes;
  }

  /** Takes `bytes` from the beginning; undefined, and nothing changes, when there are fewer. */
  take(bytes: number): PhysicalRuns | undefined {
    if (bytes > this.sum) return undefined;
    const taken = new PhysicalRuns();
    while (taken.sum < bytes) {
      const first = this.runs[0];
      if (first === undefined) break;
      const piece = Math.min(first.bytes, bytes - taken.sum);
      taken.add(first.real, piece);
      first.real += piece;
      first.bytes -= piece;
      if (first.bytes === 0) this.runs.shift();
    }
    this.sum -= bytes;
    return taken;
  }

  /** Real memory at an offset of the mapping, and how far it runs on from there; undefined beyond the end. */
  at(offset: number): PhysicalRun | undefined {
    let left = offset;
    for (const { real, bytes } of this.runs) {
      if (left < bytes) return { real: real + left, bytes: bytes - left };
      left -= bytes;
    }
    return undefined;
  }
}

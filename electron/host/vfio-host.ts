// The VFIO matrix for a window: worked out in short turns, kept, and told without the machines behind its cells, which are many times
// larger; the machine of one cell is worked out again when it is wanted (a few milliseconds).

import { fail, ok, VfioMatrixRun } from '../../core/index.ts';
import type { Result, VfioCell, VfioEvidence, VfioMatrix, VfioPlatform } from '../../core/index.ts';
import type { VfioPlace, VfioSheet, VfioSheetCell } from '../ipc-contract.ts';

export interface VfioHostOptions {
  /** Longest turn of work. */
  readonly sliceMs?: number;
  /** Shortest time between two progress reports. */
  readonly progressMs?: number;
  /** Milliseconds that never go back; for tests. */
  readonly now?: () => number;
}

type Listener = (progress: { readonly done: number; readonly of: number }) => void;

export class VfioHost {
  private readonly sliceMs: number;
  private readonly progressMs: number;
  private readonly now: () => number;
  /** By whether a driver came first: nothing else that is asked for changes it. */
  private readonly known = new Map<boolean, VfioSheet>();
  /** The run that counts; those before it have been cancelled. */
  private current: symbol | undefined;

  constructor({ sliceMs = 8, progressMs = 100, now = () => performance.now() }: VfioHostOptions = {}) {
    this.sliceMs = sliceMs;
    this.progressMs = progressMs;
    this.now = now;
  }

  /** Every kernel, platform, page size and program. A run under way is cancelled by the next. Errors: `cancelled`. */
  async sheet(driverFirst: boolean, onProgress: Listener): Promise<Result<VfioSheet>> {
    const known = this.known.get(driverFirst);
    if (known !== undefined) return ok(known);
    const token = Symbol('matrix');
    this.current = token;
    const run = new VfioMatrixRun({ driverFirst });
    let reportedAt = -Infinity;
    while (run.progress.done < run.progress.of) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.current !== token) return fail('cancelled', 'the matrix was cancelled');
      const until = this.now() + this.sliceMs;
      while (this.now() < until && run.step());
      if (this.now() - reportedAt < this.progressMs) continue;
      reportedAt = this.now();
      onProgress(run.progress);
    }
    this.current = undefined;
    const sheet = sheetOf(run.value);
    this.known.set(driverFirst, sheet);
    return ok(sheet);
  }

  cancel(): void {
    this.current = undefined;
  }

  /** The cell with the machine behind it. Errors: `no-such-cell`. */
  cell({ kernel, profile, slotClass, pageBytes, app, driverFirst }: VfioPlace): Result<VfioCell> {
    const options = {
      kernels: [kernel],
      profiles: [profile],
      pageSizes: [pageBytes],
      apps: [app],
      driverFirst,
    };
    const isKnown = PAGE_SIZES.includes(pageBytes);
    const cells = isKnown ? new VfioMatrixRun(options).all().cells : [];
    const found = cells.find(({ platform }) => platform.slotClass === slotClass);
    if (found !== undefined) return ok(found);
    return fail('no-such-cell', 'the matrix has no such cell', 'choose one of those that it shows');
  }
}

/** Powers of two from 4K to 16G: what a program can ask for as a page. */
const PAGE_SIZES: readonly number[] = Array.from({ length: 23 }, (_, i) => 2 ** (12 + i));

function sheetOf({ bytes, driverFirst, cells }: VfioMatrix): VfioSheet {
  const platforms = new Numbered<VfioPlatform>();
  const facts = new Numbered<VfioEvidence>();
  const told = cells.map(({ platform, evidence, open: _, ...rest }): VfioSheetCell => {
    return { ...rest, platform: platforms.of(platform), facts: evidence.map((fact) => facts.of(fact)) };
  });
  return { bytes, driverFirst, platforms: platforms.items, facts: facts.items, cells: told };
}

/** Equal values once, each by its number. */
class Numbered<T> {
  readonly items: T[] = [];
  private readonly numbers = new Map<string, number>();

  of(item: T): number {
    const text = JSON.stringify(item);
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    this.numbers.set(text, this.items.length);
    return this.items.push(item) - 1;
  }
}

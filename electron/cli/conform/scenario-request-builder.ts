// From runs of calls to requests: what is one scatter list, what a driver keeps, what is coherent, which pool it came from.

import type {
  Element,
  MapRequest,
  RequestOptions,
  Run,
  Unmap,
  UnmapRequest,
  WorkRequest,
} from './scenario-requests.ts';
import { stepOf } from './scenario-requests.ts';
import type { WindowBook } from './scenario-windows.ts';

/** A driver's own buffer of this size that it gives back at once is coherent too: no command at probe is that long. */
const largeBuffer = 0x4_0000;

export class RequestBuilder {
  private readonly options: RequestOptions;
  private readonly windows: WindowBook;
  /** The run that goes on where another ended. */
  private readonly followers: ReadonlyMap<Run, Run>;

  constructor(options: RequestOptions, windows: WindowBook, followers: ReadonlyMap<Run, Run>) {
    this.options = options;
    this.windows = windows;
    this.followers = followers;
  }

  build(runs: readonly Run[], taken: readonly Unmap[]): readonly WorkRequest[] {
    const maps: MapRequest[] = [];
    const starts: number[] = [];
    for (const run of runs)
      for (const elements of this.split(run)) {
        const id = maps.length;
        for (const e of elements) e.request = id;
        starts.push(elements[0]?.first ?? 0);
        maps.push(this.mapRequest(id, run, elements));
      }
    const unmaps = taken.map((u): UnmapRequest => ({
      kind: 'unmap',
      map: u.element.request,
      firstPage: u.first - (starts[u.element.request] ?? 0),
      pages: u.call.count,
      calls: [u.call],
      after: u.after,
      step: stepOf(this.options.marks, u.call.seq),
      seq: u.call.seq,
    }));
    return [...maps, ...unmaps].sort((a, b) => a.seq - b.seq);
  }

  /** The run's elements and those of the runs that go on with it; none for a run that was taken in by another. */
  private wholeList(run: Run): readonly Element[] {
    if (run.joined) return [];
    const elements = [...run.elements];
    let last = run;
    for (;;) {
      const next = this.followers.get(last);
      if (next === undefined || !next.joined) return elements;
      elements.push(...next.elements);
      last = next;
    }
  }

  /** Buffers that a driver keeps for itself are requests of their own; what lies between them is one scatter list. */
  private split(run: Run): readonly (readonly Element[])[] {
    const requests: Element[][] = [];
    let list: Element[] | undefined;
    for (const element of this.wholeList(run)) {
      if (lasts(element) || this.isCoherent(element, run.pageShift)) {
        requests.push([element]);
        list = undefined;
      } else if (list === undefined) {
        list = [element];
        requests.push(list);
      } else list.push(element);
    }
    return requests;
  }

  private mapRequest(id: number, run: Run, elements: readonly Element[]): MapRequest {
    const calls = elements.flatMap((e) => e.calls);
    const lasting = elements.every(lasts);
    return {
      kind: 'map',
      id,
      liobn: run.liobn,
      pageShift: run.pageShift,
      elements: elements.map((e) => ({ pages: e.pages, tce: e.tce })),
      lasting,
      coherent: elements.every((e) => this.isCoherent(e, run.pageShift)),
      pool: this.poolOf(run, elements),
      calls,
      after: run.after,
      step: elements[0]?.step ?? 0,
      seq: calls[0]?.seq ?? 0,
    };
  }

  private isCoherent(element: Element, pageShift: number): boolean {
    const { marks, multitceOff, pageBytes, cpus } = this.options;
    // The pool of a small request is an input with several CPUs; its alignment then follows from the blocks of 16.
    if (cpus > 1 && element.pages < 16) return false;
    const bytes = element.pages * 2 ** pageShift;
    const inWork = /^(read|write|net|ping|cpu|parallel)\b/.test(marks[element.step - 1]?.name ?? '');
    if (multitceOff || element.merged || (element.tce & 3n) !== 3n || bytes % pageBytes !== 0) return false;
    // Under a workload only a pool of descriptors grows, by one page.
    if (inWork) return bytes === pageBytes && lasts(element);
    const natural = (bytes & (bytes - 1)) === 0 && Number(element.tce & ~0xfffn) % bytes === 0;
    return natural && (lasts(element) || element.early || bytes >= largeBuffer);
  }

  /** A quarter of the lower three quarters of a window of 1 GiB and more (kernel/iommu.c, iommu_init_table). */
  private poolOf(run: Run, elements: readonly Element[]): number | undefined {
    const bytes = this.windows.sizeOf(run.liobn) ?? this.options.defaultWindowBytes;
    if (this.options.cpus === 1 || bytes < 2 ** 30) return undefined;
    const poolSize = Math.floor(Math.floor(((bytes / 2 ** run.pageShift) * 3) / 4) / 4);
    const first = elements[0];
    if (first === undefined || first.pages > 15) return undefined;
    const index = first.first - this.windows.firstEntryOf(run.liobn);
    return Math.min(3, Math.floor(index / poolSize));
  }
}

function lasts(element: Element): boolean {
  return !element.merged && element.unmappedIn !== element.step;
}

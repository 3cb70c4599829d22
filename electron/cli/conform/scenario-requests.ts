// The drivers' map and unmap requests, read from a recorded bus: order, sizes, page alignment and (several CPUs) pools.
// Which IOBA each gets is not an input: the allocator must predict it.

import type { TceCall } from './scenario-call.ts';
import type { ClassifiedCall } from './scenario-timeline.ts';
import { WindowBook } from './scenario-timeline.ts';

/** One buffer of a scatter list, or a whole single mapping: physically contiguous. */
export interface MapElement {
  readonly pages: number;
  /** Its first TCE: real address and permissions. */
  readonly tce: bigint;
}

/** A scatter list (more than one element: each continues at the end of the one before) or a single mapping. */
export interface MapRequest {
  readonly kind: 'map';
  readonly id: number;
  readonly liobn: number;
  readonly pageShift: number;
  readonly elements: readonly MapElement[];
  /** Outlives the step of the guest script that made it: a buffer that a driver keeps. */
  readonly lasting: boolean;
  /** Taken for dma_alloc_coherent(), which aligns by size: lasting, both ways, naturally aligned, not made by a workload. */
  readonly coherent: boolean;
  /** Several CPUs: the small pool that the recording shows it in. */
  readonly pool: number | undefined;
  readonly calls: readonly TceCall[];
  /** Set-up calls of this bus that came before it. */
  readonly after: number;
  readonly seq: number;
}

export interface UnmapRequest {
  readonly kind: 'unmap';
  /** The map request that it takes back, wholly or in part. */
  readonly map: number;
  /** Offset of the first page from the start of the map request, and number of pages. */
  readonly firstPage: number;
  readonly pages: number;
  readonly calls: readonly TceCall[];
  readonly after: number;
  readonly seq: number;
}

export type WorkRequest = MapRequest | UnmapRequest;

export interface RequestOptions {
  readonly multitceOff: boolean;
  readonly cpus: number;
  /** The trace's marks in order: the steps of the guest script. */
  readonly marks: readonly { readonly seq: number; readonly name: string }[];
  /** Entries of a window at boot: tells the pools apart. */
  readonly defaultWindowBytes: number;
}

/** Requests of one bus in the order of their first calls. */
export function workRequests(
  line: readonly ClassifiedCall[],
  options: RequestOptions,
): readonly WorkRequest[] {
  const reader = new RequestReader(options);
  for (const entry of line) reader.take(entry);
  return reader.requests();
}

interface Element {
  readonly first: number;
  pages: number;
  readonly tce: bigint;
  readonly calls: TceCall[];
  readonly step: number;
  /** Step of its last unmap; undefined while held. */
  unmappedIn: number | undefined;
  /** Unmapped together with other elements: a merged segment of a scatter list. */
  merged: boolean;
  request: number;
}

/** Calls at consecutive IOBAs, one right after the other. */
interface Run {
  readonly liobn: number;
  readonly pageShift: number;
  end: number;
  readonly elements: Element[];
  readonly after: number;
  /** Number of the bus's work call that added to it last. */
  lastWork: number;
}

interface Unmap {
  readonly element: Element;
  readonly first: number;
  readonly call: TceCall;
  readonly after: number;
}

class RequestReader {
  private readonly options: RequestOptions;
  private readonly windows = new WindowBook();
  private readonly runs: Run[] = [];
  private readonly unmaps: Unmap[] = [];
  /** "liobn entry" -> the element that holds or last held it. */
  private readonly holders = new Map<string, Element>();
  /** "liobn entry" of a run's end -> the run: where a scatter list would go on. */
  private readonly ends = new Map<string, Run>();
  private setUps = 0;
  private works = 0;

  constructor(options: RequestOptions) {
    this.options = options;
  }

  take({ call, as }: ClassifiedCall): void {
    this.windows.classify(call);
    if (as === 'set-up' || call.kind === 'rtas') {
      this.setUps++;
      this.ends.clear();
      return;
    }
    this.works++;
    if (as === 'map') this.takeMap(call);
    else this.takeUnmap(call);
  }

  private takeMap(call: TceCall): void {
    const pageShift = this.windows.pageShiftOf(call.liobn);
    const first = entryOf(call, pageShift);
    const run = this.openRunAt(call.liobn, first) ?? this.startRun(call.liobn, first, pageShift);
    this.ends.delete(`${call.liobn} ${run.end}`);
    const element = this.elementFor(run, call, first);
    for (let i = 0; i < call.count; i++) this.holders.set(`${call.liobn} ${first + i}`, element);
    run.end += call.count;
    run.lastWork = this.works;
    this.ends.set(`${call.liobn} ${run.end}`, run);
  }

  /** One CPU does one thing after another; several interleave their lists. */
  private openRunAt(liobn: number, first: number): Run | undefined {
    const run = this.ends.get(`${liobn} ${first}`);
    return run !== undefined && this.works - run.lastWork <= this.options.cpus ? run : undefined;
  }

  private startRun(liobn: number, first: number, pageShift: number): Run {
    const run: Run = { liobn, pageShift, end: first, elements: [], after: this.setUps, lastWork: this.works };
    this.runs.push(run);
    return run;
  }

  private elementFor(run: Run, call: TceCall, first: number): Element {
    const last = run.elements.at(-1);
    if (last !== undefined && this.continues(last, call, run.pageShift)) {
      last.pages += call.count;
      last.calls.push(call);
      return last;
    }
    const element: Element = {
      first,
      pages: call.count,
      tce: call.tce,
      calls: [call],
      step: this.stepOf(call.seq),
      unmappedIn: undefined,
      merged: false,
      request: -1,
    };
    run.elements.push(element);
    return element;
  }

  /** A list longer than one call's 512 entries, or (without H_PUT_TCE_INDIRECT) the pages of one buffer. */
  private continues(last: Element, call: TceCall, pageShift: number): boolean {
    const previous = last.calls.at(-1);
    const split =
      this.options.multitceOff || (previous?.op === 'H_PUT_TCE_INDIRECT' && previous.count === 512);
    return split && call.tce === last.tce + (BigInt(last.pages) << BigInt(pageShift));
  }

  private takeUnmap(call: TceCall): void {
    const first = entryOf(call, this.windows.pageShiftOf(call.liobn));
    const covered = new Set<Element>();
    for (let i = 0; i < call.count; i++) {
      const element = this.holders.get(`${call.liobn} ${first + i}`);
      if (element !== undefined) covered.add(element);
    }
    for (const element of covered) {
      element.unmappedIn = this.stepOf(call.seq);
      element.merged ||= covered.size > 1;
    }
    const element = covered.values().next().value;
    if (element !== undefined) this.unmaps.push({ element, first, call, after: this.setUps });
    // What is mapped after an unmap is another request, even where it happens to lie next.
    this.ends.clear();
  }

  private stepOf(seq: number): number {
    let low = 0;
    let high = this.options.marks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.options.marks[middle]?.seq ?? 0) <= seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  requests(): readonly WorkRequest[] {
    const maps: MapRequest[] = [];
    const starts: number[] = [];
    for (const run of this.runs)
      for (const elements of splitRun(run)) {
        const id = maps.length;
        for (const e of elements) e.request = id;
        starts.push(elements[0]?.first ?? 0);
        maps.push(this.mapRequest(id, run, elements));
      }
    const unmaps = this.unmaps.map((u): UnmapRequest => ({
      kind: 'unmap',
      map: u.element.request,
      firstPage: u.first - (starts[u.element.request] ?? 0),
      pages: u.call.count,
      calls: [u.call],
      after: u.after,
      seq: u.call.seq,
    }));
    return [...maps, ...unmaps].sort((a, b) => a.seq - b.seq);
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
      coherent: lasting && elements.every((e) => this.looksCoherent(e, run.pageShift)),
      pool: this.poolOf(run, elements),
      calls,
      after: run.after,
      seq: calls[0]?.seq ?? 0,
    };
  }

  private looksCoherent(element: Element, pageShift: number): boolean {
    const bytes = BigInt(element.pages) << BigInt(pageShift);
    const address = element.tce & ~0xfffn;
    const inWork = /^(read|write|net|ping|cpu|parallel)\b/.test(
      this.options.marks[element.step - 1]?.name ?? '',
    );
    const powerOfTwo = (element.pages & (element.pages - 1)) === 0;
    return (element.tce & 3n) === 3n && powerOfTwo && address % bytes === 0n && !inWork;
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

/** Buffers that a driver keeps are requests of their own; what lies between them is one scatter list. */
function splitRun(run: Run): readonly (readonly Element[])[] {
  const requests: Element[][] = [];
  let list: Element[] | undefined;
  for (const element of run.elements) {
    if (lasts(element)) {
      requests.push([element]);
      list = undefined;
    } else if (list === undefined) {
      list = [element];
      requests.push(list);
    } else list.push(element);
  }
  return requests;
}

function entryOf(call: TceCall, pageShift: number): number {
  return Number((call.ioba ?? 0n) >> BigInt(pageShift));
}

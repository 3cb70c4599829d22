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
  /** Taken for dma_alloc_coherent(), which aligns by size: both ways, naturally aligned, made by a driver for itself. */
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
  /** Bytes of the bus's window at boot: tells the pools apart. */
  readonly defaultWindowBytes: number;
  /** The kernel's base page. */
  readonly pageBytes: number;
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
  /** The firmware had no resources (-44): the kernel takes the mapping back at once, as part of the map. */
  refused: boolean;
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
  /** The run that ends where this one begins, with an unmap (of something else) in between. */
  readonly previous: Run | undefined;
  /** It goes on with `previous`: one scatter list. */
  joined: boolean;
}

/** A fresh small request starts at a block of 16 entries (iommu_range_alloc): one that does not goes on with a list. */
const blockEntries = 16;
/** Work calls that an interrupt may put into the middle of a list. */
const interruption = 1024;
/** A driver's own buffer of this size that it gives back at once is coherent too: no command at probe is that long. */
const largeBuffer = 0x4_0000;

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
  private readonly runOf = new Map<Element, Run>();
  /** The run that goes on where another ended. */
  private readonly followers = new Map<Run, Run>();
  private readonly ends = new Map<string, Run>();
  private interrupted = false;
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
    const before = this.openRunAt(call.liobn, first);
    const run =
      before === undefined || this.interrupted ? this.startRun(call.liobn, first, pageShift, before) : before;
    this.interrupted = false;
    this.ends.delete(`${call.liobn} ${first}`);
    const element = this.elementFor(run, call, first);
    this.runOf.set(element, run);
    for (let i = 0; i < call.count; i++) this.holders.set(`${call.liobn} ${first + i}`, element);
    run.end += call.count;
    run.lastWork = this.works;
    this.ends.set(`${call.liobn} ${run.end}`, run);
  }

  /** One CPU does one thing after another; several interleave their lists. */
  private openRunAt(liobn: number, first: number): Run | undefined {
    const run = this.ends.get(`${liobn} ${first}`);
    const reach = this.options.cpus + (this.interrupted ? interruption : 0);
    return run !== undefined && this.works - run.lastWork <= reach ? run : undefined;
  }

  private startRun(liobn: number, first: number, pageShift: number, previous: Run | undefined): Run {
    const run: Run = {
      liobn,
      pageShift,
      end: first,
      elements: [],
      after: this.setUps,
      lastWork: this.works,
      previous,
      joined: previous !== undefined && first % blockEntries !== 0,
    };
    this.runs.push(run);
    if (previous !== undefined) this.followers.set(previous, run);
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
      refused: call.ret === -44,
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
    const [only] = covered;
    if (only !== undefined && covered.size === 1 && only.refused) {
      only.calls.push(call);
      only.unmappedIn = this.stepOf(call.seq);
      only.refused = only.calls.length <= only.pages && this.options.multitceOff;
      return;
    }
    for (const element of covered) {
      element.unmappedIn = this.stepOf(call.seq);
      element.merged ||= covered.size > 1;
    }
    this.joinRuns(covered);
    const element = covered.values().next().value;
    if (element !== undefined) this.unmaps.push({ element, first, call, after: this.setUps });
    // What is mapped after an unmap is another request, even where it happens to lie next; unless a later unmap takes both.
    this.interrupted = true;
  }

  /** Elements that are unmapped as one were mapped as one list, whatever happened in between. */
  private joinRuns(covered: ReadonlySet<Element>): void {
    const runs = new Set([...covered].map((e) => this.runOf.get(e)));
    for (const run of runs) if (run?.previous !== undefined && runs.has(run.previous)) run.joined = true;
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
      for (const elements of splitRun(this.wholeList(run))) {
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
      coherent: elements.length === 1 && elements.every((e) => this.looksCoherent(e, run.pageShift)),
      pool: this.poolOf(run, elements),
      calls,
      after: run.after,
      seq: calls[0]?.seq ?? 0,
    };
  }

  private looksCoherent(element: Element, pageShift: number): boolean {
    const { marks, multitceOff, pageBytes } = this.options;
    const bytes = element.pages * 2 ** pageShift;
    const inWork = /^(read|write|net|ping|cpu|parallel)\b/.test(marks[element.step - 1]?.name ?? '');
    if (multitceOff || (element.tce & 3n) !== 3n || bytes % pageBytes !== 0) return false;
    // Under a workload only a pool of descriptors grows, by one page.
    if (inWork) return bytes === pageBytes && lasts(element);
    const natural = (bytes & (bytes - 1)) === 0 && Number(element.tce & ~0xfffn) % bytes === 0;
    return natural && (lasts(element) || bytes >= largeBuffer);
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
function splitRun(run: readonly Element[]): readonly (readonly Element[])[] {
  const requests: Element[][] = [];
  let list: Element[] | undefined;
  for (const element of run) {
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

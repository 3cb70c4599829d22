// Reads the drivers' requests off a recorded bus: runs of calls at consecutive IOBAs, split where unmaps split them.

import type { TceCall } from './scenario-call.ts';
import type { Element, RequestOptions, Run, Unmap, WorkRequest } from './scenario-requests.ts';
import { RequestBuilder } from './scenario-request-builder.ts';
import type { ClassifiedCall } from './scenario-timeline.ts';
import { stepOf } from './scenario-requests.ts';
import { WindowBook } from './scenario-windows.ts';

/** A fresh small request starts at a block of 16 entries (iommu_range_alloc): one that does not goes on with a list. */
const blockEntries = 16;
/** Work calls that an interrupt may put into the middle of a list. */
const interruption = 1024;
/** Requests of one bus in the order of their first calls. */
export function workRequests(
  line: readonly ClassifiedCall[],
  options: RequestOptions,
): readonly WorkRequest[] {
  const reader = new RequestReader(options);
  for (const entry of line) reader.take(entry);
  return reader.requests();
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
  private readonly stepsWithUnmaps = new Set<number>();
  private interrupted = false;
  private setUps = 0;
  private works = 0;

  constructor(options: RequestOptions) {
    this.options = options;
  }

  requests(): readonly WorkRequest[] {
    return new RequestBuilder(this.options, this.windows, this.followers).build(this.runs, this.unmaps);
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
    const step = stepOf(this.options.marks, call.seq);
    const element: Element = {
      first,
      pages: call.count,
      tce: call.tce,
      calls: [call],
      step,
      early: !this.stepsWithUnmaps.has(step),
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
    this.stepsWithUnmaps.add(stepOf(this.options.marks, call.seq));
    const [only] = covered;
    if (only !== undefined && covered.size === 1 && only.refused) {
      only.calls.push(call);
      only.unmappedIn = stepOf(this.options.marks, call.seq);
      only.refused = only.calls.length <= only.pages && this.options.multitceOff;
      return;
    }
    for (const element of covered) {
      element.unmappedIn = stepOf(this.options.marks, call.seq);
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
}

function entryOf(call: TceCall, pageShift: number): number {
  return Number((call.ioba ?? 0n) >> BigInt(pageShift));
}

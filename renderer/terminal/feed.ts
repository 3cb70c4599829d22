// Pulls the trace page by page towards the newest event. When more comes than can be shown it takes the newest page and says how
// many events it left out: they are in the log, one click away. Nothing is pushed, so nothing can be lost on the way.

import type { Result, TraceEvent } from '../../core/index.ts';
import { hintSentence, sentence } from '../widgets/sentence.ts';
import type { TracePage, TracePageRequest } from '../../electron/ipc-contract.ts';

export interface FeedSink {
  /** Resolves when the events are drawn: the feed waits, so that what is outstanding stays small. */
  show(events: readonly TraceEvent[]): Promise<void>;
  gap(count: number, seq: number): void;
  clear(): void;
  /** The oldest event still in view, scrollback included. */
  oldest(): number | undefined;
  /** The machine works: the feed takes a quarter of the time at most. */
  busy(): boolean;
  /** Lines that these events would take. */
  lines(events: readonly TraceEvent[]): number;
  /** Lines that the view has room for. */
  room(): number;
  /** The filter does not read: the sentence and what to write instead. */
  filterError(message: string): void;
  /** After each change: what the buttons say. */
  changed(): void;
}

export interface FeedPlace {
  readonly following: boolean;
  readonly filter: string;
  readonly cursor: number;
  readonly shown: number;
  readonly sampled: number;
  readonly gapEnd?: number;
}

export type AskPage = (request: TracePageRequest) => Promise<Result<TracePage>>;

const PAGE = 2000;
/** Events taken at a time while following: copying more of them into the page would cost a frame. */
const BITE = 100;
/** Events behind the newest one above which a followed trace is sampled. */
export const SAMPLE_ABOVE = 100_000;
/** What is told even of a part that is sampled: everything but the calls and transfers that come by the thousand. */
const RARE = 'not kind in {tce-hcall, dma}';
const MOST_RARE = 400;
/** A flood is redrawn four times a second: faster, nobody reads. */
const SAMPLE_EVERY_MS = 250;
/** Matches shown when a filter is set, or a page is leafed to; more when they fold into less than the view holds. */
const LOOK_BACK = 1000;
const MOST_BACK = 20_000;

/** Rests this many times as long as it worked while the machine works. */
const REST = 3;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export class TraceFeed {
  following = true;
  filter = '';
  /** Next event to look at. */
  cursor = 0;
  total = 0;
  shown = 0;
  /** Left out by sampling since the view was cleared. */
  sampled = 0;
  /** The event after those that were left out last: what "earlier" shows first. */
  #gapEnd: number | undefined;
  searching = false;
  /** Share of the log looked through by the search at hand, 0..1. */
  searched = 0;
  readonly #ask: AskPage;
  readonly #sink: FeedSink;
  readonly #now: () => number;
  #sampledAt = -Infinity;
  #busy = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #epoch = 0;

  constructor(ask: AskPage, sink: FeedSink, now: () => number = () => performance.now()) {
    this.#now = now;
    this.#ask = ask;
    this.#sink = sink;
  }

  /** First event in view: what "earlier" goes on from. */
  get start(): number {
    return this.#sink.oldest() ?? this.cursor;
  }

  /** There is more before what is in view, or between. */
  get hasEarlier(): boolean {
    return this.start > 0 || this.#gapEnd !== undefined;
  }

  /** Where the feed stands, to go on from there with the same lines in view. */
  get place(): FeedPlace {
    const { following, filter, cursor, shown, sampled } = this;
    const gapEnd = this.#gapEnd;
    return { following, filter, cursor, shown, sampled, ...(gapEnd === undefined ? {} : { gapEnd }) };
  }

  /** The lines of `place` are in view again. */
  resume(place: FeedPlace): void {
    this.#epoch++;
    this.following = place.following;
    this.filter = place.filter;
    this.cursor = place.cursor;
    this.shown = place.shown;
    this.sampled = place.sampled;
    this.#gapEnd = place.gapEnd;
    this.searching = false;
    this.#sink.changed();
  }

  /** Another session, or the same from its beginning. */
  restart(): void {
    this.#fresh();
    this.cursor = 0;
    this.total = 0;
    this.following = true;
  }

  /** Forgets what is in view; the log stays, and following goes on from now. */
  clearView(): void {
    this.#fresh();
    this.cursor = this.total;
    this.#sink.changed();
  }

  async follow(on: boolean): Promise<void> {
    this.following = on;
    this.#sink.changed();
    if (on) await this.pull(this.total);
  }

  /** Shows the newest matches. An expression that does not read changes nothing but the message. */
  async setFilter(filter: string): Promise<void> {
    if (filter.trim() !== '') {
      const probe = await this.#ask({ filter, from: 0, limit: 1, direction: 'forward' });
      if (!probe.ok) {
        const { message, hint } = probe.error;
        this.#sink.filterError(`${sentence(message)} ${hintSentence(hint)}`.trim());
        return;
      }
    }
    this.#sink.filterError('');
    this.filter = filter.trim();
    await this.#lookBack(this.total);
  }

  /** Draws what was in view once more: for another width, or folded otherwise. */
  async redraw(): Promise<void> {
    if (this.shown === 0) return;
    if (this.following) await this.#lookBack(this.total);
    else await this.#lookOn(this.start);
  }

  /** A page of events before (or after) those in view; stops following. */
  async leaf(direction: 'backward' | 'forward'): Promise<void> {
    this.following = false;
    // What sampling left out last lies just before the newest lines: it comes first.
    if (direction === 'backward') await this.#lookBack(this.#gapEnd ?? this.start);
    else await this.#lookOn(this.cursor);
  }

  /** Shows the log from event `seq` on. */
  async goTo(seq: number): Promise<void> {
    this.following = false;
    await this.#lookOn(Math.max(0, Math.min(seq, this.total)));
  }

  /** The trace has `total` events now: draws what is new. */
  async pull(total: number): Promise<void> {
    this.total = total;
    if (this.#busy || this.searching || !this.following) return this.#sink.changed();
    this.#busy = true;
    const epoch = this.#epoch;
    try {
      while (this.following && epoch === this.#epoch && this.cursor < this.total) {
        const begun = this.#now();
        const more =
          this.total - this.cursor > SAMPLE_ABOVE ? await this.#sample(epoch) : await this.#advance(epoch);
        if (!more) break;
        if (this.#sink.busy()) await pause(REST * (this.#now() - begun));
      }
    } finally {
      this.#busy = false;
      this.#sink.changed();
    }
    // What was under way belonged to another view: this one begins now.
    if (epoch !== this.#epoch) await this.pull(this.total);
  }

  async #advance(epoch: number): Promise<boolean> {
    const page = await this.#page({ from: this.cursor, limit: BITE, direction: 'forward' });
    if (page === undefined || epoch !== this.#epoch) return false;
    await this.#show(page.events);
    if (epoch !== this.#epoch) return false;
    this.cursor = page.next ?? page.total;
    this.total = Math.max(this.total, page.total);
    return true;
  }

  /** The newest lines that fit in view, below a line that says what was left out: both stay in sight. */
  async #sample(epoch: number): Promise<boolean> {
    const early = this.#sampledAt + SAMPLE_EVERY_MS - this.#now();
    if (early > 0) return this.#pullLater(early);
    this.#sampledAt = this.#now();
    const limit = Math.max(4, this.#sink.room() - 2);
    const page = await this.#page({ from: this.total - 1, limit, direction: 'backward' });
    if (page === undefined || epoch !== this.#epoch) return false;
    const from = this.total - page.scanned;
    await this.#leaveOut(this.cursor, from, epoch);
    if (epoch !== this.#epoch) return false;
    await this.#show([...page.events].reverse().filter((event) => event.seq >= this.cursor));
    if (epoch !== this.#epoch) return false;
    this.cursor = Math.max(this.cursor, this.total);
    return true;
  }

  /** Says that events `from` to `to` - 1 are not drawn, but for the rare ones among them. */
  async #leaveOut(from: number, to: number, epoch: number): Promise<void> {
    if (from >= to) return;
    const rare: TraceEvent[] = [];
    let next: number | undefined = this.filter === '' ? from : undefined;
    while (next !== undefined && next < to && rare.length < MOST_RARE) {
      const page: Result<TracePage> = await this.#ask({
        filter: RARE,
        from: next,
        limit: MOST_RARE - rare.length,
        direction: 'forward',
      });
      if (!page.ok || epoch !== this.#epoch) break;
      rare.push(...page.value.events.filter((event) => event.seq < to));
      next = page.value.next;
    }
    if (epoch !== this.#epoch) return;
    const left = to - from - rare.length;
    this.sampled += left;
    if (left > 0) this.#gapEnd = to;
    await this.#show(rare);
    if (left > 0) this.#sink.gap(left, from);
  }

  /** The machine may stop meanwhile and tell nothing more: the tail is drawn all the same. */
  #pullLater(ms: number): false {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.pull(this.total), ms);
    return false;
  }

  /** The newest matches before event `end`. */
  async #lookBack(end: number): Promise<void> {
    const epoch = this.#search();
    const found: TraceEvent[] = [];
    let from: number | undefined = end - 1;
    while (from !== undefined && from >= 0 && this.#wantsMore(found)) {
      const limit = found.length < LOOK_BACK ? LOOK_BACK - found.length : PAGE;
      const page: TracePage | undefined = await this.#page({ from, limit, direction: 'backward' });
      if (epoch !== this.#epoch) return;
      found.push(...(page?.events ?? []));
      from = page?.next;
      this.#searched(1 - (from ?? 0) / end);
    }
    await this.#finish(found.reverse(), end);
  }

  /** The first matches from event `from` on. */
  async #lookOn(from: number): Promise<void> {
    const epoch = this.#search();
    const found: TraceEvent[] = [];
    let next: number | undefined = from;
    while (next !== undefined && next < this.total && this.#wantsMore(found)) {
      const limit = found.length < LOOK_BACK ? LOOK_BACK - found.length : PAGE;
      const page: TracePage | undefined = await this.#page({ from: next, limit, direction: 'forward' });
      if (epoch !== this.#epoch) return;
      found.push(...(page?.events ?? []));
      next = page?.next;
      this.#searched((next ?? this.total) / this.total);
    }
    await this.#finish(found, next ?? this.total);
  }

  #wantsMore(found: readonly TraceEvent[]): boolean {
    if (found.length < LOOK_BACK) return true;
    return found.length < MOST_BACK && this.#sink.lines(found) < this.#sink.room();
  }

  async #finish(events: readonly TraceEvent[], cursor: number): Promise<void> {
    this.cursor = cursor;
    this.searching = false;
    await this.#show(events);
    this.#sink.changed();
    if (this.following) await this.pull(this.total);
  }

  #searched(share: number): void {
    this.searched = share;
    this.#sink.changed();
  }

  /** An empty view; what is under way for the old one ends. */
  #fresh(): number {
    this.#sink.clear();
    this.shown = 0;
    this.sampled = 0;
    this.#gapEnd = undefined;
    this.searching = false;
    return ++this.#epoch;
  }

  #search(): number {
    const epoch = this.#fresh();
    this.searching = true;
    this.searched = 0;
    return epoch;
  }

  async #show(events: readonly TraceEvent[]): Promise<void> {
    if (events.length === 0) return;
    this.shown += events.length;
    await this.#sink.show(events);
  }

  async #page(request: TracePageRequest): Promise<TracePage | undefined> {
    const page = await this.#ask(this.filter === '' ? request : { ...request, filter: this.filter });
    if (page.ok) return page.value;
    this.#sink.filterError(sentence(page.error.message));
    return undefined;
  }
}

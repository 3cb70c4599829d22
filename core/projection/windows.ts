// The DMA windows that are there, and how much of each is in use: created, removed and restored windows, and the TCE hcalls on them.
// A refused call counts as having stored nothing. (QEMU stores what fits of a call that crosses a window's end; no guest does that.)

import { TCE_PERM_MASK } from '../abi/papr/tce.ts';
import { hi32, lo32 } from '../base/u64.ts';
import type { U64 } from '../base/u64.ts';
import type { NewEvent, TceExchangeEvent, WindowDescription } from '../trace/events.ts';
import { CODE_GET, CODE_INDIRECT, LAST_TCE_CODE } from '../trace/kinds.ts';
import type { TraceReader } from '../trace/reader.ts';
import type { Fold } from './fold.ts';
import { UsedTces } from './used-tces.ts';

export interface WindowState {
  readonly window: WindowDescription;
  readonly buid: U64;
  /** Event that made the window (or brought it back). */
  readonly since: number;
  /** TCEs with read or write permission now, and the most at one time. */
  readonly usedTces: number;
  readonly peakTces: number;
  /** Hcalls on this window, and those of them that were refused. */
  readonly hcalls: number;
  readonly refused: number;
}

interface LiveWindow {
  readonly window: WindowDescription;
  readonly buid: U64;
  readonly since: number;
  /** Halves of the first bus address, uint32. */
  readonly startHi: number;
  readonly startLo: number;
  /** I/O pages in 2^32 bytes, and in one byte. */
  readonly perHi: number;
  readonly perLo: number;
  readonly used: UsedTces;
  peakTces: number;
  hcalls: number;
  refused: number;
}

/** Index of an I/O bus address in a window; -1 outside. */
function indexOf(live: LiveWindow, iobaHi: number, iobaLo: number): number {
  const lo = (iobaLo >>> 0) - live.startLo;
  const hi = (iobaHi >>> 0) - live.startHi - (lo < 0 ? 1 : 0);
  if (hi < 0) return -1;
  // The halves apart: together they may be more than a double holds.
  const index = Math.floor(hi * live.perHi) + Math.floor((lo >>> 0) * live.perLo);
  return index < live.window.entries ? index : -1;
}

/** Told at each change of how many TCEs are in use: whose PE, and how many more (or, below 0, fewer). */
export type UseObserver = (buid: U64, change: number) => void;

export class WindowsFold implements Fold<readonly WindowState[]> {
  private readonly live = new Map<number, LiveWindow>();
  private readonly observe: UseObserver | undefined;
  /** The window of the call before: calls come in crowds. */
  private last: LiveWindow | undefined;
  private lastLiobn = 0;

  constructor(observe?: UseObserver) {
    this.observe = observe;
  }

  feed(log: TraceReader, from: number, to: number): void {
    for (let seq = from; seq < to; seq++) {
      if (log.codeAt(seq) <= LAST_TCE_CODE) this.call(log, seq);
      else this.rare(log, seq);
    }
  }

  /** In the order in which they were made. */
  get value(): readonly WindowState[] {
    return [...this.live.values()].map(({ window, buid, since, used, peakTces, hcalls, refused }) => ({
      window,
      buid,
      since,
      usedTces: used.count,
      peakTces,
      hcalls,
      refused,
    }));
  }

  /** True when the entry for a bus address is in use. */
  isMapped(liobn: number, ioba: U64): boolean {
    const live = this.live.get(liobn >>> 0);
    const index = live === undefined ? -1 : indexOf(live, hi32(ioba), lo32(ioba));
    return live !== undefined && index >= 0 && live.used.has(index);
  }

  /** The PE whose window this is. */
  buidOf(liobn: number): U64 | undefined {
    return this.find(liobn)?.buid;
  }

  private find(liobn: number): LiveWindow | undefined {
    if (this.last === undefined || liobn !== this.lastLiobn) {
      this.last = this.live.get(liobn >>> 0);
      this.lastLiobn = liobn;
    }
    return this.last;
  }

  private call(log: TraceReader, seq: number): void {
    const live = this.find(log.liobnAt(seq));
    if (live === undefined) return;
    live.hcalls++;
    if (log.retAt(seq) < 0) live.refused++;
    const code = log.codeAt(seq);
    if (log.retAt(seq) !== 0 || code === CODE_GET) return;
    const index = indexOf(live, log.iobaHiAt(seq), log.iobaLoAt(seq));
    if (index < 0) return;
    if (code === CODE_INDIRECT) this.list(live, log, seq, index);
    else this.mark(live, index, log.countAt(seq), log.tceLoAt(seq));
  }

  private list(live: LiveWindow, log: TraceReader, seq: number, index: number): void {
    const runs = log.runCountAt(seq);
    let at = index;
    for (let i = 0; i < runs; i++) {
      const count = log.runLengthAt(seq, i);
      this.mark(live, at, count, log.runTceLoAt(seq, i));
      at += count;
    }
  }

  private mark(live: LiveWindow, index: number, count: number, tceLo: number): void {
    const fits = Math.min(count, live.window.entries - index);
    const before = live.used.count;
    live.used.mark(index, fits, (tceLo & TCE_PERM_MASK) !== 0);
    this.changed(live, before);
    if (live.used.count > live.peakTces) live.peakTces = live.used.count;
  }

  private rare(log: TraceReader, seq: number): void {
    const event = log.recordAt(seq);
    if (event === undefined) return;
    if (event.kind === 'tce-exchange') return this.exchange(event);
    if (event.kind === 'window-created' || event.kind === 'window-restored') this.add(event, seq);
    else if (event.kind === 'window-removed') this.remove(event.window.liobn >>> 0);
    else if (event.kind === 'machine-state' && event.state === 'off') this.empty();
    else return;
    this.last = undefined;
  }

  private exchange({ liobn, ioba, count, after }: NewEvent<TceExchangeEvent>): void {
    const live = this.find(liobn | 0);
    if (live === undefined) return;
    live.hcalls += 2 * count;
    let at = indexOf(live, hi32(ioba), lo32(ioba));
    for (const { first, count: entries } of after) {
      this.mark(live, at, entries, lo32(first));
      at += entries;
    }
  }

  private add(event: { readonly window: WindowDescription; readonly buid: U64 }, seq: number): void {
    const { window, buid } = event;
    this.remove(window.liobn >>> 0);
    this.live.set(window.liobn >>> 0, {
      window,
      buid,
      since: seq,
      startHi: hi32(window.start) >>> 0,
      startLo: lo32(window.start) >>> 0,
      perHi: 2 ** (32 - window.pageShift),
      perLo: 2 ** -window.pageShift,
      used: new UsedTces(),
      peakTces: 0,
      hcalls: 0,
      refused: 0,
    });
  }

  /** Power off clears every table, those of virtual devices too. */
  private empty(): void {
    for (const live of this.live.values()) this.clear(live);
  }

  private remove(liobn: number): void {
    const live = this.live.get(liobn);
    if (live === undefined) return;
    this.clear(live);
    this.live.delete(liobn);
  }

  private clear(live: LiveWindow): void {
    const before = live.used.count;
    live.used.clear();
    this.changed(live, before);
  }

  private changed(live: LiveWindow, before: number): void {
    if (live.used.count !== before) this.observe?.(live.buid, live.used.count - before);
  }
}

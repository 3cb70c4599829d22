// What each PE did over virtual time: hcalls, TCEs mapped and unmapped, bytes of I/O, TCEs in use. A fold over the trace; only the bytes of
// I/O that is still running are in no event (io-figures tells them at its end), so whoever knows the drivers' counters may tell them.

import { TCE_PERM_MASK } from '../abi/papr/tce.ts';
import { lo32 } from '../base/u64.ts';
import type { U64 } from '../base/u64.ts';
import type { IoFiguresEvent, NewEvent, TceExchangeEvent } from '../trace/events.ts';
import { CODE_GET, CODE_INDIRECT, LAST_TCE_CODE, codeOfKind } from '../trace/kinds.ts';
import type { TraceReader } from '../trace/reader.ts';
import type { Fold } from './fold.ts';
import { Gauge } from './gauge.ts';
import { RateMeter, widened } from './rate.ts';
import { WindowsFold } from './windows.ts';

const BUCKETS = 512;
const FIRST_BUCKET_NS = 1_000_000;
const CODE_HCALL = codeOfKind('hcall');

/** One number for each bucket; of TCEs in use the level at its end, of all else how many or how much came in it. */
export interface IoColumns {
  readonly hcalls: readonly number[];
  readonly mapped: readonly number[];
  readonly unmapped: readonly number[];
  readonly bytes: readonly number[];
  readonly usedTces: readonly number[];
}

class Series {
  readonly hcalls = new RateMeter(FIRST_BUCKET_NS, BUCKETS);
  readonly mapped = new RateMeter(FIRST_BUCKET_NS, BUCKETS);
  readonly unmapped = new RateMeter(FIRST_BUCKET_NS, BUCKETS);
  readonly bytes = new RateMeter(FIRST_BUCKET_NS, BUCKETS);
  readonly usedTces = new Gauge(FIRST_BUCKET_NS, BUCKETS);

  columns(bucketNs: number, length: number): IoColumns {
    return {
      hcalls: widened(this.hcalls.rate, bucketNs, length),
      mapped: widened(this.mapped.rate, bucketNs, length),
      unmapped: widened(this.unmapped.rate, bucketNs, length),
      bytes: widened(this.bytes.rate, bucketNs, length),
      usedTces: this.usedTces.levels(bucketNs, length),
    };
  }
}

/** I/O under way: what of its bytes has been counted, and up to when. */
interface Credit {
  readonly bytes: number;
  readonly untilNs: number;
}

/** Buckets that a stretch of time from 0 on is divided into. */
export interface Division {
  readonly bucketNs: number;
  readonly length: number;
}

export function divisionOf(endNs: number): Division {
  let bucketNs = FIRST_BUCKET_NS;
  while (endNs >= bucketNs * BUCKETS) bucketNs *= 2;
  return { bucketNs, length: Math.floor(endNs / bucketNs) + 1 };
}

export class IoSeriesFold implements Fold<IoColumns> {
  private readonly all = new Series();
  private readonly pes = new Map<U64, Series>();
  /** PE of a function, by id. */
  private readonly buids = new Map<string, U64>();
  private readonly credits = new Map<string, Credit>();
  private timeNs = 0;
  /** When I/O under way was told last, and since when a guest runs: I/O not heard of before has begun later. */
  private toldNs = 0;
  private runningNs = 0;
  private readonly windows = new WindowsFold((buid, change) => {
    this.all.usedTces.change(this.timeNs, change);
    this.seriesOf(buid).usedTces.change(this.timeNs, change);
  });

  feed(log: TraceReader, from: number, to: number): void {
    for (let seq = from; seq < to; seq++) {
      const code = log.codeAt(seq);
      this.timeNs = log.timeNsAt(seq);
      if (code <= LAST_TCE_CODE) this.call(log, seq, code);
      else if (code === CODE_HCALL) this.all.hcalls.count(this.timeNs);
      else {
        const event = log.recordAt(seq);
        if (event !== undefined) this.rare(event);
      }
      this.windows.feed(log, seq, seq + 1);
    }
  }

  /** I/O under way: bytes that each driver has moved since it began. All events up to `nowNs` have been fed. */
  tell(running: readonly { readonly id: string; readonly bytes: number }[], nowNs: number): void {
    for (const { id, bytes } of running) {
      const credit = this.credits.get(id) ?? { bytes: 0, untilNs: Math.max(this.toldNs, this.runningNs) };
      if (bytes > credit.bytes) this.moved(id, credit.untilNs, nowNs, bytes - credit.bytes);
      this.credits.set(id, { bytes: Math.max(credit.bytes, bytes), untilNs: nowNs });
    }
    this.toldNs = nowNs;
  }

  /** Of the whole machine, up to the last event. */
  get value(): IoColumns {
    return this.total(divisionOf(this.timeNs));
  }

  /** Of the whole machine. */
  total({ bucketNs, length }: Division): IoColumns {
    return this.all.columns(bucketNs, length);
  }

  ofPe(buid: U64, { bucketNs, length }: Division): IoColumns {
    return this.seriesOf(buid).columns(bucketNs, length);
  }

  /** The PE that a function is in, by its bus unit; functions may share one. */
  peOf(id: string): U64 | undefined {
    return this.buids.get(id);
  }

  private seriesOf(buid: U64): Series {
    const series = this.pes.get(buid) ?? new Series();
    this.pes.set(buid, series);
    return series;
  }

  private call(log: TraceReader, seq: number, code: number): void {
    this.all.hcalls.count(this.timeNs);
    const buid = this.windows.buidOf(log.liobnAt(seq));
    const pe = buid === undefined ? undefined : this.seriesOf(buid);
    pe?.hcalls.count(this.timeNs);
    if (log.retAt(seq) !== 0 || code === CODE_GET) return;
    if (code !== CODE_INDIRECT) return this.written(pe, log.countAt(seq), log.tceLoAt(seq));
    const runs = log.runCountAt(seq);
    for (let i = 0; i < runs; i++) this.written(pe, log.runLengthAt(seq, i), log.runTceLoAt(seq, i));
  }

  private written(pe: Series | undefined, count: number, tceLo: number): void {
    const column = (tceLo & TCE_PERM_MASK) !== 0 ? 'mapped' : 'unmapped';
    this.all[column].count(this.timeNs, count);
    pe?.[column].count(this.timeNs, count);
  }

  private rare(event: NewEvent): void {
    if (event.kind === 'tce-exchange') this.exchange(event);
    else if (event.kind === 'function-added') this.buids.set(event.description.id, event.description.buid);
    else if (event.kind === 'io-figures') this.ended(event);
    else if (event.kind === 'machine-state' && event.state === 'running') this.runningNs = this.timeNs;
  }

  /** As if each of its calls had been an event of its own. */
  private exchange({ liobn, count, after }: NewEvent<TceExchangeEvent>): void {
    this.all.hcalls.count(this.timeNs, 2 * count);
    const buid = this.windows.buidOf(liobn | 0);
    const pe = buid === undefined ? undefined : this.seriesOf(buid);
    pe?.hcalls.count(this.timeNs, 2 * count);
    for (const { first, count: entries } of after) this.written(pe, entries, lo32(first));
  }

  /** What had not been told comes evenly over the time since, or since it began. */
  private ended({ id, bytes, durationNs }: Pick<IoFiguresEvent, 'id' | 'bytes' | 'durationNs'>): void {
    const credit = this.credits.get(id) ?? { bytes: 0, untilNs: 0 };
    const from = Math.max(credit.untilNs, this.timeNs - durationNs);
    if (bytes > credit.bytes) this.moved(id, from, this.timeNs, bytes - credit.bytes);
    this.credits.delete(id);
  }

  private moved(id: string, fromNs: number, toNs: number, bytes: number): void {
    const buid = this.buids.get(id);
    this.all.bytes.spread(fromNs, toNs, bytes);
    if (buid !== undefined) this.seriesOf(buid).bytes.spread(fromNs, toNs, bytes);
  }
}

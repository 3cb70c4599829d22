// Figures of a run: how many calls of which kind, how many were refused, TCEs written, hcalls per second of virtual time.

import { hcallName } from '../abi/papr/hcall.ts';
import { TCE_PERM_MASK } from '../abi/papr/tce.ts';
import { isRefusal, isRtasRefusal } from '../trace/classes.ts';
import type { NewEvent, TceExchangeEvent } from '../trace/events.ts';
import { lo32 } from '../base/u64.ts';
import {
  CODE_COUNT,
  CODE_GET,
  CODE_INDIRECT,
  CODE_PUT,
  LAST_TCE_CODE,
  codeOfKind,
  kindOfCode,
  opcodeOfCode,
} from '../trace/kinds.ts';
import type { TraceEventKind } from '../trace/events.ts';
import type { TraceReader } from '../trace/reader.ts';
import type { Fold } from './fold.ts';
import { RateMeter } from './rate.ts';
import type { Rate } from './rate.ts';

export interface CallFigures {
  readonly name: string;
  readonly kind: 'hcall' | 'rtas';
  readonly calls: number;
  readonly refused: number;
  /** TCEs that its good calls wrote or read. */
  readonly tces: number;
}

export interface Figures {
  readonly events: number;
  /** Time of the last event. */
  readonly endNs: number;
  /** By name, the most frequent first. */
  readonly calls: readonly CallFigures[];
  readonly hcalls: number;
  readonly rtasCalls: number;
  readonly refused: number;
  /** TCEs that good calls gave permissions to, and took them from. */
  readonly tcesMapped: number;
  readonly tcesUnmapped: number;
  readonly dmaFaults: number;
  readonly frozen: number;
  readonly kernelErrors: number;
  readonly driversFailed: number;
  /** Bytes of DMA that the trace shows; 0 when transfers are not traced. */
  readonly dmaBytes: number;
  readonly byKind: readonly { readonly kind: TraceEventKind; readonly events: number }[];
  readonly hcallRate: Rate;
}

interface Tally {
  readonly name: string;
  readonly kind: 'hcall' | 'rtas';
  calls: number;
  refused: number;
  tces: number;
}

const CODE_DMA = codeOfKind('dma');

export class FiguresFold implements Fold<Figures> {
  private events = 0;
  private endNs = 0;
  private readonly byCode = new Array<number>(CODE_COUNT).fill(0);
  private readonly tceCalls: readonly Tally[] = Array.from({ length: LAST_TCE_CODE + 1 }, (_, code) =>
    tally(hcallName(opcodeOfCode(code)), 'hcall'),
  );
  private readonly others = new Map<string, Tally>();
  private mapped = 0;
  private unmapped = 0;
  private kernelErrors = 0;
  private dmaBytes = 0;
  private readonly rate = new RateMeter();

  feed(log: TraceReader, from: number, to: number): void {
    for (let seq = from; seq < to; seq++) {
      const code = log.codeAt(seq);
      this.events++;
      this.byCode[code] = (this.byCode[code] ?? 0) + 1;
      if (code <= LAST_TCE_CODE) this.tceCall(log, seq, code);
      else if (code === CODE_DMA) this.dma(log, seq);
      else this.rare(log.recordAt(seq), log.timeNsAt(seq));
    }
    if (to > from) this.endNs = log.timeNsAt(to - 1);
  }

  get value(): Figures {
    const calls = [...this.tceCalls, ...this.others.values()].filter((call) => call.calls > 0);
    const of = (kind: TraceEventKind): number => this.byCode[codeOfKind(kind)] ?? 0;
    const sum = (kind: Tally['kind']): number =>
      calls.reduce((n, call) => n + (call.kind === kind ? call.calls : 0), 0);
    return {
      events: this.events,
      endNs: this.endNs,
      calls: calls
        .map((call) => ({ ...call }))
        .sort((a, b) => b.calls - a.calls || (a.name < b.name ? -1 : 1)),
      hcalls: sum('hcall'),
      rtasCalls: sum('rtas'),
      refused: calls.reduce((n, call) => n + call.refused, 0),
      tcesMapped: this.mapped,
      tcesUnmapped: this.unmapped,
      dmaFaults: of('dma-fault'),
      frozen: of('pe-frozen'),
      kernelErrors: this.kernelErrors,
      driversFailed: of('driver-failed'),
      dmaBytes: this.dmaBytes,
      byKind: kindFigures(this.byCode),
      hcallRate: this.rate.rate,
    };
  }

  private tceCall(log: TraceReader, seq: number, code: number): void {
    this.rate.count(log.timeNsAt(seq));
    const call = this.tceCalls[code];
    if (call === undefined) return;
    call.calls++;
    const ret = log.retAt(seq);
    if (isRefusal(ret)) call.refused++;
    if (ret !== 0) return;
    call.tces += log.countAt(seq);
    if (code === CODE_INDIRECT) this.list(log, seq);
    else if (code !== CODE_GET) this.written(log.countAt(seq), log.tceLoAt(seq));
  }

  private list(log: TraceReader, seq: number): void {
    const runs = log.runCountAt(seq);
    for (let i = 0; i < runs; i++) this.written(log.runLengthAt(seq, i), log.runTceLoAt(seq, i));
  }

  private written(count: number, tceLo: number): void {
    if ((tceLo & TCE_PERM_MASK) !== 0) this.mapped += count;
    else this.unmapped += count;
  }

  private dma(log: TraceReader, seq: number): void {
    const event = log.event(seq);
    if (event.kind === 'dma') this.dmaBytes += event.bytes;
  }

  private rare(event: NewEvent | undefined, timeNs: number): void {
    if (event?.kind === 'tce-exchange') this.exchange(event, timeNs);
    else if (event?.kind === 'hcall') {
      this.rate.count(timeNs);
      this.other(hcallName(event.opcode), 'hcall', isRefusal(event.ret));
    } else if (event?.kind === 'rtas') {
      this.other(event.name, 'rtas', isRtasRefusal(event.rets[0]));
    } else if (event?.kind === 'printk' && event.level === 'err') this.kernelErrors++;
  }

  /** As if each of its calls had been an event of its own. */
  private exchange({ count, after }: NewEvent<TceExchangeEvent>, timeNs: number): void {
    this.rate.count(timeNs, 2 * count);
    for (const code of [CODE_GET, CODE_PUT]) {
      const call = this.tceCalls[code];
      if (call === undefined) continue;
      call.calls += count;
      call.tces += count;
    }
    for (const { first, count: entries } of after) this.written(entries, lo32(first));
  }

  private other(name: string, kind: Tally['kind'], refused: boolean): void {
    const call = this.others.get(`${kind} ${name}`) ?? tally(name, kind);
    this.others.set(`${kind} ${name}`, call);
    call.calls++;
    if (refused) call.refused++;
  }
}

function tally(name: string, kind: Tally['kind']): Tally {
  return { name, kind, calls: 0, refused: 0, tces: 0 };
}

/** Events by kind, in the order of the schema, kinds without any left out. */
function kindFigures(byCode: readonly number[]): Figures['byKind'] {
  const sums = new Map<TraceEventKind, number>();
  for (const [code, events] of byCode.entries()) {
    if (events > 0) sums.set(kindOfCode(code), (sums.get(kindOfCode(code)) ?? 0) + events);
  }
  return [...sums].map(([kind, events]) => ({ kind, events }));
}

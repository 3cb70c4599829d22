// A QEMU log (`-trace 'spapr_iommu*'`) as a trace of ours: calls, windows as far as the log lets one know them, and what it cannot say.

import { hi32, lo32, u64 } from '../../base/u64.ts';
import { H_GET_TCE, H_PUT_TCE, H_PUT_TCE_INDIRECT, H_STUFF_TCE } from '../../abi/papr/hcall.ts';
import type { NewEvent, TceRun } from '../../trace/events.ts';
import { TraceLog } from '../../trace/log.ts';
import type { ImportReport } from '../import-report.ts';
import { ReportWriter } from '../import-report.ts';
import type { QemuTrace } from './lines.ts';
import { parseQemuLine } from './lines.ts';
import { QEMU_TOKENS } from './tokens.ts';
import type { KnownTable } from './tables.ts';
import { createdTable, entryOf, inferDefault, inferUnseen, pageBytes } from './tables.ts';

export interface Imported {
  readonly log: TraceLog;
  readonly report: ImportReport;
}

type Call<P extends QemuTrace['point']> = Extract<QemuTrace, { readonly point: P }>;

/** Where QEMU says that a create failed: the start address of no window. */
const NO_WINDOW = 0xbaadf00dn;
const RTAS_HARDWARE = -1;
const LIST_MAX = 512n;

/** Takes a log line by line; `finish()` gives the trace. */
export class QemuImport {
  private readonly clock = { nowNs: 0 };
  private readonly log = new TraceLog(this.clock);
  private readonly report = new ReportWriter('qemu');
  private readonly tables = new Map<number, KnownTable>();
  private firstUs: number | undefined;
  private removing = false;

  line(text: string): void {
    this.report.line();
    if (text.trim() === '') return;
    const parsed = parseQemuLine(text);
    if (parsed === 'silent') return;
    if (parsed === undefined) return this.report.skip(text);
    this.tick(parsed.us);
    this.take(parsed.trace);
    this.removing = parsed.trace.point === 'remove';
  }

  finish(): Imported {
    const windows = [...this.tables.values()].map(({ window, how }) => ({ liobn: window.liobn, how }));
    return { log: this.log, report: this.report.finish(this.log.length, windows) };
  }

  /** Host time from the first line on; without time stamps a line is a microsecond. */
  private tick(us: number | undefined): void {
    if (us === undefined) {
      this.clock.nowNs += 1000;
      return;
    }
    this.firstUs ??= us;
    const nowNs = (us - this.firstUs) * 1000;
    if (nowNs < this.clock.nowNs) this.report.warn('the clock of the log goes back');
    this.clock.nowNs = Math.max(this.clock.nowNs, nowNs);
  }

  private take(trace: QemuTrace): void {
    switch (trace.point) {
      case 'put':
      case 'get':
        return this.one(trace);
      case 'indirect':
        return this.list(trace);
      case 'stuff':
        return this.stuff(trace);
      case 'xlate':
        return this.report.leaveOut('a device’s translation (it does not say which device)');
      case 'query':
        return this.query(trace);
      case 'create':
        return this.create(trace);
      case 'remove':
        return this.remove(trace);
      case 'reset':
        return this.reset(trace);
    }
  }

  private one({ point, liobn, ioba, tce, ret }: Call<'put' | 'get'>): void {
    const table = this.tableOf(liobn, ioba);
    const opcode = point === 'put' ? H_PUT_TCE : H_GET_TCE;
    if (ret === 0) this.checkPlace(table, ioba, 1n);
    this.log.emit({ kind: 'tce-hcall', opcode, liobn, ioba, tce, ret });
  }

  private list({ liobn, ioba, list, iobaN, tceN, ret }: Call<'indirect'>): void {
    const table = this.tableOf(liobn, ioba, iobaN);
    const count = iobaN - entryOf(table, ioba) + 1n;
    const call = { kind: 'tce-hcall', opcode: H_PUT_TCE_INDIRECT, liobn, ioba, list, ret } as const;
    if (ret !== 0 || count < 1n || count > LIST_MAX) {
      if (ret === 0) this.report.warn(`${count} entries in one list: the page size taken must be wrong`);
      this.log.emit(call);
      return;
    }
    this.checkPlace(table, ioba, count);
    this.log.emit({ ...call, count: Number(count), runs: [this.linear(table, tceN, count)] });
  }

  /** Only the last TCE of a list is in the log: the others are taken as the pages before it. */
  private linear(table: KnownTable, last: bigint, count: bigint): TceRun {
    const first = last - (count - 1n) * pageBytes(table);
    if (count > 1n) this.report.assume('the pages of a list follow one another (the log has only the last)');
    if (first >= 0n) return { first: u64(first), count: Number(count) };
    this.report.warn('a list’s pages do not follow one another: their addresses are not known');
    return { first: u64(last), count: Number(count) };
  }

  private stuff({ liobn, ioba, tce, npages, ret }: Call<'stuff'>): void {
    const known = this.tables.get(liobn);
    const table = known ?? this.infer(inferUnseen(liobn, u64(ioba > 0n ? ioba - 1n : 0n)));
    const bytes = BigInt(npages) * pageBytes(table);
    const begin = ret === 0 && ioba >= bytes ? u64(ioba - bytes) : ioba;
    if (ret === 0) this.checkPlace(table, begin, BigInt(npages));
    this.log.emit({
      kind: 'tce-hcall',
      opcode: H_STUFF_TCE,
      liobn,
      ioba: begin,
      tce,
      count: npages,
      ret,
    });
  }

  private query({ buid, addr, windows, largest, mask }: Call<'query'>): void {
    this.report.assume('a query has five outputs (the log does not say)');
    this.rtas('ibm,query-pe-dma-window', [addr, hi32(buid), lo32(buid)], [0, windows, largest | 0, mask, 0]);
  }

  private create({ buid, addr, pageBytes: page, windowBytes, start, liobn }: Call<'create'>): void {
    const [pageShift, windowShift] = [log2(page), log2(windowBytes)];
    const args = [addr, hi32(buid), lo32(buid), pageShift, windowShift];
    if (start === NO_WINDOW) return this.rtas('ibm,create-pe-dma-window', args, [RTAS_HARDWARE, 0, 0, 0]);
    this.rtas('ibm,create-pe-dma-window', args, [0, liobn | 0, hi32(start), lo32(start)]);
    const table = createdTable(liobn, buid, start, pageShift, windowShift);
    for (const other of this.tables.values()) {
      if (other.buid === buid && other.window.liobn !== liobn && overlap(other, table))
        this.report.warn('two windows of a PE lie at one place');
    }
    this.tables.set(liobn, table);
    this.log.emit({ kind: 'window-created', buid, window: table.window });
  }

  private remove({ liobn }: Call<'remove'>): void {
    this.rtas('ibm,remove-pe-dma-window', [liobn | 0], [0]);
    this.forget(liobn);
  }

  /** Also printed, with address 0, when the last window went and QEMU brings the default one back by itself. */
  private reset({ buid, addr }: Call<'reset'>): void {
    if (!this.removing || addr !== 0)
      this.rtas('ibm,reset-pe-dma-window', [addr, hi32(buid), lo32(buid)], [0]);
    const own = [...this.tables.values()].filter((table) => table.buid === buid);
    for (const { window } of own) this.forget(window.liobn);
    const liobn = 0x8000_0000 + Number(buid & 0x7f_ffffn) * 0x100;
    const table = inferDefault(liobn);
    this.tables.set(liobn, table);
    this.log.emit({ kind: 'window-restored', buid, window: table.window });
  }

  private forget(liobn: number): void {
    const table = this.tables.get(liobn);
    if (table === undefined) return;
    this.tables.delete(liobn);
    this.log.emit({ kind: 'window-removed', buid: table.buid, window: table.window });
  }

  private tableOf(liobn: number, ioba: bigint, iobaN?: bigint): KnownTable {
    const known = this.tables.get(liobn);
    if (known !== undefined) return known;
    return this.infer(inferUnseen(liobn, u64(ioba), iobaN === undefined ? undefined : u64(iobaN)));
  }

  private infer(table: KnownTable): KnownTable {
    this.tables.set(table.window.liobn, table);
    this.log.emit({ kind: 'window-created', buid: table.buid, window: table.window });
    this.report.assume(
      table.how === 'inferred'
        ? 'a window that the log does not see being made is as QEMU makes it'
        : 'the page size of a window made before the log began is a guess',
    );
    return table;
  }

  private checkPlace(table: KnownTable, ioba: bigint, count: bigint): void {
    const entry = entryOf(table, ioba);
    if (ioba >= table.window.start && entry + count <= BigInt(table.window.entries)) return;
    this.report.warn('a call succeeded at a bus address outside its window');
  }

  private rtas(name: keyof typeof QEMU_TOKENS, args: readonly number[], rets: readonly number[]): void {
    const event: NewEvent = { kind: 'rtas', token: QEMU_TOKENS[name], name, args, nret: rets.length, rets };
    this.log.emit(event);
  }
}

/** The exponent of a power of two. */
function log2(value: bigint): number {
  return value.toString(2).length - 1;
}

function overlap(a: KnownTable, b: KnownTable): boolean {
  const end = ({ window }: KnownTable): bigint =>
    window.start + (BigInt(window.entries) << BigInt(window.pageShift));
  return a.window.start < end(b) && b.window.start < end(a);
}

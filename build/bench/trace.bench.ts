// What the trace costs: recording, reading columns, decoding, filtering, formatting, folding. The limit (docs/trace-format.md): H_PUT_TCE
// recorded in 20 ns or less on a quiet machine. Compare with the baseline of the same run: neighbours show.
import { jsonlLines } from '../../core/interop/jsonl.ts';
import { FiguresFold } from '../../core/projection/figures.ts';
import { WindowsFold } from '../../core/projection/windows.ts';
import { u64 } from '../../core/base/u64.ts';
import { compileFilter } from '../../core/trace/filter/compile.ts';
import { formatLine } from '../../core/trace/format.ts';
import { TraceLog } from '../../core/trace/log.ts';

const ROWS = 4_000_000;
const ROUNDS = 5;
const LIOBN = 0x8000_0001 | 0;
const IOBA_HI = 0x0800_0000;
const clock = { nowNs: 0 };

/** Something that no optimiser may drop. */
let kept = 0;

/** Median over rounds of ns per operation. */
function nsPer(operations: number, round: () => void): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const begin = performance.now();
    round();
    return ((performance.now() - begin) * 1e6) / operations;
  });
  return times.sort((a, b) => a - b)[ROUNDS >> 1] ?? NaN;
}

function report(name: string, value: number, unit = 'ns'): void {
  console.log(`${name.padEnd(46)} ${value.toFixed(1).padStart(10)} ${unit}`);
}

function fill(log: TraceLog, rows: number): void {
  for (let i = 0; i < rows; i++) {
    clock.nowNs += 160;
    // A ring of 64 maps and unmaps, as drivers make them.
    log.put(LIOBN, IOBA_HI, (i & 63) << 16, 0, (i & 64) === 0 ? (i << 16) | 3 : 0, 0);
  }
}

/** The least that eight stores into one preallocated array cost here. */
function baseline(): number {
  const words = new Int32Array(ROWS * 8);
  return nsPer(ROWS, () => {
    for (let i = 0, at = 0; i < ROWS; i++, at += 8) {
      clock.nowNs += 160;
      words[at] = 1;
      words[at + 1] = clock.nowNs;
      words[at + 2] = -1;
      words[at + 3] = LIOBN;
      words[at + 4] = IOBA_HI;
      words[at + 5] = i << 16;
      words[at + 6] = 0;
      words[at + 7] = i | 3;
    }
    kept += words[17] ?? 0;
  });
}

function writing(): void {
  report('baseline: 8 words into one array', baseline());
  report(
    'H_PUT_TCE recorded',
    nsPer(ROWS, () => fill(new TraceLog(clock), ROWS)),
  );
  const fewer = ROWS / 8;
  report(
    'H_PUT_TCE_INDIRECT of 512 recorded',
    nsPer(fewer, () => {
      const log = new TraceLog(clock);
      for (let i = 0; i < fewer; i++) {
        clock.nowNs += 160;
        log.indirect(LIOBN, IOBA_HI, i << 16, 0, 0x1f34_0000, 0, 512, 0, 3, undefined, 0);
      }
    }),
  );
  report(
    'guest function with detail, opened and closed',
    nsPer(fewer, () => {
      const log = new TraceLog(clock);
      for (let i = 0; i < fewer; i++) {
        log.open({ kind: 'guest-call', name: 'iommu_map_page', fn: '0103:01:00.0', detail: 'npages 16' });
        log.close();
      }
    }),
  );
}

function newTrace(): TraceLog {
  const log = new TraceLog(clock);
  const window = { liobn: LIOBN, start: u64(1n << 59n), pageShift: 16, entries: 1 << 22, isDefault: false };
  log.emit({ kind: 'window-created', buid: u64(1), window });
  fill(log, ROWS);
  return log;
}

function reading(log: TraceLog): void {
  report('bytes a row', log.stats.bytes / log.length, 'B');
  report(
    'columns read (kind, status, ioba)',
    nsPer(ROWS, () => {
      for (let seq = 0; seq < ROWS; seq++)
        if (log.codeAt(seq) === 1 && log.retAt(seq) === 0) kept ^= log.iobaLoAt(seq);
    }),
  );
  const begin = performance.now();
  kept += log.hash().length;
  report('hash', ((performance.now() - begin) * 1e6) / ROWS);
  const few = ROWS / 40;
  report(
    'event decoded',
    nsPer(few, () => {
      for (let seq = 1; seq <= few; seq++) kept += log.event(seq).cause;
    }),
  );
  report(
    'line formatted',
    nsPer(few, () => {
      for (let seq = 1; seq <= few; seq++) kept += formatLine(log.event(seq)).length;
    }),
  );
  report(
    'line of JSON',
    nsPer(few, () => {
      for (const line of jsonlLines(log, { from: 1, to: few })) kept += line.length;
    }),
  );
}

function filtering(log: TraceLog): void {
  for (const text of [
    'call == H_PUT_TCE and ret != ok',
    'ioba in 0x800000000100000..0x8000000001fffff',
    'is:unmap and count == 1',
    'enable_ddw',
  ]) {
    const filter = compileFilter(text);
    if (!filter.ok) throw new Error(filter.error.message);
    const rows = text.includes(' ') ? ROWS : ROWS / 40;
    report(
      `filter: ${text}`,
      nsPer(rows, () => {
        for (let seq = 0; seq < rows; seq++) if (filter.value.test(log, seq)) kept++;
      }),
    );
  }
}

function folding(log: TraceLog): void {
  report(
    'windows folded',
    nsPer(ROWS, () => new WindowsFold().feed(log, 0, ROWS)),
  );
  report(
    'figures folded',
    nsPer(ROWS, () => new FiguresFold().feed(log, 0, ROWS)),
  );
}

/** Ten million events and what else the process then holds. */
function memory(): void {
  globalThis.gc?.();
  const mib = (bytes: number): number => bytes / 2 ** 20;
  const before = process.memoryUsage();
  const log = new TraceLog(clock);
  fill(log, 10_000_000);
  globalThis.gc?.();
  const after = process.memoryUsage();
  report('10 M events: rows', mib(log.stats.bytes), 'MiB');
  report(
    '10 M events: all the process gained',
    mib(after.heapUsed + after.external - before.heapUsed - before.external),
    'MiB',
  );
  kept += log.length;
}

memory();
writing();
const log = newTrace();
reading(log);
filtering(log);
folding(log);
console.log(`(kept ${kept % 7})`);

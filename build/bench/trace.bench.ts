// What recording costs, reading and hashing included. Written for the limit in docs/trace-format.md: put() traced in 20 ns or less.
import { TraceLog } from '../../core/trace/log.ts';

const ROWS = 4_000_000;
const ROUNDS = 5;
const LIOBN = 0x8000_0001 | 0;

interface Measure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

/** Median over rounds of ns per operation. */
function nsPer(operations: number, round: () => void): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const begin = performance.now();
    round();
    return ((performance.now() - begin) * 1e6) / operations;
  });
  return times.sort((a, b) => a - b)[ROUNDS >> 1] ?? NaN;
}

const clock = { nowNs: 0 };

function fill(log: TraceLog, rows: number): void {
  for (let i = 0; i < rows; i++) {
    clock.nowNs += 160;
    log.put(LIOBN, 0x0800_0000, i << 12, 0, (i << 12) | 3, 0);
  }
}

function measureWriting(): Measure[] {
  const put = nsPer(ROWS, () => fill(new TraceLog(clock), ROWS));
  const indirect = nsPer(ROWS / 8, () => {
    const log = new TraceLog(clock);
    for (let i = 0; i < ROWS / 8; i++) {
      clock.nowNs += 160;
      log.indirect(LIOBN, 0x0800_0000, i << 12, 0, 0x1f34_0000, 0, 512, 0, 3, undefined, 0);
    }
  });
  const guestCall = nsPer(ROWS / 8, () => {
    const log = new TraceLog(clock);
    for (let i = 0; i < ROWS / 8; i++) {
      log.open({ kind: 'guest-call', name: 'iommu_map_page', fn: '0103:01:00.0' });
      log.close();
    }
  });
  return [
    { name: 'put, recorded', value: put, unit: 'ns' },
    { name: 'indirect of 512, recorded', value: indirect, unit: 'ns' },
    { name: 'guest function, opened and closed', value: guestCall, unit: 'ns' },
  ];
}

function measureReading(): Measure[] {
  const log = new TraceLog(clock);
  fill(log, ROWS);
  let sum = 0;
  const scan = nsPer(ROWS, () => {
    for (let seq = 0; seq < ROWS; seq++)
      if (log.codeAt(seq) === 1 && log.retAt(seq) === 0) sum += log.iobaLoAt(seq) & 1;
  });
  const decode = nsPer(ROWS / 8, () => {
    for (let seq = 0; seq < ROWS / 8; seq++) sum += log.event(seq).cause;
  });
  const begin = performance.now();
  sum += log.hash().length;
  const hash = ((performance.now() - begin) * 1e6) / ROWS;
  return [
    { name: 'columns read (code, status, ioba)', value: scan, unit: 'ns' },
    { name: 'event decoded', value: decode, unit: 'ns' },
    { name: 'hash', value: hash, unit: 'ns' },
    { name: 'bytes a row', value: log.stats.bytes / ROWS, unit: 'B' },
    { name: '(checksum)', value: sum % 997, unit: '' },
  ];
}

for (const { name, value, unit } of [...measureWriting(), ...measureReading()]) {
  console.log(`${name.padEnd(40)} ${value.toFixed(1).padStart(10)} ${unit}`);
}

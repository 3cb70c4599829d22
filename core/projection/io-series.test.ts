import { describe, expect, it } from 'vitest';
import { u64 } from '../base/u64.ts';
import type { FunctionDescription, NewEvent, WindowDescription } from '../trace/events.ts';
import { TraceLog } from '../trace/log.ts';
import { Gauge } from './gauge.ts';
import { divisionOf, IoSeriesFold } from './io-series.ts';
import { RateMeter, widened } from './rate.ts';

const MS = 1_000_000;
const WINDOW: WindowDescription = {
  liobn: 0x7000_4000,
  start: u64(1n << 59n),
  pageShift: 16,
  entries: 4096,
  isDefault: false,
};
const BUID = u64(0x0800_0000_2900_4000n);
const OTHER = u64(0x0800_0000_2900_4001n);

const vf = (id: string, buid: typeof BUID): FunctionDescription => ({
  id,
  fn: `400${id.slice(2)}:01:00.0`,
  slotClass: 'sriov-vf',
  device: 'nic',
  buid,
  defaultLiobn: 0x1000_0000,
});

const figures = (bytes: number, durationNs: number): NewEvent => ({
  kind: 'io-figures',
  id: 'vf0',
  fn: '4000:01:00.0',
  requests: 1,
  bytes,
  maps: 0,
  unmaps: 0,
  hcalls: 0,
  failures: 0,
  peakTces: 0,
  durationNs,
  corrupted: 0,
});

/** vf0 maps 3 and 2 pages, unmaps 4, and moves 8 MiB in the 2 ms before its I/O ends; vf1 is refused. */
function canned(): { log: TraceLog; clock: { nowNs: number } } {
  const clock = { nowNs: 0 };
  const log = new TraceLog(clock);
  log.emit({ kind: 'function-added', description: vf('vf0', BUID) });
  log.emit({ kind: 'function-added', description: vf('vf1', OTHER) });
  log.emit({ kind: 'window-created', buid: BUID, window: WINDOW });
  log.emit({ kind: 'window-created', buid: OTHER, window: { ...WINDOW, liobn: 0x7000_4001 } });
  clock.nowNs = MS;
  log.indirect(0x7000_4000, 0x0800_0000, 0, 0, 0x1000, 0, 3, 0, 3, undefined, 0);
  clock.nowNs = 2 * MS;
  log.put(0x7000_4000, 0x0800_0000, 0x10_0000, 0, 0x3f4e_0003, 0);
  log.put(0x7000_4000, 0x0800_0000, 0x11_0000, 0, 0x3f4e_0003, 0);
  log.put(0x7000_4001, 0x0800_0000, 0x10_0000, 0, 0x3f4e_0003, -4);
  clock.nowNs = 4 * MS;
  log.stuff(0x7000_4000, 0x0800_0000, 0, 0, 0, 0, 4, 0);
  log.emit(figures(8 << 20, 2 * MS));
  return { log, clock };
}

function folded(log: TraceLog): IoSeriesFold {
  const fold = new IoSeriesFold();
  fold.feed(log, 0, log.length);
  return fold;
}

describe('what PEs did over virtual time', () => {
  it('stands in buckets of a millisecond: calls, TCEs, bytes, and the level of TCEs in use', () => {
    const fold = folded(canned().log);
    expect(fold.value).toEqual({
      hcalls: [0, 1, 3, 0, 1],
      mapped: [0, 3, 2, 0, 0],
      unmapped: [0, 0, 0, 0, 4],
      bytes: [0, 0, 4 << 20, 4 << 20, 0],
      usedTces: [0, 3, 5, 5, 2],
    });
    expect(fold.peOf('vf1')).toBe(OTHER);
    expect(fold.ofPe(OTHER, divisionOf(4 * MS))).toMatchObject({
      hcalls: [0, 0, 1, 0, 0],
      mapped: [0, 0, 0, 0, 0],
      usedTces: [0, 0, 0, 0, 0],
    });
  });

  it('tells an exchange of TCEs as the calls that it stands for', () => {
    const { log, clock } = canned();
    clock.nowNs = 5 * MS;
    log.emit({
      kind: 'tce-exchange',
      liobn: 0x7000_4000,
      ioba: u64(0x0800_0000_0020_0000n),
      count: 6,
      before: [{ first: u64(0), count: 6 }],
      after: [
        { first: u64(0x1_0003), count: 4 },
        { first: u64(0), count: 2 },
      ],
    });
    const { hcalls, mapped, unmapped, usedTces } = folded(log).value;
    expect([hcalls, mapped, unmapped, usedTces].map((column) => column.at(-1))).toEqual([12, 4, 2, 6]);
  });

  it('counts the bytes of running I/O as they are told, and none of them twice', () => {
    const { log, clock } = canned();
    const fold = folded(log);
    clock.nowNs = 5 * MS;
    log.emit({ kind: 'mark', text: 'begin' });
    fold.feed(log, log.length - 1, log.length);
    fold.tell([], 5 * MS);
    fold.tell([{ id: 'vf0', bytes: 300 }], 6 * MS);
    clock.nowNs = 7 * MS;
    log.emit(figures(1000, 2 * MS));
    fold.feed(log, log.length - 1, log.length);
    expect(fold.value.bytes.slice(5)).toEqual([300, 700, 0]);
  });

  it('a removed window leaves no TCE in use, nor does power off', () => {
    const { log, clock } = canned();
    clock.nowNs = 5 * MS;
    log.emit({ kind: 'window-removed', buid: BUID, window: WINDOW });
    expect(folded(log).value.usedTces).toEqual([0, 3, 5, 5, 2, 0]);
    const { log: other } = canned();
    other.emit({ kind: 'machine-state', state: 'off' });
    expect(folded(other).value.usedTces.at(-1)).toBe(0);
  });
});

describe('buckets', () => {
  it.each([
    [0, MS, 1],
    [511 * MS, MS, 512],
    [512 * MS, 2 * MS, 257],
    [3_600_000 * MS, 8192 * MS, 440],
  ])('%d ns are told in buckets of %d ns, %d of them', (endNs, bucketNs, length) =>
    expect(divisionOf(endNs)).toEqual({ bucketNs, length }),
  );

  it('spread what came over a time by how much of it each holds', () => {
    const meter = new RateMeter(10, 4);
    meter.spread(5, 25, 40);
    expect(meter.rate).toEqual({ bucketNs: 10, counts: [10, 20, 10] });
    meter.spread(30, 30, 2);
    expect(meter.rate.counts).toEqual([10, 20, 10, 2]);
  });

  it('are joined two by two when time runs on, and on request', () => {
    const meter = new RateMeter(10, 4);
    for (const at of [1, 12, 13, 45]) meter.count(at);
    expect(meter.rate).toEqual({ bucketNs: 20, counts: [3, 0, 1] });
    expect(widened(meter.rate, 40, 2)).toEqual([3, 1]);
  });

  it('of a level keep what it ended at', () => {
    const gauge = new Gauge(10, 4);
    gauge.change(1, 5);
    gauge.change(2, -2);
    gauge.change(25, 4);
    expect(gauge.levels(10, 4)).toEqual([3, 3, 7, 7]);
    gauge.change(41, -7);
    expect(gauge.levels(20, 3)).toEqual([3, 7, 0]);
    expect(gauge.levels(40, 2)).toEqual([7, 0]);
    expect(gauge.now).toBe(0);
  });
});

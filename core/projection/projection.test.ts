import { describe, expect, it } from 'vitest';
import { u64 } from '../base/u64.ts';
import type { FunctionDescription, NewEvent, WindowDescription } from '../trace/events.ts';
import { TraceLog } from '../trace/log.ts';
import { TraceNames } from '../trace/names.ts';
import { CallLogFold, callRow } from './call-log.ts';
import { DeviceTreeDiffFold } from './device-tree-diff.ts';
import { FiguresFold } from './figures.ts';
import type { Fold } from './fold.ts';
import { FunctionsFold } from './functions.ts';
import { GuestLogFold, dmesgText } from './guest-log.ts';
import { RateMeter } from './rate.ts';
import { SeqList } from './seq-list.ts';
import { summarize, summaryLines } from './summary.ts';
import { WindowsFold } from './windows.ts';

const FN = '0103:01:00.0';
const BUID = u64(0x0800_0000_2000_0003n);
const DEFAULT_LIOBN = 0x7100_0016;
const DDW_LIOBN = 0x8000_0001 | 0;
const DDW_HI = 0x0800_0000;

const VF3: FunctionDescription = {
  id: 'vf3',
  fn: FN,
  slotClass: 'sriov-vf',
  device: 'nic',
  buid: BUID,
  defaultLiobn: DEFAULT_LIOBN,
};
const DEFAULT_WINDOW: WindowDescription = {
  liobn: DEFAULT_LIOBN,
  start: u64(0),
  pageShift: 12,
  entries: 524_288,
  isDefault: true,
};
const DDW: WindowDescription = {
  liobn: DDW_LIOBN >>> 0,
  start: u64(1n << 59n),
  pageShift: 16,
  entries: 4_194_304,
  isDefault: false,
};
const window = (
  kind: 'window-created' | 'window-removed' | 'window-restored',
  which: WindowDescription,
): NewEvent => ({ kind, buid: BUID, window: which });
const rtas = (name: string, rets: readonly number[]): NewEvent => ({
  kind: 'rtas',
  token: 2026,
  name,
  args: [0x1_0000, 0x0800_0000, 0x2000_0003],
  nret: rets.length,
  rets,
});

function newLog(): { clock: { nowNs: number }; log: TraceLog } {
  const clock = { nowNs: 0 };
  return { clock, log: new TraceLog(clock) };
}

function fold<T>(of: Fold<T>, log: TraceLog): T {
  of.feed(log, 0, log.length);
  return of.value;
}

/** A VF that swaps its default window for a DDW, maps, is refused, clears. */
function recordBoot(): TraceLog {
  const { clock, log } = newLog();
  log.emit(window('window-created', DEFAULT_WINDOW)); // 0
  log.emit({ kind: 'function-added', description: VF3 }); // 1
  log.open({ kind: 'command', line: 'boot' }); // 2
  log.emit({ kind: 'machine-state', state: 'booting' }); // 3
  log.stuff(DEFAULT_LIOBN, 0, 0, 0, 0, 0, 512, 0); // 4
  clock.nowNs = 1_000_000;
  log.open(rtas('ibm,remove-pe-dma-window', [])); // 5
  log.emit(window('window-removed', DEFAULT_WINDOW)); // 6
  log.amend(5, rtas('ibm,remove-pe-dma-window', [0]));
  log.close();
  log.open(rtas('ibm,create-pe-dma-window', [])); // 7
  log.emit(window('window-created', DDW)); // 8
  log.amend(7, rtas('ibm,create-pe-dma-window', [0, DDW_LIOBN, DDW_HI, 0]));
  log.close();
  log.emit({
    kind: 'ddw-plan',
    fn: FN,
    mode: 'indirect',
    steps: [{ where: 'enable_ddw', text: 'the block is too small for all memory' }],
  }); // 9
  log.emit({ kind: 'printk', level: 'info', fn: FN, text: `mlx5_core ${FN}: iommu: 64-bit OK` }); // 10
  log.emit({ kind: 'driver-bound', fn: FN, driver: 'mlx5_core', mode: 'indirect', maskBits: 64 }); // 11
  clock.nowNs = 3_000_000;
  log.indirect(DDW_LIOBN, DDW_HI, 0, 0, 0x1f34_0000, 0, 512, 0, 3, undefined, 0); // 12
  log.put(DDW_LIOBN, DDW_HI, 0x4000_0000, 0, 0x3f4e_0001, 0); // 13
  log.put(DEFAULT_LIOBN, 0, 0x1000, 0, 0x3f4e_0003, -4); // 14
  log.put(DDW_LIOBN, DDW_HI, 0x4000_0000, 0, 0, 0); // 15
  log.stuff(DDW_LIOBN, DDW_HI, 0, 0, 0, 0, 256, 0); // 16
  log.close();
  return log;
}

describe('windows', () => {
  it('show what is live and how much of it is in use', () => {
    expect(fold(new WindowsFold(), recordBoot())).toEqual([
      { window: DDW, buid: BUID, since: 8, usedTces: 256, peakTces: 513, hcalls: 4, refused: 0 },
    ]);
  });

  it('of a 1:1 mapped TiB are counted whole', () => {
    const { log } = newLog();
    const window1T = { ...DDW, entries: 16_777_216 };
    log.emit(window('window-created', window1T));
    for (let i = 0; i < 32_768; i++) {
      const byte = i * 512 * 65_536;
      log.indirect(
        DDW_LIOBN,
        DDW_HI + Math.floor(byte / 2 ** 32),
        byte | 0,
        0,
        0,
        0,
        512,
        0,
        3,
        undefined,
        0,
      );
    }
    expect(fold(new WindowsFold(), log)[0]).toMatchObject({ usedTces: 16_777_216, hcalls: 32_768 });
  });

  it('are empty again when they are restored, removed, or the power goes off', () => {
    const { log } = newLog();
    log.emit(window('window-created', DEFAULT_WINDOW));
    log.put(DEFAULT_LIOBN, 0, 0x1000, 0, 3, 0);
    const windows = new WindowsFold();
    windows.feed(log, 0, 2);
    expect(windows.isMapped(DEFAULT_LIOBN, u64(0x1fff))).toBe(true);
    log.emit(window('window-restored', DEFAULT_WINDOW));
    windows.feed(log, 2, 3);
    expect(windows.value[0]?.usedTces).toBe(0);
    log.put(DEFAULT_LIOBN, 0, 0x2000, 0, 3, 0);
    log.emit({ kind: 'machine-state', state: 'off' });
    windows.feed(log, 3, 5);
    expect(windows.value[0]).toMatchObject({ usedTces: 0, peakTces: 1 });
    log.emit(window('window-removed', DEFAULT_WINDOW));
    windows.feed(log, 5, 6);
    expect(windows.value).toEqual([]);
  });

  it.each([
    ['below its start', 12, 0, 0xfff, false],
    ['at its start', 12, 0, 0x1000, true],
    ['at its end', 12, 0, 0x4fff, true],
    ['behind its end', 12, 0, 0x5000, false],
    ['with pages of 16G, at its end', 34, 15, -1, true],
    ['with pages of 16G, behind its end', 34, 20, 0, false],
  ] as const)('take an address %s (2^%d bytes a page) for what it is', (_, pageShift, hi, lo, inside) => {
    const { log } = newLog();
    const start = pageShift === 12 ? u64(0x1000) : u64(1n << 34n);
    log.emit(window('window-created', { ...DEFAULT_WINDOW, start, pageShift, entries: 4 }));
    log.put(DEFAULT_LIOBN, hi, lo, 0, 3, 0);
    expect(fold(new WindowsFold(), log)[0]?.usedTces).toBe(inside ? 1 : 0);
  });
});

describe('functions', () => {
  it('know their driver, their mode and the plan behind it', () => {
    expect(fold(new FunctionsFold(), recordBoot())).toEqual([
      {
        description: VF3,
        since: 1,
        state: 'bound',
        driver: 'mlx5_core',
        mode: 'indirect',
        maskBits: 64,
        faults: 0,
        plan: {
          seq: 9,
          mode: 'indirect',
          steps: [{ where: 'enable_ddw', text: 'the block is too small for all memory' }],
        },
      },
    ]);
  });

  it('freeze with their PE, and are driven by nobody after power off', () => {
    const log = recordBoot();
    log.emit({
      kind: 'dma-fault',
      fn: FN,
      direction: 'read',
      busAddress: u64(0),
      bytes: 64,
      fault: 'no-window',
    });
    log.emit({ kind: 'pe-frozen', buid: BUID, fn: FN });
    const functions = new FunctionsFold();
    expect(fold(functions, log)[0]).toMatchObject({ state: 'frozen', faults: 1, driver: 'mlx5_core' });
    const before = log.length;
    log.emit({ kind: 'pe-state', buid: BUID, from: 'stopped', to: 'normal', by: 'partition reset' });
    log.emit({ kind: 'machine-state', state: 'off' });
    functions.feed(log, before, log.length);
    expect(functions.value).toEqual([
      { description: VF3, since: 1, state: 'present', mode: 'none', maskBits: 0, faults: 0 },
    ]);
  });

  it('say why a driver gave them up, and go when they are removed', () => {
    const { log } = newLog();
    log.emit({ kind: 'function-added', description: VF3 });
    log.emit({
      kind: 'driver-failed',
      fn: FN,
      driver: 'nvme',
      mode: 'none',
      maskBits: 64,
      reason: 'probe failed with error -12',
    });
    const functions = new FunctionsFold();
    expect(fold(functions, log)[0]).toMatchObject({ state: 'failed', reason: 'probe failed with error -12' });
    log.emit({ kind: 'function-removed', description: VF3 });
    functions.feed(log, 2, 3);
    expect(functions.value).toEqual([]);
  });
});

describe('the guest log', () => {
  it('has the lines of the kernel that runs, as dmesg prints them', () => {
    const { clock, log } = newLog();
    log.emit({ kind: 'printk', level: 'info', text: 'of the kernel before' });
    log.emit({ kind: 'machine-state', state: 'booting' });
    clock.nowNs = 1_203_114_999;
    log.emit({ kind: 'printk', level: 'err', fn: FN, text: 'mlx5_core: failed' });
    const lines = fold(new GuestLogFold(), log);
    expect(lines).toEqual([
      { seq: 2, timeNs: 1_203_114_999, level: 'err', fn: FN, text: 'mlx5_core: failed' },
    ]);
    expect(lines.map((line) => dmesgText(line))).toEqual(['[    1.203114] mlx5_core: failed']);
    expect(lines.map((line) => dmesgText(line, 1_000_000_000))).toEqual(['[    0.203114] mlx5_core: failed']);
  });
});

describe('figures', () => {
  it('count calls by name, TCEs by what was written, and what went wrong', () => {
    const figures = fold(new FiguresFold(), recordBoot());
    expect(figures).toMatchObject({
      events: 17,
      endNs: 3_000_000,
      hcalls: 6,
      rtasCalls: 2,
      refused: 1,
      tcesMapped: 513,
      tcesUnmapped: 1 + 256 + 512,
      dmaFaults: 0,
      hcallRate: { bucketNs: 1_000_000, counts: [1, 0, 0, 5] },
    });
    expect(figures.calls).toEqual([
      { name: 'H_PUT_TCE', kind: 'hcall', calls: 3, refused: 1, tces: 2 },
      { name: 'H_STUFF_TCE', kind: 'hcall', calls: 2, refused: 0, tces: 768 },
      { name: 'H_PUT_TCE_INDIRECT', kind: 'hcall', calls: 1, refused: 0, tces: 512 },
      { name: 'ibm,create-pe-dma-window', kind: 'rtas', calls: 1, refused: 0, tces: 0 },
      { name: 'ibm,remove-pe-dma-window', kind: 'rtas', calls: 1, refused: 0, tces: 0 },
    ]);
    expect(figures.byKind.find(({ kind }) => kind === 'tce-hcall')?.events).toBe(6);
  });

  it('count a rate in buckets that widen as time runs on', () => {
    const meter = new RateMeter(1000);
    for (const time of [0, 999, 1000, 255_999]) meter.count(time);
    expect(meter.rate.counts.slice(0, 2)).toEqual([2, 1]);
    expect(meter.rate.counts.length).toBe(256);
    meter.count(256_000);
    expect(meter.rate).toMatchObject({ bucketNs: 2000 });
    expect(meter.rate.counts[0]).toBe(3);
    expect(meter.rate.counts.slice(127)).toEqual([1, 1]);
    meter.count(86_400e9);
    expect(meter.rate.counts.reduce((a, b) => a + b, 0)).toBe(6);
  });
});

describe('the call log', () => {
  it('lists calls and hangs on each what came of it', () => {
    const log = recordBoot();
    const calls = fold(new CallLogFold(), log);
    expect(calls.calls.slice(0, 99)).toEqual([4, 5, 7, 12, 13, 14, 15, 16]);
    expect([calls.effectsOf(5), calls.effectsOf(7), calls.effectsOf(4)]).toEqual([[6], [8], []]);
    const names = new TraceNames();
    names.feed(log, 0, log.length);
    expect(callRow(log, calls, 7, names)).toMatchObject({
      class: 'window',
      who: 'vf3',
      call: 'ibm,create-pe-dma-window',
      args: 'token=0x7ea in=0x10000 0x8000000 0x20000003 out=0x80000001 0x8000000 0x0',
      result: 'ok',
      effects: [expect.stringContaining('window-created')],
    });
  });
});

describe('the device tree', () => {
  const change = (property: string, before?: number[], after?: number[]): NewEvent => ({
    kind: 'dt-changed',
    path: '/pci@800000020000003',
    property,
    ...(before === undefined ? {} : { before: Uint8Array.from(before) }),
    ...(after === undefined ? {} : { after: Uint8Array.from(after) }),
  });

  it('shows first against last, and nothing that was changed back', () => {
    const { log } = newLog();
    log.emit(change('ibm,dma-window', [1, 2]));
    log.emit(change('linux,dma64-ddr-window-info', undefined, [3]));
    log.emit(change('linux,dma64-ddr-window-info', [3], [4, 5]));
    log.emit(change('fleeting', undefined, [1]));
    log.emit(change('fleeting', [1]));
    expect(fold(new DeviceTreeDiffFold(), log)).toEqual([
      { path: '/pci@800000020000003', property: 'ibm,dma-window', before: Uint8Array.of(1, 2), seq: 0 },
      {
        path: '/pci@800000020000003',
        property: 'linux,dma64-ddr-window-info',
        after: Uint8Array.of(4, 5),
        seq: 2,
      },
    ]);
  });

  it('is a fresh copy for a fresh kernel', () => {
    const { log } = newLog();
    log.emit(change('ibm,dma-window', [1]));
    log.emit({ kind: 'machine-state', state: 'booting' });
    expect(fold(new DeviceTreeDiffFold(), log)).toEqual([]);
  });
});

describe('a list of sequence numbers', () => {
  it('finds where a number stands or would stand', () => {
    const list = new SeqList();
    for (let seq = 0; seq < 50_000; seq += 5) list.push(seq);
    expect([0, 3, 5, 49_995, 60_000].map((seq) => list.positionOf(seq))).toEqual([0, 1, 1, 9999, 10_000]);
    expect(list.slice(9998, 20_000)).toEqual([49_990, 49_995]);
  });
});

describe('the summary of a run', () => {
  it('says what was called, how DMA goes, what is mapped and what went wrong', () => {
    const log = recordBoot();
    log.emit({
      kind: 'io-figures',
      id: 'vf3',
      fn: FN,
      requests: 1000,
      bytes: 65_536_000,
      maps: 1000,
      unmaps: 1000,
      hcalls: 2000,
      failures: 0,
      peakTces: 32,
      durationNs: 5_000_000,
      corrupted: 0,
    });
    expect(summaryLines(summarize(log))).toEqual([
      'trace         18 events in 3 ms of virtual time',
      'hcalls        6',
      '  H_PUT_TCE           3  2 TCEs, 1 refused',
      '  H_STUFF_TCE         2  768 TCEs',
      '  H_PUT_TCE_INDIRECT  1  512 TCEs',
      'RTAS calls    2',
      '  ibm,create-pe-dma-window  1',
      '  ibm,remove-pe-dma-window  1',
      'functions     1',
      '  indirect    1: vf3',
      'windows       1',
      '  vf3         0x80000001 at 0x0800000000000000  DDW 256G, 64K pages: 256 of 4,194,304 TCEs in use, at most 513',
      'DMA mapped    16 MiB in 256 TCEs',
      'I/O           1,000 requests, 62.5 MiB, 2,000 hcalls (2.0 a request), 0 failed, 0 damaged',
      'problems      1 refused call',
    ]);
  });

  it('of an empty trace is short', () => {
    expect(summaryLines(summarize(newLog().log))).toEqual([
      'trace         0 events in 0 ns of virtual time',
      'hcalls        0',
      'RTAS calls    0',
      'functions     0',
      'windows       0',
      'DMA mapped    0 bytes in 0 TCEs',
      'problems      none',
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { u64 } from '../base/u64.ts';
import type { NewEvent } from './events.ts';
import { TraceLog } from './log.ts';
import { wordsOfRuns } from './run-words.ts';

const H_PARAMETER = -4;
const LIOBN = 0x8000_0001 | 0;
const IOBA_HI = 0x0800_0000;

function newLog(): { clock: { nowNs: number }; log: TraceLog } {
  const clock = { nowNs: 0 };
  return { clock, log: new TraceLog(clock) };
}

describe('a TCE hcall as a row', () => {
  it('is read back as the call that was made', () => {
    const { clock, log } = newLog();
    clock.nowNs = 1_203_114_000;
    log.put(LIOBN, IOBA_HI, 0x12_0000, 0, 0x3f4e_0003, 0);
    log.get(LIOBN, IOBA_HI, 0x12_0000, 0, 0x3f4e_0003, 0);
    log.stuff(LIOBN, IOBA_HI, 0x12_0000, 0, 0, 0, 512, H_PARAMETER);
    expect([...log.events()]).toEqual([
      {
        seq: 0,
        timeNs: 1_203_114_000,
        cause: -1,
        kind: 'tce-hcall',
        opcode: 0x20,
        liobn: 0x8000_0001,
        ioba: 0x0800_0000_0012_0000n,
        tce: 0x3f4e_0003n,
        ret: 0,
      },
      {
        seq: 1,
        timeNs: 1_203_114_000,
        cause: -1,
        kind: 'tce-hcall',
        opcode: 0x1c,
        liobn: 0x8000_0001,
        ioba: 0x0800_0000_0012_0000n,
        tce: 0x3f4e_0003n,
        ret: 0,
      },
      {
        seq: 2,
        timeNs: 1_203_114_000,
        cause: -1,
        kind: 'tce-hcall',
        opcode: 0x138,
        liobn: 0x8000_0001,
        ioba: 0x0800_0000_0012_0000n,
        tce: 0n,
        count: 512,
        ret: -4,
      },
    ]);
  });

  it('keeps a contiguous list as one run, a scattered one as its runs', () => {
    const { log } = newLog();
    log.indirect(LIOBN, IOBA_HI, 0, 0, 0x1f34_0000, 0, 512, 0, 0x3, undefined, 0);
    const runs = [
      { first: u64(0x1_0003), count: 2 },
      { first: u64(0x8_0000_0003), count: 14 },
    ];
    log.indirect(LIOBN, IOBA_HI, 0, 0, 0x1f34_0000, 0, 16, 0, 0, wordsOfRuns(runs), 0);
    log.indirect(LIOBN, IOBA_HI, 0, 0, 0x1f34_0000, 0, 16, 0, 0, undefined, H_PARAMETER);
    expect(log.event(0)).toMatchObject({ list: 0x1f34_0000n, count: 512, runs: [{ first: 3n, count: 512 }] });
    expect(log.event(1)).toMatchObject({ count: 16, runs });
    expect(log.event(2)).not.toHaveProperty('runs');
    expect(log.event(2)).toMatchObject({ list: 0x1f34_0000n, count: 16, ret: -4 });
  });

  it('keeps a count of 2^64 - 1 and a status beyond every table as they were given', () => {
    const { log } = newLog();
    log.stuff(LIOBN, IOBA_HI, 0, 0, 0, -1, -1, -57);
    log.stuff(LIOBN, IOBA_HI, 0, 0, 0, 0, 0x4000_0000, 0);
    log.put(LIOBN, IOBA_HI, 0x1000, -1, -1, 0x7fff_ffff);
    expect(log.event(0)).toMatchObject({ wideCount: 0xffff_ffff_ffff_ffffn, ret: -57 });
    expect(log.event(1)).toMatchObject({ count: 0x4000_0000, tce: 0n, ret: 0 });
    expect(log.event(2)).toMatchObject({ tce: 0xffff_ffff_ffff_ffffn, ret: 0x7fff_ffff });
    expect([log.countAt(1), log.retAt(2), log.iobaLoAt(2), log.tceLoAt(2)]).toEqual([
      0x4000_0000, 0x7fff_ffff, 0x1000, -1,
    ]);
  });

  it.each([0, 1, -4, -44, -57, 9900, 9905])('holds status %d without an object', (ret) => {
    const { log } = newLog();
    log.put(LIOBN, IOBA_HI, 0, 0, 3, ret);
    expect([log.retAt(0), log.stats.records]).toEqual([ret, 0]);
  });
});

describe('time', () => {
  it('is exact over 104 days in rows of 32 bits', () => {
    const { clock, log } = newLog();
    const times = [0, 1, 0xffff_ffff, 0x1_0000_0000, 0x1_0000_0001, 90 * 86_400e9, 90 * 86_400e9 + 7];
    for (const time of times) {
      clock.nowNs = time;
      log.put(1, 0, 0, 0, 0, 0);
    }
    expect(times.map((_, seq) => log.timeNsAt(seq))).toEqual(times);
  });
});

describe('causes', () => {
  it('make a tree of command, guest function and hcall', () => {
    const { log } = newLog();
    const command = log.open({ kind: 'command', line: 'boot' });
    const guest = log.open({
      kind: 'guest-call',
      name: 'enable_ddw',
      fn: '0103:01:00.0',
      detail: 'mask 64 bits',
    });
    const put = log.put(1, 0, 0, 0, 3, 0);
    log.close();
    const after = log.emit({ kind: 'mark', text: 'still in the command' });
    log.close();
    const top = log.emit({ kind: 'mark', text: 'outside' });
    expect([command, guest, put, after, top].map((seq) => log.causeAt(seq))).toEqual([
      -1,
      command,
      guest,
      command,
      -1,
    ]);
    expect(log.event(guest)).toMatchObject({
      name: 'enable_ddw',
      fn: '0103:01:00.0',
      detail: 'mask 64 bits',
    });
  });

  it('can be taken up again by a task that gave way', () => {
    const { log } = newLog();
    const io = log.open({ kind: 'guest-call', name: 'nvme_queue_rq' });
    log.close();
    log.enter(io);
    expect(log.causeAt(log.put(1, 0, 0, 0, 3, 0))).toBe(io);
    log.close();
    expect(log.causeAt(log.put(1, 0, 0, 0, 3, 0))).toBe(-1);
  });

  it('cannot be closed twice', () => {
    const { log } = newLog();
    expect(() => log.close()).toThrow('close() without an open event');
  });
});

describe('a rare event', () => {
  const rtas = (rets: number[]): NewEvent => ({
    kind: 'rtas',
    token: 2026,
    name: 'ibm,query-pe-dma-window',
    args: [0, 0x800_0000, 0x2000_0000],
    nret: 5,
    rets,
  });

  it('is amended in its place when it is done', () => {
    const { clock, log } = newLog();
    const seq = log.open(rtas([]));
    clock.nowNs = 500;
    log.put(1, 0, 0, 0, 3, 0);
    log.amend(seq, rtas([0, 1, 0x8000_0000 | 0, 3, 0]));
    log.close();
    expect(log.event(seq)).toMatchObject({ seq: 0, timeNs: 0, cause: -1, rets: [0, 1, -0x8000_0000, 3, 0] });
    expect(log.stats.records).toBe(1);
  });

  it('is not what a TCE hcall is: that cannot be amended', () => {
    const { log } = newLog();
    log.put(1, 0, 0, 0, 3, 0);
    expect(() => log.amend(0, rtas([0]))).toThrow('event 0 is a packed row');
  });

  it('may change its form from a row to an object and back', () => {
    const { log } = newLog();
    const long = 'x'.repeat(5000);
    const seq = log.emit({ kind: 'guest-call', name: 'a' });
    log.amend(seq, { kind: 'guest-call', name: 'a', detail: long });
    expect(log.event(seq)).toMatchObject({ name: 'a', detail: long });
    log.amend(seq, { kind: 'guest-call', name: 'b', fn: '0000:00:01.0', detail: '' });
    expect(log.event(seq)).toEqual({
      seq: 0,
      timeNs: 0,
      cause: -1,
      kind: 'guest-call',
      name: 'b',
      fn: '0000:00:01.0',
      detail: '',
    });
  });
});

describe('the hash of a trace', () => {
  const play = (log: TraceLog, swap: boolean): void => {
    log.open({ kind: 'command', line: 'boot' });
    const lows = swap ? [2, 1] : [1, 2];
    for (const low of lows) log.put(1, 0, low, 0, 3, 0);
    log.emit({ kind: 'dma', fn: '0000:00:01.0', direction: 'write', busAddress: u64(0x1000), bytes: 512 });
    log.close();
  };

  it('is the same for the same events, another when two change places', () => {
    const [a, b, c] = [newLog().log, newLog().log, newLog().log];
    play(a, false);
    play(b, false);
    play(c, true);
    expect(a.hash()).toBe(b.hash());
    expect(a.hash()).not.toBe(c.hash());
    expect(a.hash()).toBe('cfd039f74903b8af');
  });

  it('does not depend on when it was asked for, amended events included', () => {
    const [often, once] = [newLog().log, newLog().log];
    for (const log of [often, once]) {
      for (let i = 0; i < 5000; i++) {
        const seq = log.emit({ kind: 'mark', text: `m${i}` });
        if (log === often && i % 37 === 0) log.hash();
        if (i % 1000 === 999) log.amend(seq - 500, { kind: 'mark', text: `amended ${i}` });
      }
    }
    expect(often.hash()).toBe(once.hash());
  });
});

describe('a cleared log', () => {
  it('is as good as new', () => {
    const { log } = newLog();
    const fresh = newLog().log;
    log.open({ kind: 'command', line: 'boot' });
    log.put(1, 0, 0, 0, 3, 0);
    log.clear();
    expect(log.length).toBe(0);
    log.put(7, 0, 0, 0, 3, 0);
    fresh.put(7, 0, 0, 0, 3, 0);
    expect(log.event(0)).toEqual(fresh.event(0));
    expect(log.hash()).toBe(fresh.hash());
  });

  it('says so when an event beyond its end is asked for', () => {
    const { log } = newLog();
    expect(() => log.event(0)).toThrow('no event 0: the trace has 0');
  });
});

describe('many events', () => {
  it('take 32 bytes each', () => {
    const { log } = newLog();
    for (let i = 0; i < 100_000; i++) log.put(LIOBN, IOBA_HI, i << 12, 0, (i << 12) | 3, 0);
    expect(log.length).toBe(100_000);
    expect(log.stats.bytes).toBeLessThan(100_000 * 32 + 600_000);
    expect(log.event(99_999)).toMatchObject({ ioba: u64(0x0800_0000_0000_0000n + 99_999n * 4096n) });
  });
});

import { describe, expect, it } from 'vitest';
import { u64 } from '../../base/u64.ts';
import { TraceLog } from '../log.ts';
import { TraceNames } from '../names.ts';
import { compileFilter } from './compile.ts';
import { nearest } from './nearest.ts';
import { parseNumber, parseTime } from './values.ts';

const DEFAULT_LIOBN = 0x8000_0000 | 0;
const DDW_LIOBN = 0x8000_0001 | 0;
const BUID = u64(0x0800_0000_2000_0003n);

/** A VF that boots, gets its window, maps 512 pages, is refused once, unmaps, and faults. */
function recordRun(): { log: TraceLog; names: TraceNames } {
  const clock = { nowNs: 0 };
  const log = new TraceLog(clock);
  log.open({ kind: 'command', line: 'boot' }); // 0
  log.emit({
    kind: 'function-added',
    description: {
      id: 'vf3',
      fn: '0103:01:00.0',
      slotClass: 'sriov-vf',
      device: 'nic',
      buid: BUID,
      defaultLiobn: 0x8000_0000,
    },
  }); // 1
  clock.nowNs = 1_500_000;
  log.open({ kind: 'guest-call', name: 'enable_ddw', fn: '0103:01:00.0' }); // 2
  log.emit({
    kind: 'rtas',
    token: 2028,
    name: 'ibm,create-pe-dma-window',
    args: [0x1_0000, 0x0800_0000, 0x2000_0003, 16, 38],
    nret: 4,
    rets: [0, 0x8000_0001, 0x0800_0000, 0],
  }); // 3
  log.emit({
    kind: 'window-created',
    buid: BUID,
    window: {
      liobn: 0x8000_0001,
      start: u64(1n << 59n),
      pageShift: 16,
      entries: 4_194_304,
      isDefault: false,
    },
  }); // 4
  log.indirect(DDW_LIOBN, 0x0800_0000, 0, 0, 0x1f34_0000, 0, 512, 0, 3, undefined, 0); // 5
  log.close();
  clock.nowNs = 2_000_000_000;
  log.put(DDW_LIOBN, 0x0800_0000, 0x12_0000, 0, 0x3f4e_0001, 0); // 6
  log.put(DEFAULT_LIOBN, 0, 0x1000, 0, 0x3f4e_0003, -4); // 7
  log.put(DDW_LIOBN, 0x0800_0000, 0x12_0000, 0, 0, 0); // 8
  log.stuff(DDW_LIOBN, 0x0800_0000, 0, 0, 0, 0, 512, 0); // 9
  log.close();
  log.emit({
    kind: 'dma-fault',
    fn: '0103:01:00.0',
    direction: 'write',
    busAddress: u64(0x0800_0000_0012_0000n),
    bytes: 4096,
    fault: 'no-tce',
  }); // 10
  log.emit({
    kind: 'printk',
    level: 'err',
    fn: '0103:01:00.0',
    text: 'mlx5_core 0103:01:00.0: health: 64-bit "bad"',
  }); // 11
  const names = new TraceNames();
  names.feed(log, 0, log.length);
  return { log, names };
}

const { log, names } = recordRun();

function passing(text: string): readonly number[] {
  const filter = compileFilter(text, names);
  if (!filter.ok) throw new Error(filter.error.message);
  return Array.from({ length: log.length }, (_, seq) => seq).filter((seq) => filter.value.test(log, seq));
}

describe('a filter lets through', () => {
  it.each([
    ['', [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
    ['call == H_PUT_TCE', [6, 7, 8]],
    ['call in {H_PUT_TCE, H_STUFF_TCE}', [6, 7, 8, 9]],
    ['call in {h_put_tce,"ibm,create-pe-dma-window"}', [3, 6, 7, 8]],
    ['call == ibm,create-pe-dma-window', [3]],
    ['opcode == H_STUFF_TCE or opcode == 0x13c', [5, 9]],
    ['ret == H_PARAMETER', [7]],
    ['ret == -4', [7]],
    ['ret != ok', [7]],
    ['ret == ok && kind != rtas', [5, 6, 8, 9]],
    ['ioba in 0x800000000000000..0x8000000fffffffff', [5, 6, 8, 9]],
    ['ioba == 0x0800_0000_0012_0000', [6, 8]],
    ['ioba < 4G', [7]],
    ['liobn == 0x80000001', [4, 5, 6, 8, 9]],
    ['count == 512', [5, 9]],
    ['count >= 512 and not is:stuff', [5]],
    ['perm == rw', [5, 7]],
    ['perm == r-', [6]],
    ['is:error', [7, 10, 11]],
    ['is:map', [5, 6]],
    ['is:unmap', [8]],
    ['is:window', [3, 4]],
    ['is:window-created', [4]],
    ['mark == E', [7, 10, 11]],
    ['who == vf3 and is:error', [7, 10, 11]],
    ['fn == 0103:01:00.0 kind == printk', [11]],
    ['device == nic', [1, 2, 10, 11]],
    ['time >= 2s', [6, 7, 8, 9, 10, 11]],
    ['time > 1ms and time < 1.5', [2, 3, 4, 5]],
    ['time == 0.0015', [2, 3, 4, 5]],
    ['seq in {1, 3}', [1, 3]],
    ['cause == 2', [3, 4, 5]],
    ['under == 0', [1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ['under == 2', [3, 4, 5]],
    ['page == 64K', [4]],
    ['entries == 4M', [4]],
    ['fault == no-tce', [10]],
    ['bytes >= 4K', [10]],
    ['has:tce', [5, 6, 7, 8, 9]],
    ['tce in 1..0xffff', [5]],
    ['text ~ "64-bit"', [11]],
    ['text contains HEALTH', [11]],
    ['text:"64-bit \\"bad\\""', [11]],
    ['enable', [2]],
    ['0x3f4e', [6, 7]],
    ['-H_PUT_TCE -is:error kind:tce-hcall', [9]],
    ['-call == H_PUT_TCE -is:error kind:tce-hcall', [5, 9]],
    ['-count == 512 has:count', [6, 7, 8]],
    ['call:ibm,create', [3]],
    ['name:ddw', [2]],
    ['line:boot', [0]],
    ['health:', [11]],
    ['not (is:map or is:unmap or is:stuff) has:ret', [3, 7]],
    ['any(tce.perm) == rw', [5, 7]],
    ['all(tce.perm) in {r-, rw}', [5, 6, 7]],
    ['any(tce.perm) == --', [8, 9]],
    ['any(tce.address) == 0x3f4e0000', [6, 7]],
    ['any(tce.value) == 0x3f4e_0001', [6]],
    ['any(tce.address) == 0x1f0000', [5]],
    ['any(tce.address) == 0x1f0003', []],
    ['all(tce.address) < 1G', [5, 6, 7, 8, 9]],
    ['all(tce.address) in 0..0x1ff0000', [5, 8, 9]],
    ['all(tce.address) in 0..0x1feffff', [8, 9]],
    ['not any(tce.perm) == rw and has:tce', [6, 8, 9]],
    ['any (is:error)', []],
  ])('%s', (text, expected) => expect(passing(text)).toEqual(expected));

  it('nothing that lacks the field, for every comparison: there is one kind of "!="', () => {
    expect(passing('count != 512')).toEqual([6, 7, 8]);
    expect(passing('not count == 512')).toEqual([0, 1, 2, 3, 4, 6, 7, 8, 10, 11]);
  });
});

describe('a filter that is wrong', () => {
  it.each([
    ['cal == H_PUT_TCE', 1, 'there is no field "cal"', 'did you mean call?'],
    ['is:map and iobaa == 4', 12, 'there is no field "iobaa"', 'did you mean ioba?'],
    ['xyzzyxyzzy == 4', 1, 'there is no field "xyzzyxyzzy"', 'fields are: seq, time, cause'],
    ['ret == H_PARAMTER', 8, '"H_PARAMTER" is no number', 'did you mean H_PARAMETER?'],
    ['count == many', 10, '"many" is no number', 'write 512, 0x200, 64K or 2M'],
    ['is:eror', 4, 'an event is never "eror"', 'did you mean error?'],
    ['perm == rx', 9, 'perm is never "rx"', 'did you mean rw?'],
    ['kind in {rtas, hcal}', 16, 'kind is never "hcal"', 'did you mean hcall?'],
    ['time > 5', 8, '"5" is no time', 'write 250us'],
    ['ioba ~ 12', 8, 'ioba is a number', 'write ioba in low..high'],
    ['who < vf3', 7, 'who is a text', 'use ==, != or ~'],
    ['who in a..b', 8, 'who is a text: it has no ranges', 'write who in {a, b}'],
    ['count in 5..1', 10, 'the range ends before it begins', 'swap'],
    ['count in 5', 11, 'after "in" comes a range or a set', 'write count in low..high'],
    ['(is:map', 1, 'this ( has no )', undefined],
    ['is:map)', 7, 'there is no ( for this )', undefined],
    ['count ==', 9, 'a value is missing here', undefined],
    ['count == )', 10, 'a value is expected here, not )', undefined],
    ['is:map and', 11, 'something is missing at the end', undefined],
    ['or is:map', 1, 'or cannot stand here', undefined],
    ['text ~ "abc', 8, 'this quote has no end', 'close it'],
    ['a & b', 3, 'a single & means nothing here', 'write &&, or and'],
    ['count in {1 2}', 13, 'a comma or } is expected here', undefined],
    ['count in {1', 10, 'this { has no }', undefined],
    ['has:colour', 5, 'there is no field "colour"', undefined],
    ['tce.perm == rw', 1, 'a call may have many TCEs', 'write any(tce.perm) or all(tce.perm)'],
    ['any(count) == 5', 5, 'an event has one count, not several', 'leave any( ) out'],
    ['any(tce.prem) == rw', 5, 'a TCE has no "tce.prem"', 'did you mean tce.perm?'],
    ['all(tce.perm) == x', 18, 'tce.perm is never "x"', undefined],
    ['any(tce.value) ~ 12', 18, 'tce.value is a number', undefined],
  ])('%s: the column is named, and what was meant', (text, column, message, hint) => {
    const filter = compileFilter(text);
    expect(filter).toMatchObject({ ok: false, error: { code: 'bad-filter', column } });
    if (filter.ok) return;
    expect(filter.error.message).toContain(`column ${column}: ${message}`);
    if (hint !== undefined) expect(filter.error.hint).toContain(hint);
  });

  it('is refused when it is nested or long beyond reason', () => {
    expect(compileFilter('('.repeat(2000))).toMatchObject({ error: { column: 101 } });
    expect(compileFilter('not '.repeat(1000))).toMatchObject({ ok: false });
    expect(compileFilter('a '.repeat(3000))).toMatchObject({ error: { column: 4097 } });
  });
});

describe('numbers as filters write them', () => {
  it.each([
    ['0x800000000000000', 0x0800_0000_0000_0000n],
    ['0x0800_0000_0000_0000', 0x0800_0000_0000_0000n],
    ['64K', 65_536n],
    ['64KiB', 65_536n],
    ['2m', 2_097_152n],
    ['1G', 1n << 30n],
    ['512T', 1n << 49n],
    ['-44', -44n],
    ['4_194_304', 4_194_304n],
    ['0x', undefined],
    ['1.5G', undefined],
    ['K', undefined],
  ])('%s', (text, value) => expect(parseNumber(text)).toBe(value));

  it.each([
    ['1.203114160', 1_203_114_160n],
    ['250us', 250_000n],
    ['1.5ms', 1_500_000n],
    ['3s', 3_000_000_000n],
    ['0', 0n],
    ['3', undefined],
    ['3min', undefined],
  ])('and times: %s', (text, ns) => expect(parseTime(text)).toBe(ns));
});

describe('the nearest word', () => {
  it('is offered only when it is near', () => {
    expect(nearest('iova', ['ioba', 'call'])).toBe('ioba');
    expect(nearest('h_put_tec', ['H_PUT_TCE', 'H_GET_TCE'])).toBe('H_PUT_TCE');
    expect(nearest('zebra', ['ioba', 'call'])).toBeUndefined();
  });
});

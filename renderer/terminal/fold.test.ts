import { describe, expect, it } from 'vitest';
import type { TceHcallEvent, TraceEvent, U64 } from '../../core/index.ts';
import { Folder } from './fold.ts';
import type { Item } from './fold.ts';

const stuff = (seq: number, more: Partial<TceHcallEvent> = {}): TraceEvent => ({
  kind: 'tce-hcall',
  seq,
  timeNs: seq,
  cause: 1,
  opcode: 0x138,
  liobn: 0x7000_0010,
  ioba: BigInt(seq * 0x20_0000) as U64,
  tce: 0n as U64,
  count: 512,
  ret: 0,
  ...more,
});
const mark = (seq: number): TraceEvent => ({ kind: 'mark', seq, timeNs: seq, cause: -1, text: 'here' });
const run = (from: number, count: number): TraceEvent[] =>
  Array.from({ length: count }, (_, i) => stuff(from + i));

const told = (items: readonly Item[]): string[] =>
  items.map((item) =>
    'event' in item
      ? String(item.event.seq)
      : `${item.again ? 'again ' : ''}+${item.folded} to ${item.last.seq}`,
  );

describe('a run of like calls', () => {
  it('is told by its first three and one line for the rest', () => {
    expect(told(new Folder().feed([...run(0, 1024), mark(1024)]))).toEqual([
      '0',
      '1',
      '2',
      '+1021 to 1023',
      '1024',
    ]);
  });

  it('that goes on in the next batch is told again in the place of its line', () => {
    const folder = new Folder();
    expect(told(folder.feed(run(0, 10)))).toEqual(['0', '1', '2', '+7 to 9']);
    expect(told(folder.feed(run(10, 10)))).toEqual(['again +17 to 19']);
    expect(told(folder.feed([mark(20)]))).toEqual(['20']);
  });

  it('of three or fewer is told whole', () => {
    expect(told(new Folder().feed([...run(0, 3), mark(3), ...run(4, 2)]))).toEqual([
      '0',
      '1',
      '2',
      '3',
      '4',
      '5',
    ]);
  });

  it.each([
    ['another window', { liobn: 0x7000_0011 }],
    ['another status', { ret: -4 }],
    ['another call', { opcode: 0x20 }],
    ['another cause', { cause: 2 }],
  ])('ends with a call on %s', (_what, more) => {
    expect(told(new Folder().feed([...run(0, 5), stuff(5, more)]))).toEqual(['0', '1', '2', '+2 to 4', '5']);
  });

  it('is told call by call when folding is off', () => {
    expect(new Folder(false).feed(run(0, 50))).toHaveLength(50);
  });

  it('is not told again on a view that was cleared', () => {
    const folder = new Folder();
    folder.feed(run(0, 10));
    folder.reset();
    expect(told(folder.feed(run(10, 4)))).toEqual(['10', '11', '12', '+1 to 13']);
  });
});

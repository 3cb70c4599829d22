import { describe, expect, it } from 'vitest';
import type { FunctionAnswer, TraceEvent, WindowAnswer } from '../../core/index.ts';
import { formatLine } from '../../core/trace/format.ts';
import { TraceNames } from '../../core/trace/names.ts';
import { linkNames, linksIn } from './links.ts';

const window = (liobn: number, start: bigint, pageShift: number, entries: number): WindowAnswer =>
  ({
    id: 'vf3',
    liobn: liobn | 0,
    start,
    pageShift,
    entries,
    active: true,
    isDefault: false,
  }) as WindowAnswer;

const vf3 = {
  description: { id: 'vf3', fn: '4003:01:00.0' },
  windows: [window(0x6000_4003, 0n, 12, 524_288), window(0x7000_4003, 1n << 59n, 16, 4_194_304)],
} as unknown as FunctionAnswer;

const names = linkNames([vf3]);
const found = (line: string): readonly string[] =>
  linksIn(line, names).map(({ start, end, target }) => {
    const text = line.slice(start, end);
    const plain = JSON.stringify(target, (_key, value: unknown) =>
      typeof value === 'bigint' ? `0x${value.toString(16)}` : value,
    );
    return `${text} ${plain}`;
  });

describe('what a line points at', () => {
  it.each([
    ['driver-bound of vf3', ['vf3 {"kind":"function","id":"vf3"}']],
    ['vfnet 4003:01:00.0: returned 0', ['4003:01:00.0 {"kind":"function","id":"vf3"}']],
    ['liobn=0x70004003', [`0x70004003 {"kind":"window","liobn":${0x7000_4003}}`]],
    ['from #5,001 on', ['#5,001 {"kind":"event","seq":5001}']],
    [
      '/pci@800000029004003/linux,dma64-ddr-window-info none',
      [
        '/pci@800000029004003/linux,dma64-ddr-window-info {"kind":"node","path":"/pci@800000029004003","property":"linux,dma64-ddr-window-info"}',
      ],
    ],
    [
      '/pci@800000029004003/ethernet@0',
      ['/pci@800000029004003/ethernet@0 {"kind":"node","path":"/pci@800000029004003/ethernet@0"}'],
    ],
    ['vf9, 0x70009999, 0x0800000000000000, 4009:01:00.0', []],
    ['vf3 0x0900000000000000', ['vf3 {"kind":"function","id":"vf3"}']],
  ])('%s', (line, expected) => expect(found(line)).toEqual(expected));

  it('of an H_PUT_TCE is its LIOBN and its bus address, not the memory it maps', () => {
    const trace = new TraceNames();
    const event: TraceEvent = {
      kind: 'tce-hcall',
      seq: 5,
      timeNs: 0,
      cause: -1,
      opcode: 0x20,
      liobn: 0x6000_4003,
      ioba: 0x1_0000n as never,
      tce: 0x2003n as never,
      ret: 0,
    };
    // Nobody told whose LIOBN it is, so the column of names has it too.
    expect(found(formatLine(event, trace)).slice(1)).toEqual([
      `0x60004003 {"kind":"window","liobn":${0x6000_4003}}`,
      `0x0000000000010000 {"kind":"tce","liobn":${0x6000_4003},"ioba":"0x10000"}`,
    ]);
  });

  it('without the names of arguments is the first address only', () =>
    expect(found('H_PUT_TCE 0x60004003 0x0000000000010000 0x0000000000002003 rw ok').at(-1)).toContain(
      '0x10000',
    ));

  it('that names no LIOBN lies in the windows of its function', () =>
    expect(found('vf3 dma ioba=0x0800000000120000')).toEqual([
      'vf3 {"kind":"function","id":"vf3"}',
      `0x0800000000120000 {"kind":"tce","liobn":${0x7000_4003},"ioba":"0x800000000120000"}`,
    ]));
});

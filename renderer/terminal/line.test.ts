import { describe, expect, it } from 'vitest';
import type { TraceEvent, U64 } from '../../core/index.ts';
import { formatParts } from '../../core/trace/format.ts';
import { NO_NAMES } from '../../core/trace/names.ts';
import { fitParts, gapLine, lineOf } from './line.ts';

const put: TraceEvent = {
  kind: 'tce-hcall',
  seq: 7,
  timeNs: 1_203_114_160,
  cause: 3,
  opcode: 0x20,
  liobn: 0x7000_0016,
  ioba: 0x0800_0000_0012_0000n as U64,
  tce: 0x3f4e_0003n as U64,
  ret: 0,
};
const COLOUR = new RegExp(`${'\x1b'}\\[[0-9;]*m`, 'g');
const plain = (text: string): string => text.replace(COLOUR, '');
const shown = (event: TraceEvent, columns: number): string =>
  plain(lineOf({ event }, NO_NAMES, columns).text);

describe('a line of the trace', () => {
  it('has mark, time, call, arguments and result where there is room', () => {
    expect(shown(put, 160)).toMatch(
      /^M {4}1\.203114160 {2}0x70000016 H_PUT_TCE +liobn=0x70000016 ioba=0x0800000000120000 tce=0x000000003f4e0003 rw +ok$/,
    );
  });

  it.each([132, 118, 108, 90, 60])('never runs over %d columns', (columns) => {
    expect(shown(put, columns).length).toBeLessThanOrEqual(columns);
  });

  it('loses the names of well-known arguments before their values, and never its result', () => {
    expect(shown(put, 110)).toMatch(/0x70000016 0x0800000000120000 0x000000003f4e0003 rw +ok$/);
    expect(shown(put, 90)).toMatch(/… ok$/);
  });

  it('keeps the names of arguments that nobody knows by heart', () => {
    const figures: TraceEvent = {
      kind: 'io-figures',
      seq: 9,
      timeNs: 0,
      cause: 3,
      id: 'vf0',
      fn: '0103:01:00.0',
      requests: 1000,
      bytes: 65_536_000,
      maps: 1000,
      unmaps: 1000,
      hcalls: 2000,
      failures: 0,
      peakTces: 32,
      durationNs: 5_000_000,
      corrupted: 0,
    };
    expect(shown(figures, 100)).toContain('requests=1,000');
  });

  it('is not touched when it fits', () => {
    const parts = formatParts(put);
    expect(fitParts(parts, 400, 'known')).toBe(parts);
  });

  it('dims leading zeros and nothing else', () => {
    expect(lineOf({ event: put }, NO_NAMES, 160).text).toContain('\x1b[90m0x00000000\x1b[0m3f4e0003');
    expect(lineOf({ event: put }, NO_NAMES, 160).text).toContain('\x1b[90m0x0\x1b[0m800000000120000');
  });

  it('says errors by letter and colour', () => {
    const refused = lineOf({ event: { ...put, ret: -4 } }, NO_NAMES, 160).text;
    expect(refused.startsWith('\x1b[1;7;31mE\x1b[0m ')).toBe(true);
    expect(plain(refused)).toMatch(/H_PARAMETER$/);
  });
});

it('a fold says how many and up to where', () => {
  const line = lineOf({ folded: 1021, last: put, again: true }, NO_NAMES, 160);
  expect(plain(line.text)).toBe('  … 1,021 more like it, up to ioba 0x0800000000120000; each is in the log');
  expect(line.again).toBe(true);
});

it('sampling is said in place', () => {
  expect(plain(gapLine(41_204, 7, 160).text)).toBe(
    ' … 41,204 events not drawn (sampling), from #7 on; all are in the log … ',
  );
});

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { conformCalls } from './calls.ts';
import { reportLines, statusOf } from './report.ts';

const FIXTURES = new URL('../../../core/firmware/fixtures/', import.meta.url);
const SHARED = new URL('../../../../shared/oracle/calls/', import.meta.url);
const fixture = (name: string): string => gunzipSync(readFileSync(new URL(name, FIXTURES))).toString('utf8');

function linesFor(name: string, text: string): readonly string[] {
  const report = conformCalls(name, text);
  return report.ok ? reportLines(report.value) : [report.error.message];
}

describe('recorded calls on QEMU', () => {
  it('of a bare-metal program on eight machines are answered exactly', () => {
    expect(linesFor('public-1', fixture('public-1.jsonl.gz'))).toEqual([
      'OK public-1 3331/3331  [rtas 835/835, hcall 2325/2325, hash 138/138, load 33/33]',
    ]);
  });

  it('with DMA of a device leave guest memory as recorded', () => {
    expect(linesFor('public-dma-1', fixture('public-dma-1.jsonl.gz'))).toEqual([
      'OK public-dma-1 1931/1931  [rtas 205/205, hcall 1027/1027, memhash 699/699]',
    ]);
  });
});

describe('a recording that was altered', () => {
  const lines = fixture('public-1.jsonl.gz').split('\n').slice(0, 40);

  it.each([
    ['a status', /"r":\["0xfffffffffffffffc"/, '"r":["0x0"', 'hcall'],
    ['a return cell', /"rets":\[0,/, '"rets":[4294967293,', 'rtas'],
  ])('in %s is seen', (_what, from, to, part) => {
    const at = lines.findIndex((line) => from.test(line));
    const altered = lines.map((line, i) => (i === at ? line.replace(from, to) : line)).join('\n');
    const report = conformCalls('altered', altered);
    expect(report.ok && statusOf(report.value)).toBe('DIFF');
    expect(report.ok && report.value.parts.find((p) => p.status === 'DIFF')).toMatchObject({
      part,
      firstDifference: { at: expect.stringContaining(`line ${at + 1}:`) },
    });
  });
});

describe('input that is no recording of calls', () => {
  const boot = fixture('public-1.jsonl.gz').split('\n')[0]!;

  it.each([
    ['not JSON', 'hello', 'x line 1 is not JSON.'],
    ['no boot line', '', 'x has no boot line: it is no recording of calls.'],
    ['a call before boot', '{"op":"hcall"}', 'x line 1 comes before any boot line.'],
    ['an unknown operation', `${boot}\n{"op":"jump"}`, 'x line 2 has an operation that is not known: jump.'],
    ['a missing result', `${boot}\n{"op":"hcall","a":["0x20"]}`, 'x line 2.r must be a list.'],
    ['an odd register', `${boot}\n{"op":"hcall","a":["0xg"],"r":[]}`, 'x line 2.a: "0xg" is no hex number.'],
    [
      'an odd memory size',
      boot.replace('"ram":"512M"', '"ram":"much"'),
      'x line 1: "much" is no memory size such as 512M.',
    ],
    [
      'DMA without a device',
      `${boot}\n{"op":"dma","dir":"read","ioba":"0x0","len":1,"off":0}`,
      'x line 2 does DMA, but the machine has no edu device.',
    ],
  ])('%s is told in one sentence', (_what, text, message) => {
    const report = conformCalls('x', text);
    expect(report.ok ? 'accepted' : report.error.message).toBe(message);
  });
});

const shared = existsSync(SHARED) ? readdirSync(SHARED).filter((name) => name.endsWith('.jsonl')) : [];
describe.runIf(shared.length > 0)('every recording of calls in the whole folder', () => {
  it.each(shared)('%s is answered exactly', (name) => {
    expect(linesFor(name, readFileSync(new URL(name, SHARED), 'utf8'))).toEqual([
      expect.stringMatching(/^OK /),
    ]);
  });
});

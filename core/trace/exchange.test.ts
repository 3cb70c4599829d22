import { expect, it } from 'vitest';
import { u64 } from '../base/u64.ts';
import { ftraceLines } from '../interop/ftrace.ts';
import { csvLines } from '../interop/csv.ts';
import { qemuLines } from '../interop/qemu/export.ts';
import { compileFilter } from './filter/compile.ts';
import { explain } from './explain.ts';
import { formatLine } from './format.ts';
import { TraceLog } from './log.ts';

function log(): TraceLog {
  const made = new TraceLog({ nowNs: 0 });
  made.emit({
    kind: 'tce-exchange',
    liobn: 0x8000_0000,
    ioba: u64(0x10000n),
    count: 3,
    before: [
      { first: u64(0n), count: 2 },
      { first: u64(0x9000_3003n), count: 1 },
    ],
    after: [{ first: u64(0x4000_0003n), count: 3 }],
  });
  return made;
}

it('a range of exchanges is told as one line, and explained with what it cost', () => {
  const event = log().event(0);
  expect(formatLine(event)).toContain('H_GET_TCE+H_PUT_TCE');
  expect(formatLine(event)).toContain('written=0x0000000040000003×3');
  expect(explain(event)).toContain('3 H_GET_TCE and as many H_PUT_TCE');
});

it('tools that know single calls get them: each entry read, then written', () => {
  const ftrace = [...ftraceLines(log())].filter((line) => line.includes('hcall_entry'));
  expect(ftrace.map((line) => /opcode=(\d+)/.exec(line)?.[1])).toEqual(['28', '32', '28', '32', '28', '32']);
  const qemu = [...qemuLines(log())].map((line) =>
    /spapr_iommu_pci_(\w+).*tce=(0x[0-9a-f]+)/.exec(line)?.slice(1),
  );
  expect(qemu).toEqual([
    ['get', '0x0'],
    ['put', '0x40000003'],
    ['get', '0x0'],
    ['put', '0x40001003'],
    ['get', '0x90003003'],
    ['put', '0x40002003'],
  ]);
  expect([...csvLines(log())].at(-1)).toContain('0x0000000000010000,0x0000000040000003,rw,3');
});

it.each([
  ['is:map', true],
  ['kind == tce-exchange', true],
  ['count >= 3', true],
  ['liobn == 0x80000000 and ioba == 0x10000', true],
  ['ret != 0', false],
])('the filter %s finds it: %s', (text, finds) => {
  const filter = compileFilter(text);
  if (!filter.ok) throw new Error(filter.error.message);
  expect(filter.value.test(log(), 0)).toBe(finds);
});

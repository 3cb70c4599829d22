import { describe, expect, it } from 'vitest';
import { WindowsFold } from '../../projection/windows.ts';
import { qemuLines } from './export.ts';
import { QemuImport } from './import.ts';
import type { Imported } from './import.ts';
import { parseQemuLine, qemuLine } from './lines.ts';

const read = (...lines: readonly string[]): Imported => {
  const reader = new QemuImport();
  for (const line of lines) reader.line(line);
  return reader.finish();
};

const QUERY =
  'spapr_iommu_ddw_query buid=0x800000020000000 addr=0x800, 1 windows available, max window size=0x80000000, mask=0x7';
const CREATE =
  'spapr_iommu_ddw_create buid=0x800000020000000 addr=0x800, page size=0x10000, requested=0x80000000, start addr=0x800000000000000, liobn=0x80000001';

/** A machine that boots with 2 GiB in 64K pages, maps a list and a page, and takes the page back. */
const LOG = [
  '77@1690000000.000100:spapr_iommu_pci_stuff liobn=0x80000000 ioba=0x200000 tcevalue=0x0 npages=512 ret=0',
  `77@1690000000.000200:${QUERY}`,
  `77@1690000000.000300:${CREATE}`,
  '77@1690000000.000400:spapr_iommu_pci_indirect liobn=0x80000001 ioba=0x800000000000000 tcelist=0x1f340000 iobaN=0x1ff tceN=0x1ff0003 ret=0',
  '77@1690000000.000500:spapr_iommu_pci_put liobn=0x80000001 ioba=0x800000002000000 tce=0x3f4e0001 ret=0',
  '77@1690000000.000600:spapr_iommu_pci_put liobn=0x80000001 ioba=0x800000002000000 tce=0x0 ret=0',
];

describe('a line of QEMU’s log', () => {
  it.each([
    'spapr_iommu_pci_put liobn=0x80000000 ioba=0x1000 tce=0x3f4e0003 ret=-4',
    'spapr_iommu_get liobn=0x71000001 ioba=0x0 ret=0 tce=0x3',
    'spapr_iommu_pci_indirect liobn=0x80000001 ioba=0x800000000000000 tcelist=0x1f340000 iobaN=0x1ff tceN=0x1ff0003 ret=0',
    'spapr_iommu_pci_stuff liobn=0x80000001 ioba=0x800000002000000 tcevalue=0x0 npages=512 ret=0',
    QUERY,
    CREATE,
    'spapr_iommu_ddw_remove liobn=0x80000001',
    'spapr_iommu_ddw_reset buid=0x800000020000000 addr=0x0',
  ])('is written again as it was read: %s', (line) => {
    const parsed = parseQemuLine(line);
    expect(parsed === undefined || parsed === 'silent' ? '' : qemuLine(parsed.trace)).toBe(line);
  });

  it.each([
    ['', undefined],
    ['hello', undefined],
    ['spapr_iommu_pci_put liobn=0x80000000 ioba=0x1000', undefined],
    ['spapr_iommu_pci_put liobn=0x80000000 ioba=0x11112222333344445 tce=0x3 ret=0', undefined],
    ['spapr_iommu_new_table liobn=0x80000000 table=0x7f00 fd=-1', 'silent'],
  ])('is told from others: %s', (line, expected) => expect(parseQemuLine(line)).toBe(expected));
});

describe('a QEMU log', () => {
  it('gives the calls with their lists and places put right', () => {
    const { log, report } = read(...LOG);
    const calls = [...log.events()].filter((event) => event.kind === 'tce-hcall');
    expect(calls).toMatchObject([
      { liobn: 0x8000_0000, ioba: 0n, count: 512, ret: 0 },
      { ioba: 1n << 59n, runs: [{ first: 3n, count: 512 }] },
      { ioba: 0x0800_0000_0200_0000n, tce: 0x3f4e_0001n },
      { ioba: 0x0800_0000_0200_0000n, tce: 0n },
    ]);
    expect(calls.map((event) => event.timeNs)).toEqual([0, 300_000, 400_000, 500_000]);
    expect(report).toMatchObject({ lines: 6, skipped: 0, contradictions: [] });
  });

  it('tells which windows were seen being made, and which are inferred', () => {
    expect(read(...LOG).report.windows).toEqual([
      { liobn: 0x8000_0000, how: 'inferred' },
      { liobn: 0x8000_0001, how: 'observed' },
    ]);
  });

  it('fills the windows as the machine did', () => {
    const { log } = read(...LOG);
    const fold = new WindowsFold();
    fold.feed(log, 0, log.length);
    expect(fold.value.map(({ window, usedTces, peakTces }) => [window.liobn, usedTces, peakTces])).toEqual([
      [0x8000_0000, 0, 0],
      [0x8000_0001, 512, 513],
    ]);
  });

  it('finds the page size of a window made before the log began from the numbers of its lists', () => {
    const { report, log } = read(
      'spapr_iommu_pci_indirect liobn=0x80000001 ioba=0x800000020000000 tcelist=0x1f340000 iobaN=0x2002 tceN=0x3 ret=0',
    );
    expect(report.windows).toEqual([{ liobn: 0x8000_0001, how: 'inferred' }]);
    expect(log.event(0)).toMatchObject({ window: { pageShift: 16 } });
  });

  it('brings the default window back after a reset, and after the last remove without a call', () => {
    const { log } = read(
      CREATE,
      'spapr_iommu_ddw_remove liobn=0x80000001',
      'spapr_iommu_ddw_reset buid=0x800000020000000 addr=0x0',
      'spapr_iommu_ddw_reset buid=0x800000020000000 addr=0x800',
    );
    const seen = [...log.events()].map((event) => (event.kind === 'rtas' ? event.name : event.kind));
    expect(seen).toEqual([
      'ibm,create-pe-dma-window',
      'window-created',
      'ibm,remove-pe-dma-window',
      'window-removed',
      'window-restored',
      'ibm,reset-pe-dma-window',
      'window-removed',
      'window-restored',
    ]);
  });

  it('says what cannot be: a call that succeeds outside its window, two windows at one place', () => {
    const { report } = read(
      CREATE,
      CREATE.replace('liobn=0x80000001', 'liobn=0x80000002'),
      'spapr_iommu_pci_put liobn=0x80000001 ioba=0x800000100000000 tce=0x3 ret=0',
    );
    expect(report.contradictions).toEqual([
      { text: 'two windows of a PE lie at one place', times: 1, line: 2 },
      { text: 'a call succeeded at a bus address outside its window', times: 1, line: 3 },
    ]);
  });

  it('counts the lines that are none of its own, and shows the first', () => {
    const { report } = read('char device redirected to /dev/pts/3', ...LOG, 'garbage');
    expect(report).toMatchObject({ skipped: 2, skippedLines: [{ line: 1 }, { line: 8, text: 'garbage' }] });
  });

  it('of a failed create has the status and no window', () => {
    const { log } = read(CREATE.replace('0x800000000000000', '0xbaadf00d'));
    expect([...log.events()]).toMatchObject([{ kind: 'rtas', rets: [-1, 0, 0, 0] }]);
  });
});

describe('a trace written as a QEMU log and read again', () => {
  it('is the same trace', () => {
    const { log } = read(...LOG);
    const lines = [...qemuLines(log)];
    const again = read(...lines).log;
    expect([...again.events()].map(({ timeNs: _, ...event }) => event)).toEqual(
      [...log.events()].map(({ timeNs: _, ...event }) => event),
    );
    expect(lines[3]).toContain('iobaN=0x1ff tceN=0x1ff0003 ret=0');
  });
});

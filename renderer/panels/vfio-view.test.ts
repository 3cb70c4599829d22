import { describe, expect, it } from 'vitest';
import type { VfioSheet, VfioSheetCell } from '../../electron/ipc-contract.ts';
import { hugePagesOf, moved, pageName, rowsOf, shortCall, tallyOf, weakest } from './vfio-view.ts';
import { answerWords, cellWords, storyOf } from './vfio-words.ts';

const MIB = 2 ** 20;
const refused = { call: 'VFIO_SET_IOMMU', ret: -1, errno: '-EPERM', why: 'this kernel lends nothing' };

const cell = (kernel: string, pageBytes: number, more: Partial<VfioSheetCell> = {}): VfioSheetCell => ({
  kernel,
  generation: 'G',
  platform: 0,
  pageBytes,
  app: 'v2',
  outcome: 'works',
  failed: null,
  ioPageBytes: pageBytes,
  tces: 512,
  hcalls: 1024,
  ns: 2000,
  windows: 2,
  start: '0x800000000000000',
  lines: [],
  facts: [],
  ...more,
});

const fails = (kernel: string, pageBytes: number): VfioSheetCell =>
  cell(kernel, pageBytes, { outcome: 'fails', failed: refused, ioPageBytes: 0, tces: 0, hcalls: 0, ns: 0 });

const row = (kernel: string, goes: boolean): readonly VfioSheetCell[] =>
  [65_536, 2 * MIB].map((size) => (goes ? cell(kernel, size) : fails(kernel, size)));

const sheetOf = (cells: readonly VfioSheetCell[]): VfioSheet => ({
  bytes: 2 ** 30,
  driverFirst: false,
  platforms: [],
  facts: [],
  cells,
});

describe('the matrix as rows', () => {
  const sheet = sheetOf([
    ...row('5.17', true),
    ...row('6.1', false),
    ...row('6.6', false),
    ...row('6.12', true),
    { ...fails('6.12', 65_536), app: 'v1' },
    { ...fails('6.12', 65_536), platform: 1 },
  ]);

  it('has neighbours that fare alike in one row, told by the newest', () => {
    const rows = rowsOf(sheet, 0, 'v2', true);
    expect(rows.map(({ kernels }) => kernels)).toEqual([['5.17'], ['6.1', '6.6'], ['6.12']]);
    expect(rows[1]?.cells.map(({ kernel }) => kernel)).toEqual(['6.6', '6.6']);
  });

  it('has each kernel alone when that is wanted, of one program and platform', () => {
    expect(rowsOf(sheet, 0, 'v2', false)).toHaveLength(4);
    expect(rowsOf(sheet, 0, 'v1', false)).toHaveLength(1);
    expect(rowsOf(sheet, 7, 'v2', true)).toEqual([]);
  });

  it('counts a figure that differs as another row', () => {
    const [a, b] = [cell('1', MIB), cell('2', MIB, { hcalls: 1025 })];
    expect(rowsOf(sheetOf([a, b]), 0, 'v2', true)).toHaveLength(2);
    expect(rowsOf(sheetOf([a, { ...b, hcalls: 1024, ns: 9 }]), 0, 'v2', true)).toHaveLength(1);
  });

  it('tells which huge pages go, with a gap between kernels as a gap', () => {
    const rows = rowsOf(sheet, 0, 'v2', true);
    expect(hugePagesOf(rows)).toEqual([
      {
        pageBytes: 2 * MIB,
        outcome: 'works',
        spans: [
          ['5.17', '5.17'],
          ['6.12', '6.12'],
        ],
      },
    ]);
    expect(answerWords(rows)).toBe('Yes, here: 2M pages with Linux 5.17, 6.12.');
  });

  it('says why not where no huge page goes, and not that the base page does', () => {
    const rows = rowsOf(sheetOf([cell('6.12', 65_536), fails('6.12', 2 * MIB)]), 0, 'v2', true);
    expect(hugePagesOf(rows)).toEqual([]);
    expect(answerWords(rows)).toBe(
      'No, not here, with any of these kernels. The newest: This kernel lends nothing.',
    );
  });

  it('counts outcomes', () => {
    expect(tallyOf(sheet.cells)).toEqual({ works: 4, costs: 0, fails: 6 });
  });
});

describe('a cell in words', () => {
  it.each([
    [cell('6.12', 2 * MIB), 'works', ['1 TCE of 2M']],
    [
      cell('6.12', 16 * MIB, { outcome: 'costs', ioPageBytes: 65_536, tces: 16_384 }),
      'at a cost',
      ['16,384 TCEs of 64K'],
    ],
    [fails('6.6', MIB), 'fails', ['SET_IOMMU', '-EPERM']],
    [
      { ...fails('6.6', MIB), failed: { ...refused, ret: 0, errno: '0' } },
      'fails',
      ['SET_IOMMU', 'unusable'],
    ],
    [
      { ...fails('6.6', MIB), failed: { call: 'kernel', ret: 0, errno: 'Oops', why: 'x' } },
      'fails',
      ['kernel', 'Oops'],
    ],
  ])('%# says its outcome and what counts', (one, word, figure) => {
    expect(cellWords(one)).toEqual({ word, figure });
  });

  it.each([
    [
      cell('6.12', 16 * MIB, { outcome: 'costs', ioPageBytes: 65_536, tces: 16_384, hcalls: 33_824 }),
      [
        'It works at a cost: each page takes 256 TCEs of 64 KiB, 16,384 in all.',
        'For 1 GiB of memory: 33,824 TCE hcalls and 2.0 µs of virtual time.',
        'The partition then has 2 windows; the memory begins at bus address 0x800000000000000.',
      ],
    ],
    [fails('6.6', MIB), ['It fails at VFIO_SET_IOMMU with -EPERM (-1).', 'This kernel lends nothing.']],
    [
      {
        ...fails('6.6', MIB),
        failed: { call: 'kernel', ret: 0, errno: 'Oops', why: 'a NULL pointer' },
        hcalls: 3,
      },
      ['The kernel dies (Oops).', 'A NULL pointer.', 'Until then 3 TCE hcalls and 0 s of virtual time.'],
    ],
  ])('%# tells its story', (one, story) => {
    expect(storyOf(one, 2 ** 30)).toEqual(story);
  });

  it('maps at least one whole page', () => {
    expect(storyOf(cell('6.12', 16 * 2 ** 30), 2 ** 30)[1]).toContain('For 16 GiB of memory');
  });
});

describe('a grid of 3 by 6', () => {
  const extent = { rows: 3, columns: 6 };
  it.each([
    ['ArrowRight', false, 1, 3],
    ['ArrowLeft', false, 1, 1],
    ['ArrowUp', false, 0, 2],
    ['ArrowDown', false, 2, 2],
    ['Home', false, 1, 0],
    ['End', false, 1, 5],
    ['Home', true, 0, 0],
    ['End', true, 2, 5],
    ['PageUp', false, 0, 2],
    ['PageDown', false, 2, 2],
  ])('%s (Ctrl %s) leads to %i, %i', (key, ctrlKey, row, column) => {
    expect(moved({ row: 1, column: 2 }, { key, ctrlKey }, extent)).toEqual({ row, column });
  });

  it('ends at its edges, and leaves other keys alone', () => {
    expect(moved({ row: 2, column: 5 }, { key: 'ArrowRight', ctrlKey: false }, extent)).toEqual({
      row: 2,
      column: 5,
    });
    expect(moved({ row: 2, column: 5 }, { key: 'x', ctrlKey: false }, extent)).toBeUndefined();
  });
});

describe('names', () => {
  it.each([
    [4096, '4K'],
    [65_536, '64K'],
    [2 * MIB, '2M'],
    [2 ** 34, '16G'],
    [100, '100'],
  ])('a page of %i bytes is called %s', (bytes, name) => {
    expect(pageName(bytes)).toBe(name);
  });

  it('of calls lose what all of them begin with', () => {
    expect(shortCall('VFIO_IOMMU_SPAPR_TCE_CREATE')).toBe('CREATE');
    expect(shortCall('VFIO_IOMMU_MAP_DMA')).toBe('MAP_DMA');
    expect(shortCall('mmap')).toBe('mmap');
  });

  it('an outcome is as sure as its least sure fact', () => {
    expect(weakest(['verified', 'assumed', 'documented'])).toBe('assumed');
    expect(weakest(['verified', 'observed'])).toBe('observed');
  });
});

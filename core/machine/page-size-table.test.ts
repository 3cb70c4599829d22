import { describe, expect, it } from 'vitest';
import { PROFILES } from '../firmware/profiles/index.ts';
import type { PageSizeRow } from '../firmware/profiles/page-sizes.ts';
import { KERNELS } from '../guest/linux/kernels/index.ts';
import { pageSizeReport } from './page-size-table.ts';

const GIB = 2 ** 30;
const TIB = 2 ** 40;
const report = pageSizeReport();

function row(profile: string, slotClass: string): PageSizeRow {
  const found = report.firmware.find((r) => r.profile === profile && r.slotClass === slotClass);
  if (found === undefined) throw new Error(`no row ${profile} ${slotClass}`);
  return found;
}

describe('the I/O page sizes of firmware and processor', () => {
  it.each([
    ['powervm-p8', 'dedicated', { '4K': 64 * GIB, '64K': TIB }, 'assumed'],
    ['powervm-p9', 'dedicated', { '4K': 64 * GIB, '64K': TIB }, 'observed'],
    ['powervm-p9', 'sriov-vf', { '4K': 16 * GIB, '64K': 256 * GIB }, 'observed'],
    ['powervm-p9', 'dedicated-hddw', { '4K': 256 * GIB, '64K': 4 * TIB }, 'observed'],
    ['powervm-p10', 'dedicated', { '4K': 64 * GIB, '64K': TIB, '2M': 32 * TIB }, 'observed'],
    ['powervm-p10', 'sriov-vf', { '4K': 16 * GIB, '64K': 256 * GIB, '2M': 8 * TIB }, 'assumed'],
    ['powervm-p11', 'sriov-vf', { '4K': 16 * GIB, '64K': 256 * GIB, '2M': 8 * TIB }, 'assumed'],
  ])('%s, %s: %j, %s', (profile, slotClass, sizes, grade) => {
    const { pages } = row(profile, slotClass);
    const offered = pages.filter((page) => page.offered);
    expect(Object.fromEntries(offered.map(({ name, directBytes }) => [name, directBytes]))).toEqual(sizes);
    expect(new Set(pages.map((page) => page.grade))).toEqual(new Set([grade]));
  });

  it('has a row for each kind of slot of each platform, and a column for each size that a query can name', () => {
    expect(report.firmware.map((r) => [r.profile, r.slotClass])).toEqual(
      PROFILES.flatMap(({ id, slotClasses }) => slotClasses.map((slotClass) => [id, slotClass.id])),
    );
    for (const { pages } of report.firmware) {
      expect(pages.map(({ name }) => name)).toEqual([
        '4K',
        '64K',
        '2M',
        '16M',
        '32M',
        '64M',
        '128M',
        '256M',
        '16G',
      ]);
    }
  });

  it('gives a VF of PowerVM one window, a slot two', () => {
    expect(row('powervm-p9', 'sriov-vf').windows.value).toBe(1);
    expect(row('powervm-p9', 'dedicated').windows.value).toBe(2);
  });

  it('takes an enlarged block for as sure as the memory that it follows from', () => {
    expect(row('powervm-p9', 'dedicated-hddw').blockTces).toMatchObject({
      value: 0x400_0000,
      grade: 'assumed',
    });
    expect(row('powervm-p9', 'dedicated').blockTces).toMatchObject({ value: 0x100_0000, grade: 'observed' });
  });

  it('follows the profiles: another mask, other pages', () => {
    const [profile] = PROFILES.filter(({ slotClasses }) => slotClasses.some(({ isVf }) => isVf));
    if (profile === undefined) throw new Error('no platform with VFs');
    const slotClasses = profile.slotClasses.map((slotClass) => ({
      ...slotClass,
      values: {
        ...slotClass.values,
        queryPageMask: { value: 0x80, grade: 'verified' as const, source: 'test' },
      },
    }));
    const [first] = pageSizeReport([{ ...profile, slotClasses }]).firmware;
    expect(first?.pages.filter(({ offered }) => offered)).toMatchObject([
      { name: '16G', grade: 'verified', source: 'test' },
    ]);
  });
});

describe('the I/O page sizes of kernels', () => {
  it.each([
    ['5.13', false, 'highest-bit'],
    ['5.15', false, 'highest-bit'],
    ['6.1.176', true, 'largest-shift'],
    ['6.12.107', true, 'largest-shift'],
  ])('%s knows 2M: %s, and takes the %s', (kernel, knows2M, takes) => {
    const found = report.kernels.find((k) => k.kernel === kernel);
    expect(found).toMatchObject({ takes });
    expect(found?.known.includes('2M')).toBe(knows2M);
  });

  it('are all there, each with a reason', () => {
    expect(report.kernels.map(({ kernel }) => kernel)).toEqual(KERNELS.map(({ id }) => id));
    expect(report.kernels.filter(({ source }) => source === '')).toEqual([]);
  });
});

describe('what tells processors apart', () => {
  it('are the values that are not the same on all of them, with grades', () => {
    const [powervm] = report.processors;
    expect(powervm?.profiles).toEqual(['powervm-p8', 'powervm-p9', 'powervm-p10', 'powervm-p11']);
    const stuff = powervm?.differences.find(({ path }) => path === 'tce.stuffLimit');
    expect(stuff?.values.map((cell) => [cell?.value, cell?.grade])).toEqual([
      ['0', 'assumed'],
      ['0', 'assumed'],
      ['512', 'documented'],
      ['512', 'documented'],
    ]);
    const paths = powervm?.differences.map(({ path }) => path);
    const limited = powervm?.differences.find(({ path }) => path === 'ddw.limitedStart');
    expect(limited?.values.map((cell) => cell?.value)).toEqual(['none', 'none', 'none', '0x100000000']);
    expect(paths).not.toContain('slotClasses.sriov-vf.maxWindows');
    // The table of page sizes shows those already.
    expect(paths).not.toContain('slotClasses.sriov-vf.pageShifts');
  });

  it('is nothing where a hypervisor has one', () => {
    expect(report.processors.map(({ hypervisor }) => hypervisor)).toEqual(['PowerVM (pHyp)']);
  });
});

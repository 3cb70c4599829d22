import { describe, expect, it } from 'vitest';
import { ungraded } from '../../base/graded.ts';
import { hex } from '../../base/u64.ts';
import { queryMaskOf } from '../phb-spec.ts';
import { blockTcesOf } from './block.ts';
import { findProfile, findSlotClass, PROFILES, profileValues } from './index.ts';
import type { PlatformProfile, SlotClass } from './profile.ts';

const GIB = 2 ** 30;

function profile(id: string): PlatformProfile {
  const found = findProfile(id);
  if (found === undefined) throw new Error(`no profile ${id}`);
  return found;
}

function slot(id: string, slotClass: string): SlotClass {
  const found = findSlotClass(profile(id), slotClass);
  if (found === undefined) throw new Error(`${id} has no ${slotClass}`);
  return found;
}

describe('the platforms', () => {
  it('are QEMU and PowerVM by generation of its processor', () => {
    expect(PROFILES.map(({ id }) => id)).toEqual([
      'qemu-pseries',
      'powervm-p8',
      'powervm-p9',
      'powervm-p10',
      'powervm-p11',
    ]);
  });

  it.each(PROFILES.map((row) => [row.id, row] as const))('%s tells a story of one sentence', (_id, row) => {
    expect(row.story).toMatch(/^[A-Z][^.!?]{60,160}\.$/);
  });

  it.each(PROFILES.map((row) => [row.id, row] as const))('%s has a reason for each value', (_id, row) => {
    const values = profileValues(row);
    expect(values.length).toBeGreaterThan(60);
    expect(values.filter(({ graded }) => graded.source.length < 4)).toEqual([]);
  });

  it.each([
    ['powervm-p8', 'dedicated', '0x3', 2, '0x800000000000000'],
    ['powervm-p8', 'sriov-vf', '0x3', 1, '0x800000000000000'],
    ['powervm-p9', 'dedicated', '0x3', 2, '0x800000000000000'],
    ['powervm-p9', 'sriov-vf', '0x3', 1, '0x800000000000000'],
    ['powervm-p10', 'dedicated', '0x103', 2, '0x800000000000000'],
    ['powervm-p10', 'dedicated-hddw', '0x103', 2, '0x800000000000000'],
    ['powervm-p10', 'sriov-vf', '0x103', 1, '0x800000000000000'],
    ['powervm-p11', 'dedicated', '0x103', 2, '0x800000000000000'],
    ['powervm-p11', 'sriov-vf', '0x103', 1, '0x800000000000000'],
  ])('%s, %s: page mask %s, %d windows, at %s', (id, slotClass, mask, windows, start) => {
    const values = ungraded(slot(id, slotClass).values);
    expect(hex(values.queryPageMask)).toBe(mask);
    expect(hex(queryMaskOf(values.pageShifts))).toBe(mask);
    expect(values.maxWindows).toBe(windows);
    expect(hex(values.ddwStart)).toBe(start);
    expect(values.defaultSizeBytes).toBe(2 * GIB);
  });

  it('keeps the window of POWER7 as a footnote of POWER8', () => {
    const row = profileValues(profile('powervm-p8')).find(({ path }) => path === 'footnotes.power7DdwStart');
    expect(row?.graded).toMatchObject({ value: 2n ** 52n, grade: 'observed' });
  });

  it('asks for 512 TCEs at most in one H_STUFF_TCE from POWER10 on', () => {
    expect(PROFILES.map(({ tce }) => tce.stuffLimit.value)).toEqual([0, 0, 0, 512, 512]);
  });

  it('has limited addressing on Power11 only, at 4 GB', () => {
    expect(PROFILES.map(({ ddw }) => ddw.limitedStart.value)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      2n ** 32n,
    ]);
  });

  it('calls nothing observed on a generation that was only seen on another', () => {
    const seen = (id: string): string[] =>
      profileValues(profile(id))
        .filter(({ path, graded }) => path.startsWith('slotClasses.sriov-vf') && graded.grade === 'observed')
        .map(({ path }) => path.slice('slotClasses.sriov-vf.'.length));
    expect(seen('powervm-p9')).toContain('blockTces');
    expect(seen('powervm-p10')).toEqual([]);
    expect(seen('powervm-p11')).toEqual([]);
  });
});

describe('the block of a slot', () => {
  it.each([
    ['dedicated', 32, 0x40_0000],
    ['dedicated', 63, 0x40_0000],
    ['dedicated', 64, 0x80_0000],
    ['dedicated', 127, 0x80_0000],
    ['dedicated', 128, 0x100_0000],
    ['dedicated', 4096, 0x100_0000],
    // 32 GiB in 64K pages are 0x80000 TCEs: the normal capacity is more.
    ['dedicated-hddw', 16, 0x40_0000],
    ['dedicated-hddw', 512, 0x100_0000],
    // 4 TiB in 64K pages: the block of a log.
    ['dedicated-hddw', 4096, 0x400_0000],
    ['dedicated-hddw', 5000, 0x800_0000],
    ['sriov-vf', 32, 0x40_0000],
    ['sriov-vf', 4096, 0x40_0000],
  ])('of the kind %s in a system of %d GiB has %d TCEs', (slotClass, installedGiB, tces) => {
    const values = ungraded(slot('powervm-p9', slotClass).values);
    expect(blockTcesOf(values, installedGiB * GIB)).toBe(tces);
  });
});

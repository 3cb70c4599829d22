import { describe, expect, it } from 'vitest';
import { hex } from '../base/u64.ts';
import { WIDE_LIMITS } from './fixtures/machine.ts';
import { pageShiftsOf, peRules, phbNames, phbSpec, queryMaskOf } from './phb-spec.ts';
import { findSlotClass } from './profiles/index.ts';
import { powervmP9 } from './profiles/powervm-p9.ts';
import type { PlatformProfile, SlotClass } from './profiles/profile.ts';
import { qemuPseries } from './profiles/qemu-pseries.ts';

function slot(profile: PlatformProfile, id: string): SlotClass {
  const found = findSlotClass(profile, id);
  if (found === undefined) throw new Error(id);
  return found;
}

const qemuPhb = slot(qemuPseries, 'qemu-phb');
const vf = slot(powervmP9, 'sriov-vf');

describe('the numbers of a PHB', () => {
  it.each([
    ['QEMU, PHB 0', qemuPhb, 0, ['800000020000000', '80000000', '80000001', '0000:00:01.0', 'PHB 0']],
    ['QEMU, PHB 3', qemuPhb, 3, ['800000020000003', '80000300', '80000301', '0003:00:01.0', 'PHB 3']],
    ['a VF', vf, 5, ['800000029004005', '60004005', '70004005', '4005:01:01.0', 'PHB 4165']],
    [
      'a dedicated slot',
      slot(powervmP9, 'dedicated'),
      0x111,
      ['800000020000121', '60000121', '70000121', '0121:01:01.0', 'PHB 289'],
    ],
  ])('%s', (_what, slotClass, index, numbers) => {
    const spec = phbSpec({ slotClass, index, functions: [] });
    const names = phbNames(slotClass, { index });
    const { defaultWindow, ddwLiobn } = spec.pe;
    expect([spec.buid, defaultWindow.liobn, ddwLiobn].map((n) => hex(n).slice(2))).toEqual(
      numbers.slice(0, 3),
    );
    expect([names.functionAddress(1), names.drcName]).toEqual(numbers.slice(3));
  });

  it('follow the adapter of a VF: port 27008005 of the second one is PHB 4229', () => {
    const names = phbNames(vf, { index: 5, adapter: 2 });
    expect([names.functionAddress(0), names.drcName]).toEqual(['8005:01:00.0', 'PHB 4229']);
  });
});

describe('page sizes', () => {
  it.each([
    ['0x1211000', [12, 16, 21, 24], 0x107],
    ['0x1000', [12], 1],
    ['0x41f211000', [12, 16, 21, 24, 25, 26, 27, 28, 34], 0x1ff],
    ['0x40001000', [12, 30], 1],
    ['0x0', [], 0],
  ])('of pgsz %s', (pgsz, shifts, mask) => {
    expect([pageShiftsOf(BigInt(pgsz)), queryMaskOf(pageShiftsOf(BigInt(pgsz)))]).toEqual([shifts, mask]);
  });
});

describe('a machine’s options and limits', () => {
  const qemu = {
    pgsz: '0x11000',
    ddw: false,
    dmaWinAddr: '0x80000000',
    dmaWinSize: '0x20000000',
    dma64WinAddr: '0x10000000000',
  };

  it('of QEMU replace the profile’s values', () => {
    expect(peRules({ slotClass: qemuPhb, index: 0, qemu })).toMatchObject({
      ddw: false,
      defaultWindow: { start: 0x8000_0000n, sizeBytes: 0x2000_0000, pageShift: 12 },
      ddwStart: 0x100_0000_0000n,
      pageShifts: [12, 16],
      queryPageMask: 3,
      blockEnforced: false,
    });
  });

  it('of a recording lie over both', () => {
    const limits = { ...WIDE_LIMITS, maxWindows: 1, blockTces: 0x4000, pageMask: 3, minTces: 64 };
    expect(peRules({ slotClass: qemuPhb, index: 0, qemu, limits })).toMatchObject({
      maxWindows: 1,
      blockTces: 0x4000,
      blockEnforced: true,
      minTces: 64,
      queryPageMask: 3,
      ddwStart: 0x0800_0000_0000_0000n,
    });
  });
});

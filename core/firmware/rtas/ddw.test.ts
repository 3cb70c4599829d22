import { describe, expect, it } from 'vitest';
import { H_GET_TCE, H_PUT_TCE } from '../../abi/papr/hcall.ts';
import { cellsOf, DDW_START, TestMachine, WIDE_LIMITS } from '../fixtures/machine.ts';
import type { FirmwareLimits } from '../limits.ts';
import type { QemuPhbOptions } from '../phb-spec.ts';
import { powervmP9 } from '../profiles/powervm-p9.ts';
import { qemuPseries } from '../profiles/qemu-pseries.ts';

const STOCK: QemuPhbOptions = {
  pgsz: '0x1211000',
  ddw: true,
  dmaWinAddr: '0x0',
  dmaWinSize: '0x40000000',
  dma64WinAddr: '0x800000000000000',
};
const qemu = (options: Partial<QemuPhbOptions> = {}): TestMachine =>
  new TestMachine({ profile: qemuPseries, slotClass: 'qemu-phb', qemu: { ...STOCK, ...options }, pes: 2 });
const limited = (limits: Partial<FirmwareLimits>): TestMachine =>
  new TestMachine({ profile: qemuPseries, slotClass: 'qemu-phb', limits: { ...WIDE_LIMITS, ...limits } });
const vf = (): TestMachine => new TestMachine({ profile: powervmP9, slotClass: 'sriov-vf' });
const dedicated = (): TestMachine => new TestMachine({ profile: powervmP9, slotClass: 'dedicated' });

const L0 = 0x8000_0000;
const L1 = 0x8000_0001;
const [WHI, WLO] = [0x0800_0000, 0];
const CREATED = [0, L1, WHI, WLO];

/** Windows as text: LIOBN, start, page shift, entries, D for the default one. */
function windows(machine: TestMachine): readonly string[] {
  return machine.firmware
    .windows()
    .filter((window) => window.buid === machine.pe.buid)
    .map((w) =>
      [
        w.liobn.toString(16),
        w.start.toString(16),
        w.pageShift,
        w.entries.toString(16),
        w.isDefault ? 'D' : '',
      ].join(' '),
    );
}

const DEFAULT = '80000000 0 12 40000 D';

describe('ibm,query-pe-dma-window', () => {
  it.each([
    ['QEMU, 5 outputs', () => qemu(), 5, [0, 1, 0x8000_0000, 0x107, 0]],
    ['QEMU, 6 outputs', () => qemu(), 6, [0, 1, 0x20, 0, 0x107, 0]],
    ['QEMU with 4K pages only', () => qemu({ pgsz: '0x1000' }), 6, [0, 1, 0x20, 0, 1, 0]],
    ['QEMU with all pages', () => qemu({ pgsz: '0x41f211000' }), 5, [0, 1, 0x8000_0000, 0x1ff, 0]],
    ['QEMU with a size that has no bit', () => qemu({ pgsz: '0x40001000' }), 5, [0, 1, 0x8000_0000, 1, 0]],
    ['a POWER9 VF', vf, 6, [0, 0, 0, 0x40_0000, 3, 3]],
    ['a POWER9 VF, 5 outputs', vf, 5, [0, 0, 0x40_0000, 3, 3]],
    ['a dedicated POWER9 slot', dedicated, 6, [0, 1, 0, 0x100_0000, 3, 3]],
    ['a block beyond 32 bits, cut', () => limited({ blockTces: 2 ** 33 + 5 }), 5, [0, 1, 5, 0x107, 0]],
    ['a block beyond 32 bits', () => limited({ blockTces: 2 ** 33 + 5 }), 6, [0, 1, 2, 5, 0x107, 0]],
    [
      'a block that the default window lessens',
      () => limited({ blockTces: 0x5_0000, blockSharedWithDefault: false }),
      6,
      [0, 1, 0, 0x1_0000, 0x107, 0],
    ],
  ])('%s', (_what, make, nret, answer) => expect(make().query(nret)).toEqual(answer));

  it.each([
    ['PowerVM', vf, [-3, 0, 0, 0, 0, 0]],
    ['QEMU', () => qemu(), [0, 1, 0x20, 0, 0x107, 0]],
  ] as const)('for a function that the PE does not have: %s', (_, make, answer) => {
    const machine = make();
    const [, hi = 0, lo = 0] = cellsOf(machine.pe);
    expect(machine.rtas('ibm,query-pe-dma-window', [0xb0_0000, hi, lo], 6)).toEqual(answer);
  });

  it.each([
    ['4 outputs', (m: TestMachine) => m.query(4)],
    ['7 outputs', (m: TestMachine) => m.query(7)],
    ['2 inputs', (m: TestMachine) => m.rtas('ibm,query-pe-dma-window', [0, WHI], 5)],
    ['an unknown BUID', (m: TestMachine) => m.rtas('ibm,query-pe-dma-window', [0, WHI, 0x2000_0009], 5)],
  ])('with %s is refused', (_what, call) => {
    const [status, ...outs] = call(qemu());
    expect([status, outs.every((cell) => cell === 0)]).toEqual([-3, true]);
  });

  it('looks at no configuration address', () => {
    expect(qemu().rtas('ibm,query-pe-dma-window', [0x12_3456, WHI, 0x2000_0000], 5)[0]).toBe(0);
  });
});

describe('ibm,create-pe-dma-window', () => {
  it.each([
    ['64K pages, 2^35 bytes', 16, 35, CREATED],
    ['one page', 16, 16, CREATED],
    ['2^31 TCEs', 12, 43, CREATED],
    ['2^32 TCEs', 12, 44, [-1, 0, 0, 0]],
    ['a window smaller than its page', 16, 15, [-3, 0, 0, 0]],
    ['a page size that is not offered', 13, 30, [-3, 0, 0, 0]],
    ['16G pages, not offered', 34, 40, [-3, 0, 0, 0]],
    ['an absurd page shift', 76, 80, [-3, 0, 0, 0]],
    ['page shift 0', 0, 30, [-3, 0, 0, 0]],
  ])('QEMU: %s', (_what, pageShift, windowShift, answer) => {
    expect(qemu().create(pageShift, windowShift)).toEqual(answer);
  });

  it.each([
    ['4 inputs', [...cellsOf(qemu().pe), 16], 4],
    ['6 inputs', [...cellsOf(qemu().pe), 16, 30, 0], 4],
    ['3 outputs', [...cellsOf(qemu().pe), 16, 30], 3],
    ['5 outputs', [...cellsOf(qemu().pe), 16, 30], 5],
    ['an unknown BUID', [0, WHI, 0x2000_0009, 16, 30], 4],
  ])('with %s is refused', (_what, args, nret) => {
    expect(qemu().rtas('ibm,create-pe-dma-window', args, nret)[0]).toBe(-3);
  });

  it('with no window left answers -1 on QEMU, but -3 first to a bad page size', () => {
    const machine = qemu();
    machine.create(16, 35);
    expect([machine.create(16, 35)[0], machine.create(13, 35)[0]]).toEqual([-1, -3]);
  });

  it('accepts a size without a query bit if the PHB has it', () => {
    expect(qemu({ pgsz: '0x40001000' }).create(30, 40)).toEqual(CREATED);
  });

  it('starts where dma64_win_addr says', () => {
    expect(qemu({ dma64WinAddr: '0x100000000' }).create(16, 30)).toEqual([0, L1, 1, 0]);
  });

  it('of one PE leaves others alone', () => {
    const machine = qemu();
    const [, other] = machine.pes;
    expect(machine.create(16, 30, other)).toEqual([0, 0x8000_0101, WHI, WLO]);
    expect(windows(machine)).toEqual([DEFAULT]);
  });

  it('makes a table that is empty, whatever was in the one before', () => {
    const machine = qemu();
    machine.create(16, 30);
    machine.hcall(H_PUT_TCE, L1, DDW_START, 0x5_0003);
    machine.remove(L1);
    machine.create(16, 30);
    expect([machine.hcall(H_GET_TCE, L1, DDW_START), machine.r4]).toEqual([0, 0n]);
  });
});

describe('every DDW call of a PHB without DDW', () => {
  it('is refused, and its default window works on', () => {
    const machine = qemu({ ddw: false });
    expect([machine.query()[0], machine.create(16, 30)[0], machine.remove(L0), machine.reset()]).toEqual([
      -3, -3, -3, -3,
    ]);
    expect(machine.hcall(H_PUT_TCE, L0, 0, 0x5003)).toBe(0);
  });
});

describe('ibm,remove-pe-dma-window', () => {
  it.each([
    ['an unknown LIOBN', [0x1234], 1],
    ['a window that is not there', [L1], 1],
    ['2 inputs', [L0, 0], 1],
    ['2 outputs', [L0], 2],
  ])('of %s is refused', (_what, args, nret) => {
    expect(qemu().rtas('ibm,remove-pe-dma-window', args, nret)[0]).toBe(-3);
  });
});

describe('ibm,reset-pe-dma-windows', () => {
  it('leaves the default window alone and empty', () => {
    const machine = qemu();
    machine.create(16, 35);
    machine.hcall(H_PUT_TCE, L0, 0x2000, 0x5003);
    expect([machine.reset(), windows(machine)]).toEqual([0, [DEFAULT]]);
    expect([machine.hcall(H_GET_TCE, L0, 0x2000), machine.r4]).toEqual([0, 0n]);
  });

  it.each([
    ['a fourth input', [0, WHI, 0x2000_0000, 1], 1],
    ['2 inputs', [0, WHI], 1],
    ['2 outputs', [0, WHI, 0x2000_0000], 2],
    ['an unknown BUID', [0, WHI, 0x2000_0009], 1],
  ])('with %s is refused by QEMU', (_what, args, nret) => {
    expect(qemu().rtas('ibm,reset-pe-dma-window', args, nret)[0]).toBe(-3);
  });
});

/** Steps: c shift,shift = create; r liobn = remove; x = reset; each with its status. */
function statuses(machine: TestMachine, steps: readonly string[]): readonly number[] {
  return steps.map((step) => {
    const [what, ...numbers] = step.split(' ');
    if (what === 'x') return machine.reset();
    if (what === 'r') return machine.remove(parseInt(numbers[0] ?? '', 16));
    return machine.create(Number(numbers[0]), Number(numbers[1]))[0] ?? NaN;
  });
}

const D64 = '80000001 800000000000000 16 80000 ';

describe('the windows of a PE on QEMU', () => {
  it.each([
    ['S0 at boot', [], [], [DEFAULT], 1],
    ['S1 default and DDW', ['c 16 35'], [0], [DEFAULT, D64], 0],
    ['S1 is full', ['c 16 35', 'c 16 35'], [0, -1], [DEFAULT, D64], 0],
    ['S2 DDW alone', ['c 16 35', 'r 80000000'], [0, 0], [D64], 1],
    [
      'S2 back to S0: the default window is restored',
      ['c 16 35', 'r 80000000', 'r 80000001'],
      [0, 0, 0],
      [DEFAULT],
      1,
    ],
    ['S1 back to S0', ['c 16 35', 'r 80000001'], [0, 0], [DEFAULT], 1],
    ['S3 none at all', ['r 80000000'], [0], [], 2],
    [
      'S4: the first window of an empty PE lies where the default one did',
      ['r 80000000', 'c 16 32'],
      [0, 0],
      ['80000000 0 16 10000 '],
      1,
    ],
    ['S4 back to S3: nothing is restored (quirk)', ['r 80000000', 'c 16 32', 'r 80000000'], [0, 0, 0], [], 2],
    ['S5', ['r 80000000', 'c 21 32', 'c 16 35'], [0, 0, 0], ['80000000 0 21 800 ', D64], 0],
    [
      'S5 back to S3 through the DDW',
      ['r 80000000', 'c 21 35', 'c 16 35', 'r 80000001', 'r 80000000'],
      [0, 0, 0, 0, 0],
      [],
      2,
    ],
    [
      'S6: two windows at one address (quirk)',
      ['c 16 35', 'r 80000000', 'c 16 33'],
      [0, 0, 0],
      ['80000000 800000000000000 16 20000 ', D64],
      0,
    ],
    [
      'S6 to S3: nothing is restored',
      ['c 16 35', 'r 80000000', 'c 16 33', 'r 80000001', 'r 80000000'],
      [0, 0, 0, 0, 0],
      [],
      2,
    ],
    ['reset from S6', ['c 16 35', 'r 80000000', 'c 16 33', 'x'], [0, 0, 0, 0], [DEFAULT], 1],
    ['reset from S3', ['r 80000000', 'x'], [0, 0], [DEFAULT], 1],
  ])('%s', (_state, steps, answers, left, available) => {
    const machine = qemu();
    expect([statuses(machine, steps), windows(machine), machine.query()[1]]).toEqual([
      answers,
      left,
      available,
    ]);
  });
});

describe('the windows of a POWER9 VF', () => {
  const low = '60004000 0 12 80000 D';
  const high = '70004000 800000000000000 16 400000 ';

  it.each([
    ['at boot: the default one, and none available', [], [], [low], 0],
    ['a create beside the default one is refused', ['c 16 38'], [-3], [low], 0],
    ['without the default one, one is available', ['r 60004000'], [0], [], 1],
    ['the DDW instead, all its block', ['r 60004000', 'c 16 38'], [0, 0], [high], 0],
    ['never beside a second', ['r 60004000', 'c 16 38', 'c 16 20'], [0, 0, -3], [high], 0],
    ['larger than the block is refused', ['r 60004000', 'c 16 39'], [0, -3], [], 1],
    ['2M pages are not known', ['r 60004000', 'c 21 38'], [0, -3], [], 1],
    [
      'removing the DDW brings the default window back',
      ['r 60004000', 'c 16 38', 'r 70004000'],
      [0, 0, 0],
      [low],
      0,
    ],
    ['and so does a reset', ['r 60004000', 'x'], [0, 0], [low], 0],
  ])('%s', (_what, steps, answers, left, available) => {
    const machine = vf();
    expect([statuses(machine, steps), windows(machine), machine.query()[1]]).toEqual([
      answers,
      left,
      available,
    ]);
  });
});

describe('the windows of a dedicated POWER9 slot', () => {
  const low = '60000010 0 12 80000 D';
  const high = '70000010 800000000000000 16 1000000 ';

  it.each([
    ['a DDW beside the default one', ['c 16 40'], [0], [low, high], 0],
    ['a third is refused with -3', ['c 16 40', 'c 16 20'], [0, -3], [low, high], 0],
    [
      'two created ones do not overlap',
      ['r 60000010', 'c 16 40', 'c 16 20'],
      [0, 0, 0],
      ['60000010 c00000000000000 16 10 ', high],
      0,
    ],
    [
      'the last created one brings the default back',
      ['r 60000010', 'c 16 40', 'c 16 20', 'r 70000010', 'r 60000010'],
      [0, 0, 0, 0, 0],
      [low],
      1,
    ],
    [
      'the default one removed last brings nothing',
      ['c 16 40', 'r 70000010', 'r 60000010'],
      [0, 0, 0],
      [],
      2,
    ],
  ])('%s', (_what, steps, answers, left, available) => {
    const machine = dedicated();
    expect([statuses(machine, steps), windows(machine), machine.query()[1]]).toEqual([
      answers,
      left,
      available,
    ]);
  });
});

describe('a firmware with limits', () => {
  it.each([
    ['one window: none beside the default one', { maxWindows: 1 }, ['c 16 30'], [-3]],
    ['one window: instead of the default one', { maxWindows: 1 }, ['r 80000000', 'c 16 30'], [0, 0]],
    ['a block of 0x4000', { blockTces: 0x4000 }, ['c 16 31', 'c 16 30'], [-3, 0]],
    ['a least number of TCEs', { minTces: 0x8000 }, ['c 16 30', 'c 16 31'], [-3, 0]],
    [
      'busy three times',
      { createBusy9901: 3 },
      ['c 13 30', 'c 16 30', 'c 16 30', 'c 16 30', 'c 16 30'],
      [-3, 9901, 9901, 9901, 0],
    ],
    [
      'busy, then a failure, then done',
      { createBusy9901: 1, createFail: { rc: -1, count: 1, skip: 0 } },
      ['c 16 30', 'c 16 30', 'c 16 30'],
      [9901, -1, 0],
    ],
    [
      'a failure after one success',
      { createFail: { rc: -3, count: 1, skip: 1 } },
      ['c 16 30', 'r 80000001', 'c 16 30', 'c 16 30'],
      [0, 0, -3, 0],
    ],
    [
      'a failure is no matter of calls that are refused anyway',
      { maxWindows: 1, createFail: { rc: -1, count: 1, skip: 0 } },
      ['c 16 30', 'r 80000000', 'c 16 30'],
      [-3, 0, -1],
    ],
  ])('%s', (_what, limits, steps, answers) => {
    expect(statuses(limited(limits), steps)).toEqual(answers);
  });

  it('gives a created window slot 1 at the 64-bit start even to an empty PE, and a second one far above', () => {
    const machine = limited({});
    statuses(machine, ['r 80000000', 'c 16 30', 'c 16 31']);
    expect(windows(machine)).toEqual([
      '80000000 c00000000000000 16 8000 ',
      '80000001 800000000000000 16 4000 ',
    ]);
    statuses(machine, ['r 80000001', 'r 80000000']);
    expect(windows(machine)).toEqual([DEFAULT]);
  });

  it('has limited addressing only where it says so: the fourth argument turns it on, any other reset off', () => {
    const low = { limited: true, ddwStartLimitedMode: '0x100000000' };
    const starts = (
      machine: TestMachine,
      ...resets: readonly (readonly number[])[]
    ): readonly (number | undefined)[] =>
      resets.map((more) => {
        const status = machine.reset(machine.pe, ...more);
        const [, , hi] = machine.create(16, 30);
        return status === 0 ? hi : status;
      });
    expect(starts(limited(low), [], [1], [0], [1], [])).toEqual([WHI, 1, WHI, 1, WHI]);
    expect(starts(limited({}), [1])).toEqual([-3]);
    const machine = limited(low);
    machine.reset(machine.pe, 1);
    machine.firmware.reset();
    expect(machine.create(16, 30)[2]).toBe(WHI);
  });
});

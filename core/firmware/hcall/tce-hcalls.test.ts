import { describe, expect, it } from 'vitest';
import { H_GET_TCE, H_PUT_TCE, H_PUT_TCE_INDIRECT, H_STUFF_TCE } from '../../abi/papr/hcall.ts';
import { DDW_START, GIB, TestMachine, WIDE_LIMITS } from '../fixtures/machine.ts';
import { powervmP9 } from '../profiles/powervm-p9.ts';
import { qemuPseries } from '../profiles/qemu-pseries.ts';

const qemu = (): TestMachine => new TestMachine({ profile: qemuPseries, slotClass: 'qemu-phb' });
const powervm = (): TestMachine => new TestMachine({ profile: powervmP9, slotClass: 'sriov-vf' });
const strict = (): TestMachine =>
  new TestMachine({ profile: qemuPseries, slotClass: 'qemu-phb', limits: { ...WIDE_LIMITS, strict: true } });

const L0 = 0x8000_0000;
const LIST = 0x10_0000;
/** End of a 1 GiB partition, and of the default window of QEMU. */
const END = BigInt(GIB);

/** A default window's LIOBN and its end. */
const lowWindow = (machine: TestMachine): readonly [number, bigint] => {
  const { liobn, sizeBytes } = machine.pe.pe.defaultWindow;
  return [liobn, BigInt(sizeBytes)];
};

function tceAt(machine: TestMachine, liobn: number, ioba: bigint): string {
  const ret = machine.hcall(H_GET_TCE, liobn, ioba);
  return ret === 0 ? machine.r4.toString(16) : String(ret);
}

describe('H_PUT_TCE on QEMU', () => {
  it.each([
    ['into the window', L0, 0x1000n, 0x5003n, 0],
    ['of an address beyond all memory', L0, 0x2000n, 0xffff_ffff_ffff_f003n, 0],
    ['with reserved bits set', L0, 0x3000n, 0x5fffn, 0],
    ['beyond the end', L0, END, 0x5003n, -4],
    ['to an unknown LIOBN', 0x8000_0077, 0n, 3n, -4],
    ['to a LIOBN with upper bits', 0x1_8000_0000, 0n, 3n, -4],
    ['to LIOBN -1', -1, 0n, 3n, -4],
    ['to a window that is not there yet', 0x8000_0001, DDW_START, 3n, -4],
  ])('%s', (_what, liobn, ioba, tce, ret) => {
    const machine = qemu();
    expect(machine.hcall(H_PUT_TCE, liobn, ioba, tce)).toBe(ret);
    if (ret === 0) expect(tceAt(machine, liobn, ioba)).toBe(tce.toString(16));
  });

  it('rounds the I/O address down to its page', () => {
    const machine = qemu();
    machine.hcall(H_PUT_TCE, L0, 0x1abc, 0x5003);
    expect([tceAt(machine, L0, 0x1000n), tceAt(machine, L0, 0x1fffn), tceAt(machine, L0, 0x2000n)]).toEqual([
      '5003',
      '5003',
      '0',
    ]);
  });
});

describe('a failed call', () => {
  it('leaves r4 and the others as they were', () => {
    const machine = qemu();
    machine.hcall(H_GET_TCE, 0x8000_0077, 0x1234);
    expect([...machine.firmware.hcallPort.regs.subarray(0, 6)]).toEqual([
      -1,
      -4,
      0,
      0x8000_0077 | 0,
      0,
      0x1234,
    ]);
  });

  it.each([0x1e, 0x21, 0x78, 0x140, 0x7fc, 0x1_0020, 0x1_0000_0020])(
    'with opcode %#x is H_FUNCTION',
    (opcode) => {
      expect(qemu().hcall(opcode, L0, 0, 3)).toBe(-2);
    },
  );

  it('of H_RTAS is H_FUNCTION where RTAS is no hcall', () => {
    expect(powervm().hcall(0xf000, 0x1000)).toBe(-2);
  });
});

describe('H_STUFF_TCE', () => {
  it.each([
    ['QEMU: none at all', qemu, 0n, 0, -4],
    ['QEMU: the whole table', qemu, 0n, 0x4_0000, 0],
    ['QEMU: one more than the table has', qemu, 0n, 0x4_0001, -4],
    ['QEMU: an absurd count', qemu, 0n, 0xffff_ffff_ffff_ffffn, -4],
    ['PowerVM: none at all', powervm, 0n, 0, 0],
    ['PowerVM on POWER9: more than 512', powervm, 0n, 513, 0],
    ['strict: 512', strict, 0n, 512, 0],
    ['strict: more than 512', strict, 0n, 513, -57],
    ['strict: more than the table', strict, 0n, 0x1_0000_0000n, -57],
  ])('%s', (_what, make, ioba, count, ret) => {
    const machine = make();
    expect(machine.hcall(H_STUFF_TCE, lowWindow(machine)[0], ioba, 0, count)).toBe(ret);
  });

  it.each([
    ['QEMU stores what fits', qemu, ['9003', '9003']],
    ['PowerVM stores nothing', powervm, ['0', '0']],
    ['a strict firmware stores nothing', strict, ['0', '0']],
  ])('across the end is H_PARAMETER, and %s', (_what, make, stored) => {
    const machine = make();
    const [liobn, end] = lowWindow(machine);
    expect(machine.hcall(H_STUFF_TCE, liobn, end - 0x2000n, 0x9003, 4)).toBe(-4);
    expect([tceAt(machine, liobn, end - 0x2000n), tceAt(machine, liobn, end - 0x1000n)]).toEqual(stored);
  });
});

describe('H_PUT_TCE_INDIRECT', () => {
  it.each([
    ['QEMU: none', qemu, LIST, 0, -4],
    ['PowerVM: none', powervm, LIST, 0, 0],
    ['512', qemu, LIST, 512, 0],
    ['513', qemu, LIST, 513, -4],
    ['a list off its page', qemu, LIST + 8, 2, -4],
    ['QEMU: a list outside memory', qemu, 0x7ff0_0000_0000, 2, 0],
    ['PowerVM: a list outside memory', powervm, 0x7ff0_0000_0000, 2, -4],
  ])('of %s', (_what, make, list, count, ret) => {
    const machine = make();
    expect(machine.hcall(H_PUT_TCE_INDIRECT, lowWindow(machine)[0], 0, list, count)).toBe(ret);
  });

  it('stores the list’s entries and no more', () => {
    const machine = qemu();
    machine.list(LIST, [0x5003n, 0x1234_5678_9abc_dffcn, 0n, 0x7001n]);
    expect(machine.hcall(H_PUT_TCE_INDIRECT, L0, 0x10123, LIST, 3)).toBe(0);
    expect([0n, 1n, 2n, 3n].map((i) => tceAt(machine, L0, 0x1_0000n + 0x1000n * i))).toEqual([
      '5003',
      '123456789abcdffc',
      '0',
      '0',
    ]);
  });

  it('from memory outside RAM stores zeros on QEMU', () => {
    const machine = qemu();
    machine.hcall(H_PUT_TCE, L0, 0, 0x5003);
    machine.hcall(H_PUT_TCE_INDIRECT, L0, 0, 0x7ff0_0000_0000, 2);
    expect(tceAt(machine, L0, 0n)).toBe('0');
  });

  it.each([
    ['QEMU stores what fits', qemu, ['5003', '6003']],
    ['PowerVM stores nothing', powervm, ['0', '0']],
    ['a strict firmware stores nothing', strict, ['0', '0']],
  ])('across the end is H_PARAMETER, and %s', (_what, make, stored) => {
    const machine = make();
    const [liobn, end] = lowWindow(machine);
    machine.list(LIST, [0x5003n, 0x6003n, 0x7003n]);
    expect(machine.hcall(H_PUT_TCE_INDIRECT, liobn, end - 0x2000n, LIST, 3)).toBe(-4);
    expect([tceAt(machine, liobn, end - 0x2000n), tceAt(machine, liobn, end - 0x1000n)]).toEqual(stored);
  });

  it('of a negative LIOBN asks PowerVM for an option that is off', () => {
    expect(powervm().hcall(H_PUT_TCE_INDIRECT, -1, 0, LIST, 2)).toBe(-2);
    expect(qemu().hcall(H_PUT_TCE_INDIRECT, -1, 0, LIST, 2)).toBe(-4);
  });
});

describe('an address outside the partition', () => {
  it.each([
    ['H_PUT_TCE', (m: TestMachine, liobn: number, tce: bigint) => m.hcall(H_PUT_TCE, liobn, 0, tce)],
    ['H_STUFF_TCE', (m: TestMachine, liobn: number, tce: bigint) => m.hcall(H_STUFF_TCE, liobn, 0, tce, 2)],
    [
      'the second entry of H_PUT_TCE_INDIRECT',
      (m: TestMachine, liobn: number, tce: bigint) => {
        m.list(LIST, [0x5003n, tce]);
        return m.hcall(H_PUT_TCE_INDIRECT, liobn, 0, LIST, 2);
      },
    ],
  ])('in %s is refused by PowerVM with nothing stored, unless no permission is asked', (_what, call) => {
    const machine = powervm();
    const [liobn] = lowWindow(machine);
    expect([call(machine, liobn, END | 1n), tceAt(machine, liobn, 0n)]).toEqual([-4, '0']);
    expect([call(machine, liobn, END), call(machine, liobn, (END - 0x1000n) | 3n)]).toEqual([0, 0]);
  });

  it('that left the partition later is hidden from H_GET_TCE', () => {
    const machine = powervm();
    const [liobn] = lowWindow(machine);
    machine.hcall(H_PUT_TCE, liobn, 0, 0x3000_0003);
    machine.memory.resize(0x2000_0000);
    expect([machine.hcall(H_GET_TCE, liobn, 0), machine.r4]).toEqual([5, 0xffff_ffff_ffff_f003n]);
  });
});

describe('an injected failure', () => {
  it('comes after so many good mappings through created windows, so many times, and stores nothing', () => {
    const inject = { rc: -44, count: 2, skip: 1 };
    const machine = new TestMachine({
      profile: qemuPseries,
      slotClass: 'qemu-phb',
      limits: { ...WIDE_LIMITS, inject },
    });
    machine.create(16, 30);
    machine.list(LIST, [0x7_0003n, 0x8_0003n]);
    const put = (page: bigint, tce: number): number =>
      machine.hcall(H_PUT_TCE, 0x8000_0001, DDW_START + (page << 16n), tce);
    const answers = [
      machine.hcall(H_PUT_TCE, L0, 0, 0x5003),
      put(0n, 0x1_0000),
      put(0n, 0x1_0003),
      put(1n, 0x2_0003),
      put(1n, 0),
      machine.hcall(H_PUT_TCE_INDIRECT, 0x8000_0001, DDW_START, LIST, 2),
      put(1n, 0x2_0003),
    ];
    expect(answers).toEqual([0, 0, 0, -44, 0, -44, 0]);
    expect(tceAt(machine, 0x8000_0001, DDW_START)).toBe('10003');
  });
});

describe('a VIO device’s window', () => {
  it('has the device’s unit address as LIOBN, 256 MiB of 4K pages, and no DDW', () => {
    const vioDevices = [{ nodeName: 'v-scsi', unit: 0x7100_0003, liobn: 0x7100_0003 }];
    const machine = new TestMachine({ profile: qemuPseries, slotClass: 'qemu-phb', vioDevices });
    expect(machine.hcall(H_PUT_TCE, 0x7100_0003, 0xfff_f000, 0x1003)).toBe(0);
    expect(machine.hcall(H_PUT_TCE, 0x7100_0003, 0x1000_0000, 0x1003)).toBe(-4);
    expect(machine.remove(0x7100_0003)).toBe(-3);
  });
});

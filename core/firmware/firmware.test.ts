import { describe, expect, it } from 'vitest';
import { H_PUT_TCE, H_PUT_TCE_INDIRECT, H_STUFF_TCE } from '../abi/papr/hcall.ts';
import { hi32, lo32 } from '../base/u64.ts';
import { DDW_START, TestMachine } from './fixtures/machine.ts';
import { powervmP9 } from './profiles/powervm-p9.ts';
import { qemuPseries } from './profiles/qemu-pseries.ts';

const L0 = 0x8000_0000;
const L1 = 0x8000_0001;
const LIST = 0x10_0000;

const qemu = (): TestMachine => new TestMachine({ profile: qemuPseries, slotClass: 'qemu-phb', pes: 2 });
const fn = '0000:00:01.0';

describe('the trace of TCE hcalls', () => {
  it('tells each call as it was made, with its status and time', () => {
    const machine = qemu();
    const { hcallNs } = machine.costs;
    machine.hcall(H_PUT_TCE, L0, 0x1abc, 0x5003);
    machine.hcall(H_PUT_TCE, L0, 2n ** 40n, 3);
    machine.hcall(H_STUFF_TCE, L0, 0, 0, 512);
    const rows = machine.events('tce-hcall');
    expect(rows.map(({ opcode, ioba, tce, count, ret }) => ({ opcode, ioba, tce, count, ret }))).toEqual([
      { opcode: H_PUT_TCE, ioba: 0x1abcn, tce: 0x5003n, ret: 0 },
      { opcode: H_PUT_TCE, ioba: 2n ** 40n, tce: 3n, ret: -4 },
      { opcode: H_STUFF_TCE, ioba: 0n, tce: 0n, count: 512, ret: 0 },
    ]);
    expect(rows.map((row) => row.timeNs)).toEqual([0, hcallNs, 2 * hcallNs]);
    expect(machine.clock.nowNs).toBeGreaterThan(3 * hcallNs);
  });

  it.each([
    ['one run', [0x1_0003n, 0x2_0003n, 0x3_0003n], [{ first: 0x1_0003n, count: 3 }]],
    [
      'two runs',
      [0x1_0003n, 0x2_0003n, 0x9_0003n],
      [
        { first: 0x1_0003n, count: 2 },
        { first: 0x9_0003n, count: 1 },
      ],
    ],
    ['a run across 4G', [0xffff_0003n, 0x1_0000_0003n], [{ first: 0xffff_0003n, count: 2 }]],
  ])('keeps a list as %s', (_what, tces, runs) => {
    const machine = qemu();
    machine.create(16, 30);
    machine.list(LIST, tces);
    machine.hcall(H_PUT_TCE_INDIRECT, L1, DDW_START, LIST, tces.length);
    expect(machine.events('tce-hcall')[0]).toMatchObject({
      list: BigInt(LIST),
      count: tces.length,
      runs,
      ret: 0,
    });
  });

  it('tells what a refused list wanted, unless it was no list', () => {
    const machine = qemu();
    machine.list(LIST, [0x5003n, 0x6003n]);
    machine.hcall(H_PUT_TCE_INDIRECT, L0, 2n ** 40n, LIST, 2);
    machine.hcall(H_PUT_TCE_INDIRECT, L0, 0, LIST, 513);
    machine.hcall(H_PUT_TCE_INDIRECT, 0x1234, 0, LIST, 2);
    expect(machine.events('tce-hcall').map((call) => [call.ret, call.runs])).toEqual([
      [-4, [{ first: 0x5003n, count: 2 }]],
      [-4, undefined],
      [-4, undefined],
    ]);
  });

  it('keeps an hcall that nobody answers with its arguments', () => {
    const machine = qemu();
    machine.hcall(0x140, 1, 2, 3, 4);
    expect(machine.events('hcall')[0]).toMatchObject({ opcode: 0x140, args: [1n, 2n, 3n, 4n], ret: -2 });
  });
});

describe('what is asked of the firmware', () => {
  it('tells each window and the TCEs that are live in it', () => {
    const machine = qemu();
    machine.create(16, 30);
    machine.hcall(H_PUT_TCE, L1, DDW_START + 0x3_0000n, 0x7_0003);
    machine.hcall(H_PUT_TCE, L1, DDW_START + 0x4_0000n, 0x8_0000);
    expect(
      machine.firmware.windows().map((w) => [w.liobn, w.buid, w.entries, w.isDefault, w.usedTces]),
    ).toEqual([
      [L0, 0x0800_0000_2000_0000n, 0x4_0000, true, 0],
      [L1, 0x0800_0000_2000_0000n, 0x4000, false, 1],
      [0x8000_0100, 0x0800_0000_2000_0001n, 0x4_0000, true, 0],
    ]);
    expect(machine.firmware.readTces(L1, 2, 3)).toEqual([0n, 0x7_0003n, 0x8_0000n]);
    expect(machine.firmware.readTces(L1, 0x3fff, 3)).toEqual([0n]);
    expect(machine.firmware.readTces(0x8000_0101, 0, 1)).toBeUndefined();
  });

  it('cuts a window into cells with what is live in each', () => {
    const machine = qemu();
    machine.hcall(H_STUFF_TCE, L0, 0x1000_0000, 0x5003, 0x1_0001);
    expect(machine.firmware.tceOverview(L0, 4)).toEqual({
      entries: 0x4_0000,
      from: 0,
      perCell: 0x1_0000,
      used: [0, 0x1_0000, 1, 0],
    });
    expect(machine.firmware.tceOverview(L0, 3)?.used).toEqual([0x5556, 0xaaab, 0]);
    expect(machine.firmware.tceOverview(0x1234, 4)).toBeUndefined();
  });

  it('counts hcalls, the carriers of RTAS calls included', () => {
    const machine = qemu();
    machine.hcall(H_PUT_TCE, L0, 0, 3);
    machine.hcall(0x7fc);
    machine.query();
    expect(machine.firmware.hcalls).toBe(3);
  });
});

describe('a partition reset', () => {
  it('brings the default windows back empty and takes created ones away', () => {
    const machine = qemu();
    machine.create(16, 30);
    machine.hcall(H_PUT_TCE, L0, 0, 0x5003);
    machine.remove(0x8000_0100);
    machine.firmware.reset();
    expect(machine.firmware.windows().map((w) => [w.liobn, w.usedTces])).toEqual([
      [L0, 0],
      [0x8000_0100, 0],
    ]);
  });
});

describe('a PHB that leaves', () => {
  it('takes its windows with it, and may come back', () => {
    const machine = qemu();
    machine.create(16, 30);
    machine.firmware.removePhb(machine.pe.buid);
    expect([
      machine.hcall(H_PUT_TCE, L0, 0, 3),
      machine.hcall(H_PUT_TCE, 0x8000_0100, 0, 3),
      machine.query()[0],
    ]).toEqual([-4, 0, -3]);
    expect(machine.events('window-removed').map((e) => e.window.liobn)).toEqual([L0, L1]);
    expect(
      machine.firmware.deviceTree().children.filter((child) => child.name.startsWith('pci@')),
    ).toHaveLength(1);
    machine.firmware.addPhb(machine.pe);
    expect(machine.query()[0]).toBe(0);
    const { children } = machine.firmware.deviceTree();
    expect(children).toContainEqual(machine.firmware.phbNode(machine.pe.buid));
  });
});

describe('a function’s DMA', () => {
  const read = (machine: TestMachine, bus: bigint, bytes = 4) =>
    machine.firmware.dmaBus(machine.pe.buid, fn).read(hi32(bus), lo32(bus), new Uint8Array(bytes));

  it('goes through the windows of its own PE only', () => {
    const machine = qemu();
    machine.hcall(H_PUT_TCE, 0x8000_0100, 0, 0x5003);
    expect(read(machine, 0n)).toEqual({ bytesDone: 0, fault: 'no-tce' });
    machine.hcall(H_PUT_TCE, L0, 0, 0x5003);
    expect(read(machine, 0n)).toEqual({ bytesDone: 4 });
  });

  it('without a TCE freezes the PE on PowerVM until the partition is reset', () => {
    const machine = new TestMachine({ profile: powervmP9, slotClass: 'sriov-vf' });
    const { liobn } = machine.pe.pe.defaultWindow;
    machine.hcall(H_PUT_TCE, liobn, 0, 0x5003);
    expect(read(machine, 0x1000n)).toEqual({ bytesDone: 0, fault: 'no-tce' });
    expect(read(machine, 0n)).toEqual({ bytesDone: 0, fault: 'frozen' });
    expect(machine.events('pe-frozen')).toMatchObject([{ buid: machine.pe.buid, fn }]);
    machine.firmware.reset();
    machine.hcall(H_PUT_TCE, liobn, 0, 0x5003);
    expect(read(machine, 0n)).toEqual({ bytesDone: 4 });
  });

  it('is in the trace when that is wished', () => {
    const machine = new TestMachine({ profile: qemuPseries, slotClass: 'qemu-phb', traceTransfers: true });
    machine.hcall(H_PUT_TCE, L0, 0, 0x5003);
    read(machine, 0n, 16);
    expect(machine.events('dma')).toMatchObject([{ fn, direction: 'read', busAddress: 0n, bytes: 16 }]);
  });
});

describe('a firmware without a trace', () => {
  it('answers as one with it', () => {
    const traced = qemu();
    const answers = (machine: TestMachine): readonly unknown[] => [
      machine.create(16, 30),
      machine.hcall(H_PUT_TCE, L1, DDW_START, 3),
      machine.hcall(0x7fc),
      machine.query(),
    ];
    const untraced = new TestMachine({ profile: qemuPseries, slotClass: 'qemu-phb', pes: 2, traced: false });
    expect(answers(untraced)).toEqual(answers(traced));
    expect(untraced.trace.length).toBe(0);
    expect(untraced.clock.nowNs).toBe(traced.clock.nowNs);
  });
});

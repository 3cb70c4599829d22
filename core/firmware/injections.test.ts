import { describe, expect, it } from 'vitest';
import { H_GET_TCE, H_PUT_TCE, H_PUT_TCE_INDIRECT, H_STUFF_TCE } from '../abi/papr/hcall.ts';
import { TestMachine } from './fixtures/machine.ts';
import { powervmP9 } from './profiles/powervm-p9.ts';
import { qemuPseries } from './profiles/qemu-pseries.ts';

const powervm = (pes = 1): TestMachine =>
  new TestMachine({ profile: powervmP9, slotClass: 'dedicated', pes });
const L0 = 0x6000_0010;
const L1 = 0x6000_0011;
const LIST = 0x10_0000;

describe('calls that are made to fail', () => {
  it('are the TCE hcalls, and the RTAS calls that the platform has', () => {
    const calls = powervm().firmware.injectableCalls();
    expect(calls.filter((name) => name.startsWith('H_')).sort()).toEqual([
      'H_GET_TCE',
      'H_PUT_TCE',
      'H_PUT_TCE_INDIRECT',
      'H_STUFF_TCE',
    ]);
    expect(calls).toContain('ibm,create-pe-dma-window');
    expect(calls).not.toContain('read-pci-config');
    const onQemu = new TestMachine({
      profile: qemuPseries,
      slotClass: 'qemu-phb',
    }).firmware.injectableCalls();
    expect(onQemu).toContain('read-pci-config');
    expect(onQemu).not.toContain('H_RTAS');
  });

  it('fail so often after so many that go through, and then no more', () => {
    const machine = powervm();
    machine.firmware.inject({ call: 'H_PUT_TCE', rc: -4, count: 2, skip: 1 });
    const put = (page: number): number => machine.hcall(H_PUT_TCE, L0, page * 0x1000, 0x5003);
    expect([1, 2, 3, 4, 5].map(put)).toEqual([0, -4, -4, 0, 0]);
    expect(machine.firmware.readTces(L0, 0, 6)?.map(Number)).toEqual([0, 0x5003, 0, 0, 0x5003, 0x5003]);
    expect(machine.events('tce-hcall').map(({ ret, ioba }) => `${ioba.toString(16)} ${ret}`)).toEqual([
      '1000 0',
      '2000 -4',
      '3000 -4',
      '4000 0',
      '5000 0',
    ]);
  });

  it.each<[string, number, (machine: TestMachine) => number]>([
    ['H_GET_TCE', H_GET_TCE, (m) => m.hcall(H_GET_TCE, L0, 0x1000)],
    ['H_STUFF_TCE', H_STUFF_TCE, (m) => m.hcall(H_STUFF_TCE, L0, 0x1000, 0, 4)],
    ['H_PUT_TCE_INDIRECT', H_PUT_TCE_INDIRECT, (m) => m.hcall(H_PUT_TCE_INDIRECT, L0, 0x1000, LIST, 2)],
  ])('%s changes nothing and is told in the trace', (call, opcode, perform) => {
    const machine = powervm();
    machine.list(LIST, [0x5003n, 0x6003n]);
    machine.hcall(H_PUT_TCE, L0, 0x1000, 0x9003);
    machine.firmware.inject({ call, rc: -1, count: 1, skip: 0 });
    const before = machine.clock.nowNs;
    expect(perform(machine)).toBe(-1);
    expect(machine.clock.nowNs - before).toBe(machine.costs.hcallNs);
    expect(machine.firmware.readTces(L0, 0, 3)?.map(Number)).toEqual([0, 0x9003, 0]);
    expect(machine.events('tce-hcall').at(-1)).toMatchObject({ opcode, liobn: L0, ioba: 0x1000n, ret: -1 });
    expect(perform(machine)).toBe(0);
  });

  it('of RTAS answer with the status alone, in the time of a call', () => {
    const machine = powervm();
    machine.firmware.inject({ call: 'ibm,create-pe-dma-window', rc: 9902, count: 2, skip: 0 });
    expect(machine.create(16, 30)).toEqual([9902, 0, 0, 0]);
    expect(machine.create(16, 30)[0]).toBe(9902);
    expect(machine.create(16, 30)).toEqual([0, 0x7000_0010, 0x0800_0000, 0]);
    expect(machine.events('rtas').map(({ rets }) => rets.length)).toEqual([1, 1, 4]);
  });

  it.each<[string, (machine: TestMachine, which: 0 | 1) => number]>([
    ['ibm,query-pe-dma-window', (m, n) => m.query(6, m.pes[n])[0] ?? NaN],
    ['ibm,create-pe-dma-window', (m, n) => m.create(16, 30, m.pes[n])[0] ?? NaN],
    ['ibm,reset-pe-dma-window', (m, n) => m.reset(m.pes[n])],
    ['ibm,remove-pe-dma-window', (m, n) => m.remove([L0, L1][n] ?? 0)],
    ['H_PUT_TCE', (m, n) => m.hcall(H_PUT_TCE, [L0, L1][n] ?? 0, 0, 0x5003)],
  ])('%s fails for the PHB that is named, not for its neighbour', (call, perform) => {
    const machine = powervm(2);
    machine.firmware.inject({ call, rc: -1, count: 1, skip: 0, buid: machine.pes[1]?.buid });
    expect([perform(machine, 0), perform(machine, 1)]).toEqual([0, -1]);
    expect(perform(machine, 1)).toBe(0);
  });

  it('fail for one PHB and for all at the same time; a new wish takes the place of the old', () => {
    const machine = powervm(2);
    const call = 'ibm,query-pe-dma-window';
    machine.firmware.inject({ call, rc: -1, count: 5, skip: 0 });
    machine.firmware.inject({ call, rc: -3, count: 1, skip: 0, buid: machine.pes[1]?.buid });
    machine.firmware.inject({ call, rc: -2, count: 1, skip: 0 });
    const query = (n: 0 | 1): number | undefined => machine.query(6, machine.pes[n])[0];
    expect([query(1), query(1), query(1), query(0)]).toEqual([-3, -2, 0, 0]);
  });

  it('wait through a partition reset', () => {
    const machine = powervm();
    machine.firmware.inject({ call: 'H_PUT_TCE', rc: -1, count: 1, skip: 0 });
    machine.firmware.reset();
    expect(machine.hcall(H_PUT_TCE, L0, 0, 0x5003)).toBe(-1);
  });
});

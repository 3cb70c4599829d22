import { describe, expect, it } from 'vitest';
import { H_SEND_LOGICAL_LAN, H_VIO_SIGNAL } from '../../abi/papr/vio.ts';
import { TestMachine } from '../fixtures/machine.ts';
import { qemuPseries } from '../profiles/qemu-pseries.ts';

describe('hcalls of virtual devices', () => {
  it('reach the device of the unit address, and no other', () => {
    const machine = new TestMachine({ profile: qemuPseries, slotClass: 'qemu-phb' });
    const device = {
      kind: 'probe',
      read32: () => 0,
      write32: () => undefined,
      reset: () => undefined,
      hcall: (opcode: number, regs: Int32Array) => opcode + (regs[5] ?? 0),
    };
    machine.firmware.connectVio(0x7100_0002, device);
    expect([
      machine.hcall(H_VIO_SIGNAL, 0x7100_0002, 1),
      machine.hcall(H_VIO_SIGNAL, 0x7100_0003, 1),
      machine.hcall(H_VIO_SIGNAL, 0x1_7100_0002n, 1),
    ]).toEqual([0x105, -4, -4]);
  });

  it('stand in the trace with all their arguments and their status', () => {
    const machine = new TestMachine({ profile: qemuPseries, slotClass: 'qemu-phb' });
    machine.hcall(H_SEND_LOGICAL_LAN, 0x7100_0002, 5);
    const last = [...machine.trace.events()].at(-1);
    expect(last).toMatchObject({
      kind: 'hcall',
      opcode: H_SEND_LOGICAL_LAN,
      args: [0x7100_0002n, 5n, 0n, 0n, 0n, 0n, 0n, 0n],
      ret: -4,
    });
  });
});

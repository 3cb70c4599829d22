// Hcalls of virtual devices: each names a unit address, and the device behind it answers (LoPAR ch_virtual_io; QEMU hw/net/spapr_llan.c,
// hw/ppc/spapr_vio.c). A unit that is not there: H_PARAMETER.

import { H_PARAMETER } from '../../abi/papr/hcall.ts';
import {
  H_ADD_LOGICAL_LAN_BUFFER,
  H_FREE_LOGICAL_LAN,
  H_MULTICAST_CTRL,
  H_REGISTER_LOGICAL_LAN,
  H_SEND_LOGICAL_LAN,
  H_VIO_SIGNAL,
} from '../../abi/papr/vio.ts';
import { joinU64 } from '../../base/u64.ts';
import type { HcallContext, HcallDefinition } from './context.ts';
import { R4_HI, R4_LO } from './context.ts';

const call = (opcode: number, name: string, ...args: readonly string[]): HcallDefinition => ({
  opcode,
  name,
  args: ['unit', ...args].map((arg) => ({ name: arg, format: 'raw' })),
  section: `LoPAR ${name}`,
  functionSet: 'hcall-vio',
  perform: (context, regs) => perform(context, regs, opcode, 1 + args.length),
});

const descriptors = ['buffer1', 'buffer2', 'buffer3', 'buffer4', 'buffer5', 'buffer6'];

export const VIO_HCALLS: readonly HcallDefinition[] = [
  call(H_VIO_SIGNAL, 'H_VIO_SIGNAL', 'mode'),
  call(
    H_REGISTER_LOGICAL_LAN,
    'H_REGISTER_LOGICAL_LAN',
    'buffer-list',
    'receive-queue',
    'filter-list',
    'mac',
  ),
  call(H_FREE_LOGICAL_LAN, 'H_FREE_LOGICAL_LAN'),
  call(H_ADD_LOGICAL_LAN_BUFFER, 'H_ADD_LOGICAL_LAN_BUFFER', 'buffer'),
  call(H_SEND_LOGICAL_LAN, 'H_SEND_LOGICAL_LAN', ...descriptors, 'continue-token'),
  call(H_MULTICAST_CTRL, 'H_MULTICAST_CTRL', 'flags', 'address'),
];

function perform(context: HcallContext, regs: Int32Array, opcode: number, args: number): number {
  const { trace, clock, hcallNs } = context;
  const event = {
    kind: 'hcall' as const,
    opcode,
    args: Array.from({ length: args }, (_, i) =>
      joinU64(regs[2 + 2 * i] as number, regs[3 + 2 * i] as number),
    ),
  };
  // What the device does, its DMA faults among it, belongs to the call.
  const seq = trace?.open({ ...event, ret: 0 });
  const device = regs[R4_HI] === 0 ? context.vioDevices?.get(regs[R4_LO] as number) : undefined;
  const ret = device?.hcall?.(opcode, regs) ?? H_PARAMETER;
  if (seq !== undefined) {
    if (ret !== 0) trace?.amend(seq, { ...event, ret });
    trace?.close();
  }
  clock.nowNs += hcallNs;
  return ret;
}

// A virtual Ethernet adapter (`l-lan`): driven by hcalls, no registers but those of the lab's peer (LoPAR ch_virtual_io "Interpartition
// Logical LAN"; QEMU hw/net/spapr_llan.c with its pools of receive buffers: the smallest that fit, the last one given first).
// On purpose otherwise: frames that cannot be delivered wait at the peer, filters and MAC addresses are taken but not looked at.

import { H_FUNCTION, H_HARDWARE, H_PARAMETER, H_SUCCESS } from '../abi/papr/hcall.ts';
import {
  H_ADD_LOGICAL_LAN_BUFFER,
  H_DEST_PARM,
  H_DROPPED,
  H_FREE_LOGICAL_LAN,
  H_MULTICAST_CTRL,
  H_REGISTER_LOGICAL_LAN,
  H_RESOURCE,
  H_SEND_LOGICAL_LAN,
  H_VIO_SIGNAL,
  LAN_BD_LENGTH,
  LAN_BD_TOGGLE,
  LAN_BD_VALID,
  LAN_HANDLE_BYTES,
  LAN_LIST_BYTES,
  LAN_LIST_QUEUE,
  LAN_QUEUE_ENTRY_BYTES,
  LAN_QUEUE_TOGGLE,
  LAN_QUEUE_VALID,
  LAN_SEND_DESCRIPTORS,
  VIO_IRQ_ENABLE,
} from '../abi/papr/vio.ts';
import type { DeviceModel } from '../abi/ports.ts';
import { createNicLink } from './nic-link.ts';
import type { DeviceHost } from './types.ts';

/** No wire: a copy in the hypervisor, as fast as a link of 10 Gbit/s. */
const NS_PER_BYTE = 0.8;
const ETHERNET_HEADER = 14;
const LEAST_BUFFER = 16;
/** Buffers of one size that QEMU keeps (RX_POOL_MAX_BDS), and sizes (RX_MAX_POOLS). */
const MOST_BUFFERS = 4096;
const MOST_SIZES = 5;

interface ReceiveQueue {
  readonly address: number;
  readonly bytes: number;
  readonly list: number;
  at: number;
  toggle: boolean;
}

export function createLogicalLan(host: DeviceHost): DeviceModel {
  const { bus } = host;
  const handle = new Uint8Array(LAN_HANDLE_BYTES);
  const entry = new DataView(new ArrayBuffer(LAN_QUEUE_ENTRY_BYTES));
  const entryBytes = new Uint8Array(entry.buffer);
  /** Bus addresses of buffers by their length, shortest first. */
  let pools: { readonly bytes: number; readonly addresses: number[] }[] = [];
  let queue: ReceiveQueue | undefined;
  let signals = false;

  const poolFor = (bytes: number): number[] | undefined =>
    pools.find((pool) => pool.bytes >= bytes + LAN_HANDLE_BYTES && pool.addresses.length > 0)?.addresses;

  /** The descriptor of the queue in the buffer list page tells which lap it is on. */
  const writeQueueDescriptor = ({ list, bytes, address, toggle }: ReceiveQueue): boolean => {
    const descriptor = new DataView(new ArrayBuffer(8));
    descriptor.setInt32(0, LAN_BD_VALID | bytes | (toggle ? LAN_BD_TOGGLE : 0));
    descriptor.setInt32(4, address);
    return bus.write(0, list + LAN_LIST_QUEUE, new Uint8Array(descriptor.buffer)).fault === undefined;
  };

  const announce = (to: ReceiveQueue, bytes: number): boolean => {
    entryBytes.set(handle, 8);
    entry.setUint8(0, LAN_QUEUE_VALID | (to.toggle ? 0 : LAN_QUEUE_TOGGLE));
    entry.setUint8(1, 0);
    entry.setUint16(2, LAN_HANDLE_BYTES);
    entry.setUint32(4, bytes);
    if (bus.write(0, to.address + to.at, entryBytes).fault !== undefined) return false;
    to.at += LAN_QUEUE_ENTRY_BYTES;
    if (to.at < to.bytes) return true;
    to.at = 0;
    to.toggle = !to.toggle;
    return writeQueueDescriptor(to);
  };

  const deliver = (frame: Uint8Array): boolean => {
    const address = poolFor(frame.length)?.pop();
    if (queue === undefined || address === undefined) return false;
    if (bus.read(0, address, handle).fault !== undefined) return false;
    if (bus.write(0, address + LAN_HANDLE_BYTES, frame).fault !== undefined) return false;
    if (!announce(queue, frame.length)) return false;
    if (signals) host.raiseInterrupt();
    return true;
  };

  const link = createNicLink({
    host,
    nsPerByte: NS_PER_BYTE,
    maxFrameBytes: () => Math.max(0, (pools.at(-1)?.bytes ?? 0) - LAN_HANDLE_BYTES),
    canReceive: () => queue !== undefined && pools.some(({ addresses }) => addresses.length > 0),
    deliver,
  });

  const close = (): void => {
    queue = undefined;
    pools = [];
    link.reset();
  };

  const reads = (address: number, bytes: number): boolean =>
    bus.read(0, address, new Uint8Array(bytes)).fault === undefined;

  const register = (regs: Int32Array): number => {
    if (queue !== undefined) return H_RESOURCE;
    const [, , , , , list = 0, descriptor = 0, address = 0, , filter = 0] = regs;
    const bytes = descriptor & LAN_BD_LENGTH;
    if (list % LAN_LIST_BYTES !== 0 || filter % LAN_LIST_BYTES !== 0) return H_PARAMETER;
    if (descriptor >= 0 || bytes % LAN_QUEUE_ENTRY_BYTES !== 0 || bytes === 0) return H_PARAMETER;
    if (address % LAN_QUEUE_ENTRY_BYTES !== 0 || !reads(address, bytes)) return H_PARAMETER;
    if (!reads(list, LAN_LIST_BYTES) || !reads(filter, LAN_LIST_BYTES)) return H_PARAMETER;
    const opened = { address, bytes, list, at: 0, toggle: false };
    if (!writeQueueDescriptor(opened)) return H_PARAMETER;
    close();
    queue = opened;
    return H_SUCCESS;
  };

  const free = (): number => {
    if (queue === undefined) return H_RESOURCE;
    close();
    return H_SUCCESS;
  };

  const addBuffer = (regs: Int32Array): number => {
    const [, , , , descriptor = 0, address = 0] = regs;
    const bytes = descriptor & LAN_BD_LENGTH;
    if (descriptor >= 0 || bytes < LEAST_BUFFER || address % 4 !== 0) return H_PARAMETER;
    if (queue === undefined) return H_RESOURCE;
    let pool = pools.find((row) => row.bytes === bytes);
    if (pool === undefined) {
      if (pools.length === MOST_SIZES) return H_RESOURCE;
      pool = { bytes, addresses: [] };
      pools = [...pools, pool].sort((a, b) => a.bytes - b.bytes);
    }
    if (pool.addresses.length >= MOST_BUFFERS) return H_RESOURCE;
    pool.addresses.push(address);
    link.kick();
    return H_SUCCESS;
  };

  /** All fragments of a frame, then its way to the peer. */
  const send = (regs: Int32Array): number => {
    if (queue === undefined) return H_DROPPED;
    const token = 4 + 2 * LAN_SEND_DESCRIPTORS;
    if (regs[token] !== 0 || regs[token + 1] !== 0) return H_HARDWARE;
    let gathered = 0;
    for (let at = 4; at < token; at += 2) {
      const descriptor = regs[at] as number;
      if (descriptor >= 0) break;
      const bytes = descriptor & LAN_BD_LENGTH;
      if (gathered + bytes > link.received.length) return H_RESOURCE;
      const into = link.received.subarray(gathered, gathered + bytes);
      if (bus.read(0, regs[at + 1] as number, into).fault !== undefined) return H_DEST_PARM;
      gathered += bytes;
    }
    if (gathered < ETHERNET_HEADER) return H_PARAMETER;
    link.judge(gathered);
    return H_SUCCESS;
  };

  const signal = (regs: Int32Array): number => {
    const [, , , , hi = 0, mode = 0] = regs;
    if (hi !== 0 || (mode & ~VIO_IRQ_ENABLE) !== 0) return H_PARAMETER;
    signals = mode === VIO_IRQ_ENABLE;
    return H_SUCCESS;
  };

  const calls: ReadonlyMap<number, (regs: Int32Array) => number> = new Map([
    [H_VIO_SIGNAL, signal],
    [H_REGISTER_LOGICAL_LAN, register],
    [H_FREE_LOGICAL_LAN, free],
    [H_ADD_LOGICAL_LAN_BUFFER, addBuffer],
    [H_SEND_LOGICAL_LAN, send],
    [H_MULTICAST_CTRL, () => H_SUCCESS],
  ]);

  return {
    kind: 'l-lan',
    read32: link.read,
    write32: link.write,
    hcall: (opcode, regs) => calls.get(opcode)?.(regs) ?? H_FUNCTION,
    reset() {
      close();
      signals = false;
    },
  };
}

// A virtio network device (Virtual I/O Device 1.2, section 5.1): receive, transmit and control queue, mergeable receive buffers, the lab's
// peer at the other end of its link. Memory out of reach breaks the whole device until it is reset, as in QEMU.

import { F_NET_MRG_RXBUF, NET_HEADER_BYTES } from '../abi/virtio.ts';
import type { DeviceModel } from '../abi/ports.ts';
import { createNicLink } from './nic-link.ts';
import type { CreateDevice, DeviceHost } from './types.ts';
import { createVirtioDevice } from './virtio.ts';
import type { VirtioChain } from './virtio-queue.ts';

const RX = 0;
const TX = 1;
const QUEUES = 3;
const NS_PER_BYTE = 0.8;
const MAX_FRAME = 1518;
/** F_CTRL_VQ: there is a control queue. */
const F_CTRL_VQ = 1 << 17;

export const createVirtioNet: CreateDevice = (host) => createVirtioNic(host, true);
export const createVirtioNetNoIommu: CreateDevice = (host) => createVirtioNic(host, false);

function createVirtioNic(host: DeviceHost, usesPlatform: boolean): DeviceModel {
  const header = new Uint8Array(NET_HEADER_BYTES);
  let waiting: VirtioChain | undefined;
  let txBusy = false;

  /** The next buffer of a queue; a ring that makes no sense breaks the device. */
  const take = (index: number): VirtioChain | undefined => {
    const chain = device.isLive(index) ? device.queues[index]?.take() : undefined;
    if (chain !== 'broken') return chain;
    device.fail();
    return undefined;
  };

  const canReceive = (): boolean => {
    waiting ??= take(RX);
    return waiting !== undefined && device.isLive(RX);
  };

  /** A frame fits one buffer: num_buffers is 1. */
  const deliver = (frame: Uint8Array): boolean => {
    const chain = waiting;
    if (chain === undefined) return false;
    waiting = undefined;
    header.fill(0);
    header[10] = 1;
    chain.into.toHost(header);
    chain.into.toHost(frame);
    if (chain.into.failed) {
      device.fail();
      return false;
    }
    device.give(RX, chain.head, NET_HEADER_BYTES + frame.length);
    return true;
  };

  const send = (): void => {
    if (txBusy) return;
    const chain = take(TX);
    if (chain === undefined) return;
    const bytes = Math.min(chain.out.bytes - NET_HEADER_BYTES, link.received.length);
    if (bytes > 0) {
      chain.out.fromHost(header);
      chain.out.fromHost(link.received.subarray(0, bytes));
    }
    if (bytes <= 0 || chain.out.failed) return device.fail();
    txBusy = true;
    device.later(link.wireNs(bytes), () => {
      txBusy = false;
      link.judge(bytes);
      device.give(TX, chain.head, 0);
      send();
    });
  };

  const link = createNicLink({
    host,
    nsPerByte: NS_PER_BYTE,
    maxFrameBytes: () => MAX_FRAME & ~3,
    canReceive,
    deliver,
  });

  const device = createVirtioDevice(host, usesPlatform, {
    kind: 'virtio-net',
    features: F_NET_MRG_RXBUF | F_CTRL_VQ,
    queues: QUEUES,
    config: () => 0,
    notified: (index) => {
      if (index === RX) link.kick();
      else if (index === TX) send();
    },
    reset: () => {
      waiting = undefined;
      txBusy = false;
      link.reset();
    },
    labRead: (offset) => link.read(offset),
    labWrite: (offset, value) => link.write(offset, value),
  });
  return device;
}

// A virtio block device (Virtual I/O Device 1.2, section 5.2), one queue. With VIRTIO_F_ACCESS_PLATFORM its addresses go through the
// IOMMU; without, they are guest real addresses and no TCE is looked at. A refused piece of data is an I/O error here (QEMU gives up
// the whole device).

import { BLOCK_BYTES } from '../abi/disk.ts';
import {
  BLK_HEADER_BYTES,
  BLK_S_IOERR,
  BLK_S_OK,
  BLK_S_UNSUPP,
  BLK_T_FLUSH,
  BLK_T_IN,
  BLK_T_OUT,
} from '../abi/virtio.ts';
import type { DeviceModel } from '../abi/ports.ts';
import { createDiskMedium } from './disk-medium.ts';
import { createDiskRegisters } from './disk-registers.ts';
import type { CreateDevice, DeviceHost } from './types.ts';
import { createVirtioDevice } from './virtio.ts';
import type { VirtioChain } from './virtio-queue.ts';

const DISK_SIZE_BLOCKS = 2 ** 31;
const ACCESS_NS = 25_000;
const BYTES_PER_NS = 2;
/** Queue size less header and status. */
const SEG_MAX = 254;

export const createVirtioBlk: CreateDevice = (host) => createVirtioDisk(host, true, DISK_SIZE_BLOCKS);
export const createVirtioBlkNoIommu: CreateDevice = (host) => createVirtioDisk(host, false, DISK_SIZE_BLOCKS);

/** `blocks`: size of the disk in blocks of 512 bytes. */
export function createVirtioDisk(host: DeviceHost, usesPlatform: boolean, blocks: number): DeviceModel {
  const medium = createDiskMedium(blocks, host.seed >>> 0);
  const lab = createDiskRegisters(medium);
  const header = new DataView(new ArrayBuffer(BLK_HEADER_BYTES));
  const headerBytes = new Uint8Array(header.buffer);
  let linkFreeNs = 0;

  const config = (offset: number): number => {
    if (offset === 0) return blocks | 0;
    if (offset === 4) return Math.floor(blocks / 0x1_0000_0000);
    if (offset === 12) return SEG_MAX;
    return offset === 20 ? BLOCK_BYTES : 0;
  };

  /** Moves the data; returns the status byte. */
  const execute = ({ out, into }: VirtioChain): number => {
    out.fromHost(headerBytes);
    if (out.failed || into.bytes < 1) return BLK_S_IOERR;
    const type = header.getUint32(0, true);
    const address = (header.getUint32(8, true) + header.getUint32(12, true) * 0x1_0000_0000) * BLOCK_BYTES;
    const bytes = type === BLK_T_OUT ? out.bytes - BLK_HEADER_BYTES : into.bytes - 1;
    if (type === BLK_T_FLUSH) return BLK_S_OK;
    if (type !== BLK_T_IN && type !== BLK_T_OUT) return BLK_S_UNSUPP;
    if (bytes % BLOCK_BYTES !== 0 || address + bytes > blocks * BLOCK_BYTES) return BLK_S_IOERR;
    if (type === BLK_T_OUT) medium.write(address, bytes, out.fromHost);
    else medium.read(address, bytes, into.toHost);
    return out.failed || into.failed ? BLK_S_IOERR : BLK_S_OK;
  };

  const finish = (chain: VirtioChain): void => {
    const { into } = chain;
    const status = execute(chain);
    // The status byte is the last one, whatever became of the data before it.
    if (!into.finish(Uint8Array.of(status))) return device.fail();
    device.give(0, chain.head, into.bytes);
  };

  const begin = (chain: VirtioChain): void => {
    const now = host.scheduler.clock.nowNs;
    const bytes = chain.out.bytes + chain.into.bytes;
    linkFreeNs = Math.max(linkFreeNs, now) + Math.ceil(bytes / BYTES_PER_NS);
    device.later(linkFreeNs - now + ACCESS_NS, () => finish(chain));
  };

  const notified = (index: number): void => {
    const queue = device.queues[index];
    while (queue !== undefined && device.isLive(index)) {
      const chain = queue.take();
      if (chain === undefined) return;
      if (chain === 'broken') return device.fail();
      begin(chain);
    }
  };

  const device = createVirtioDevice(host, usesPlatform, {
    kind: 'virtio-blk',
    features: 0,
    queues: 1,
    config,
    notified,
    reset: () => (linkFreeNs = 0),
    labRead: lab.read32,
    labWrite: lab.write32,
  });
  return device;
}

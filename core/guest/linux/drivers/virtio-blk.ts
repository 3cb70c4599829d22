// The `virtio_blk` driver (drivers/block/virtio_blk.c): header, data and status of a request are pieces of one buffer. Recorded per read
// of 64 KiB with iommu_platform: four maps (header, data, status, table), four unmaps, the table's first.

import { BLOCK_BYTES } from '../../../abi/disk.ts';
import {
  BLK_HEADER_BYTES,
  BLK_S_OK,
  BLK_T_IN,
  BLK_T_OUT,
  VIRTIO_CONFIG,
  VIRTIO_ISR,
} from '../../../abi/virtio.ts';
import type { Driver, DriverContext } from '../types.ts';
import type { Disk, DiskCommand, DiskPorts } from './disk.ts';
import { probeDisk } from './disk-driver.ts';
import { createSlab } from './slab.ts';
import { byRealAddress, throughDmaApi } from './virtio-memory.ts';
import { createVirtioPci } from './virtio-pci.ts';
import { createVirtqueue, type Piece, type Virtqueue } from './virtqueue.ts';

const EIO = -5;
const ENOMEM = -12;
const ENODEV = -19;
/** Header and status of a request (struct virtblk_req) lie together. */
const REQUEST_BYTES = 128;
const STATUS_OFFSET = 64;
/** Pieces of data in a request; with header and status they fill one block of the tables. */
const MAX_SEGMENTS = 126;
const TABLE_BYTES = 2048;
const MAX_TRANSFER_BYTES = 2560 * BLOCK_BYTES;
const RESET_NS = 1e6;
/** No answer yet: no status that a device gives. */
const UNANSWERED = 0xff;

const virtioBlk = (name: string, device: string): Driver => ({
  name,
  devices: [device],
  dmaMaskBits: 64,
  coherentMaskBits: 64,
  *probe(context) {
    const error = yield* context.dma.setMasks(context.dev, 64, 64);
    if (error < 0) return EIO;
    return yield* probeDisk(context, (ports) => createVirtioDisk(context, ports));
  },
});

export const virtioBlkDriver = virtioBlk('virtio-pci', 'virtio-blk');
export const virtioBlkNoIommuDriver = virtioBlk('virtio-pci', 'virtio-blk-noiommu');

function createVirtioDisk(context: DriverContext, ports: DiskPorts): Disk {
  const { memory, pages } = context;
  const pci = createVirtioPci(context);
  const requests = createSlab(pages, REQUEST_BYTES);
  const tables = createSlab(pages, TABLE_BYTES);
  /** Header and status of each command under way, by tag. */
  const headers = new Map<number, number>();
  const used = { token: 0, bytes: 0 };
  let queue: Virtqueue | undefined;
  let blocks = 0;

  function* bringUp(): Generator<number, number, void> {
    yield RESET_NS;
    const error = pci.negotiate(0);
    if (error < 0) return error;
    const dma = pci.usesDmaApi ? throughDmaApi(context) : byRealAddress(context);
    const size = pci.queueSize(0);
    queue ??= createVirtqueue({ ...ports, dma, tables, size });
    if (queue === undefined) return ENOMEM;
    queue.clear();
    pci.enable(0, queue);
    blocks = (pci.read(VIRTIO_CONFIG) >>> 0) + (pci.read(VIRTIO_CONFIG + 4) >>> 0) * 0x1_0000_0000;
    pci.driverOk();
    return pci.isGone() ? ENODEV : 0;
  }

  const fillHeader = (at: number, command: DiskCommand, reading: boolean): void => {
    const bytes = memory.bytes(at, REQUEST_BYTES);
    const view = new DataView(bytes.buffer, bytes.byteOffset, REQUEST_BYTES);
    const sector = command.address / BLOCK_BYTES;
    view.setUint32(0, reading ? BLK_T_IN : BLK_T_OUT, true);
    view.setUint32(4, 0, true);
    view.setUint32(8, sector >>> 0, true);
    view.setUint32(12, Math.floor(sector / 0x1_0000_0000), true);
    view.setUint8(STATUS_OFFSET, UNANSWERED);
  };

  const endRequest = (tag: number): number => {
    const at = headers.get(tag);
    if (at === undefined) return UNANSWERED;
    headers.delete(tag);
    requests.free(at);
    return memory.bytes(at + STATUS_OFFSET, 1)[0] ?? UNANSWERED;
  };

  const start = (command: DiskCommand, reading: boolean): boolean => {
    const at = requests.alloc();
    if (at === undefined || queue === undefined) return false;
    fillHeader(at, command, reading);
    const { addresses, lengths } = command.buffer.sg;
    const data = addresses.map((address, i): Piece => ({ address, bytes: lengths[i] ?? 0 }));
    const header = { address: at, bytes: BLK_HEADER_BYTES };
    const status = { address: at + STATUS_OFFSET, bytes: 1 };
    const added = reading
      ? queue.add([header], [...data, status], command.tag)
      : queue.add([header, ...data], [status], command.tag);
    if (!added) {
      requests.free(at);
      return false;
    }
    headers.set(command.tag, at);
    pci.notify(0);
    return true;
  };

  return {
    name: 'vda',
    maxTransferBytes: MAX_TRANSFER_BYTES,
    maxSegments: MAX_SEGMENTS,
    // virtio_max_dma_size: no limit.
    maxSegBytes: Infinity,
    depth: 256,
    get blocks() {
      return blocks;
    },
    bringUp,
    start,
    reap(finished) {
      if (pci.read(VIRTIO_ISR) === -1) return;
      while (queue?.take(used) === true) {
        const { token } = used;
        const status = endRequest(token);
        finished(token, status === BLK_S_OK ? undefined : `virtio status ${status}`);
      }
    },
    halt() {
      pci.reset();
      for (const tag of queue?.detach() ?? []) endRequest(tag);
    },
    // halt() has taken everything back.
    drop: () => undefined,
    isGone: pci.isGone,
    free() {
      queue?.free();
      queue = undefined;
      tables.destroy();
      requests.destroy();
    },
  };
}

// How a virtio driver names memory to its device (virtio_ring.c, vring_use_dma_api): through the DMA API when the device has
// VIRTIO_F_ACCESS_PLATFORM, else by guest real address, with no map, no TCE, whatever window the masks have made.

import type { DmaDirection, DriverContext } from '../types.ts';
import { allocCoherent, freeCoherent, sharedMemory, type CoherentMemory } from './coherent-memory.ts';

export interface VirtioMemory {
  /** After map(): what the device is told. */
  readonly hi: number;
  readonly lo: number;
  readonly usesDmaApi: boolean;
  map(address: number, bytes: number, direction: DmaDirection, cpu: number): boolean;
  unmap(hi: number, lo: number, bytes: number, direction: DmaDirection): void;
  /** A ring: vring_alloc_queue. */
  alloc(bytes: number): CoherentMemory | undefined;
  free(memory: CoherentMemory): void;
}

export function throughDmaApi(context: DriverContext): VirtioMemory {
  const { dma, dev } = context;
  return {
    usesDmaApi: true,
    get hi() {
      return dma.handleHi;
    },
    get lo() {
      return dma.handleLo;
    },
    map: (address, bytes, direction, cpu) => dma.mapPage(dev, address, bytes, direction, cpu),
    unmap: (hi, lo, bytes, direction) => dma.unmapPage(dev, hi, lo, bytes, direction),
    alloc: (bytes) => allocCoherent(context, bytes),
    free: (memory) => freeCoherent(context, memory),
  };
}

const upperHalf = (address: number): number => Math.floor(address / 0x1_0000_0000);

export function byRealAddress(context: DriverContext): VirtioMemory {
  const { pages, memory } = context;
  const orderOf = (bytes: number): number => Math.max(0, Math.ceil(Math.log2(bytes / pages.pageBytes)));
  let at = 0;
  return {
    usesDmaApi: false,
    get hi() {
      return upperHalf(at);
    },
    get lo() {
      return at | 0;
    },
    map(address) {
      at = address;
      return true;
    },
    unmap: () => undefined,
    alloc(bytes) {
      const address = pages.alloc(orderOf(bytes));
      if (address === undefined) return undefined;
      const ring = sharedMemory(memory, address, bytes, upperHalf(address), address | 0);
      for (let offset = 0; offset < bytes; offset += 2) ring.set16(offset, 0);
      return ring;
    },
    free: (ring) => pages.free(ring.address, orderOf(ring.bytes)),
  };
}

// Receive buffers of one size of `ibmveth` (struct ibmveth_buff_pool): each an skb's data, mapped by itself, its first 8 bytes the
// handle by which the adapter names it. Sizes and places as netdev_alloc_skb() gives them.

import { H_SUCCESS } from '../../../abi/papr/hcall.ts';
import { H_ADD_LOGICAL_LAN_BUFFER, LAN_BD_VALID, LAN_HANDLE_BYTES } from '../../../abi/papr/vio.ts';
import type { DriverContext, IoFigures } from '../types.ts';

/** NET_SKB_PAD, and struct skb_shared_info behind the data, both in cache lines of 128 bytes. */
const HEADROOM = 128;
const OVERHEAD = HEADROOM + 384;
/** Up to this an skb comes from kmalloc, a power of two; from here to a page (or 32K) it is cut from the page fragment cache. */
const KMALLOC_END = 1024;
const FRAG_BYTES = 32768;

/** A batch of skb data areas and the pages they lie in. */
interface Layout {
  readonly order: number;
  readonly offsets: readonly number[];
}

function layoutOf(bytes: number, pageBytes: number): Layout {
  const whole = bytes + OVERHEAD;
  const isFrag = whole > KMALLOC_END && whole <= FRAG_BYTES;
  const order = Math.max(0, Math.ceil(Math.log2((isFrag ? FRAG_BYTES : whole) / pageBytes)));
  const area = pageBytes * 2 ** order;
  if (whole > FRAG_BYTES) return { order, offsets: [HEADROOM] };
  const count = Math.floor(area / whole);
  // Fragments are cut from the end.
  const offsets = Array.from({ length: count }, (_, i) => (isFrag ? area - (i + 1) * whole : i * whole));
  return { order, offsets: offsets.map((offset) => offset + HEADROOM) };
}

export interface VethPoolParts {
  readonly context: DriverContext;
  readonly unit: number;
  /** Number of the pool, in its buffers' handles. */
  readonly index: number;
  readonly bytes: number;
  readonly size: number;
  readonly figures: () => IoFigures;
  readonly cpu: () => number;
}

export interface VethPool {
  /** ibmveth_replenish_buffer_pool(), when so many are missing that it is worth it. False: no memory, no mapping, or refused. */
  replenish(): boolean;
  /** Where the frame of buffer `at` lies: its guest real address; undefined: the adapter does not have that buffer. */
  addressOf(at: number): number | undefined;
  /** The frame was copied: the buffer goes back as it is. */
  recycle(at: number): void;
  /** The frame was taken with its buffer. */
  harvest(at: number): void;
  /** Unmaps and frees all. */
  destroy(): void;
}

export function createVethPool(parts: VethPoolParts): VethPool {
  const { context, unit, index, bytes, size, figures, cpu } = parts;
  const { dma, dev, pages, memory } = context;
  const { order, offsets } = layoutOf(bytes, pages.pageBytes);
  const held: number[] = [];
  const spare: number[] = [];
  const addresses = new Array<number | undefined>(size);
  const handles = new Array<number>(size).fill(0);
  const freeSlots = Array.from({ length: size }, (_, i) => i);

  const newData = (): number | undefined => {
    if (spare.length === 0) {
      const area = pages.alloc(order);
      if (area === undefined) return undefined;
      held.push(area);
      spare.push(...offsets.map((offset) => area + offset).reverse());
    }
    return spare.pop();
  };

  const give = (at: number): boolean =>
    context.hcall?.(H_ADD_LOGICAL_LAN_BUFFER, [0, unit, LAN_BD_VALID | bytes, handles[at] ?? 0]) ===
    H_SUCCESS;

  const unmap = (at: number): void => {
    figures().unmaps++;
    dma.unmapPage(dev, 0, handles[at] ?? 0, bytes, 'from-device');
  };

  const release = (at: number): void => {
    const address = addresses[at];
    if (address === undefined) return;
    unmap(at);
    spare.push(address);
    addresses[at] = undefined;
    freeSlots.push(at);
  };

  const writeHandle = (address: number, at: number): void => {
    const block = memory.bytes(address, LAN_HANDLE_BYTES);
    const view = new DataView(block.buffer, block.byteOffset, LAN_HANDLE_BYTES);
    view.setUint32(0, at, true);
    view.setUint32(4, index, true);
  };

  const fill = (at: number): boolean => {
    const address = newData();
    if (address === undefined) return false;
    if (!dma.mapPage(dev, address, bytes, 'from-device', cpu())) {
      spare.push(address);
      return false;
    }
    figures().maps++;
    handles[at] = dma.handleLo;
    addresses[at] = address;
    writeHandle(address, at);
    if (give(at)) return true;
    unmap(at);
    spare.push(address);
    addresses[at] = undefined;
    return false;
  };

  return {
    replenish() {
      // threshold: 7/8 of the pool.
      if (size - freeSlots.length >= (size * 7) / 8) return true;
      for (let at = freeSlots[0]; at !== undefined; at = freeSlots[0]) {
        if (!fill(at)) return false;
        freeSlots.shift();
      }
      return true;
    },
    addressOf: (at) => addresses[at],
    recycle(at) {
      if (!give(at)) release(at);
    },
    harvest: release,
    destroy() {
      for (let at = 0; at < size; at++) release(at);
      for (const area of held.splice(0)) pages.free(area, order);
      spare.length = 0;
    },
  };
}

// The adapter half of `virtio_net` (drivers/net/virtio_net.c): three rings at probe; up fills the receive ring with mergeable buffers of
// 1536 bytes cut from 32K pieces, each mapped by itself; a frame is sent with its header in front, one piece, one map.
// On purpose otherwise: going down resets the device and gives the buffers back (Linux keeps them until the unbind), and the control
// queue's commands are left out.

import { NET_HEADER_BYTES, F_NET_MRG_RXBUF, VIRTIO_ISR } from '../../../abi/virtio.ts';
import type { NicAdapter, NicAdapterParts } from './nic-adapter.ts';
import { writeFrame } from './nic-rings.ts';
import { createSlab } from './slab.ts';
import { byRealAddress, throughDmaApi } from './virtio-memory.ts';
import { createVirtioPci } from './virtio-pci.ts';
import { createVirtqueue, type Virtqueue } from './virtqueue.ts';

const RX = 0;
const TX = 1;
const QUEUES = 3;
const F_CTRL_VQ = 1 << 17;
/** GOOD_PACKET_LEN and header, rounded to a cache line. */
const BUFFER_BYTES = 1536;
/** SKB_FRAG_PAGE_ORDER: receive buffers are cut from pieces of 32K, or a page where that is larger. */
const FRAG_BYTES = 32768;
const FRAME_BLOCK = 2048;
/** Receive buffers are given back when so many are missing. */
const REFILL_LOT = 32;
const REFILL_RETRY_NS = 10e6;
const TABLE_BYTES = 2048;

const ENOMEM = -12;
const ENODEV = -19;

export function createVirtioNetAdapter(parts: NicAdapterParts): NicAdapter {
  const { context, figures, cpu } = parts;
  const { memory, pages, scheduler } = context;
  const pci = createVirtioPci(context);
  const tables = createSlab(pages, TABLE_BYTES);
  const frames = createSlab(pages, FRAME_BLOCK);
  const order = Math.max(0, Math.ceil(Math.log2(FRAG_BYTES / pages.pageBytes)));
  const pieces: number[] = [];
  /** Receive buffers that are not in the ring. */
  const spare: number[] = [];
  /** Blocks of frames under way, by token; tokens that are free. */
  const sending: number[] = [];
  const tokens: number[] = [];
  const queues: Virtqueue[] = [];
  const used = { token: 0, bytes: 0 };
  let isUp = false;
  let sequence = 0;
  let retrySet = false;

  const growSpare = (): boolean => {
    const piece = pages.alloc(order);
    if (piece === undefined) return false;
    pieces.push(piece);
    const bytes = pages.pageBytes * 2 ** order;
    for (let at = Math.floor(bytes / BUFFER_BYTES) - 1; at >= 0; at--) spare.push(piece + at * BUFFER_BYTES);
    return true;
  };

  const retryLater = (): void => {
    if (retrySet) return;
    retrySet = true;
    scheduler.after(REFILL_RETRY_NS, () => {
      retrySet = false;
      if (isUp) fill(1);
    });
  };

  /** try_fill_recv(). The address of a buffer is its token. */
  const fill = (lot: number): void => {
    const rx = queues[RX];
    if (rx === undefined || rx.room < lot) return;
    let given = 0;
    for (; rx.room > 0; given++) {
      const address = spare.length > 0 || growSpare() ? spare.pop() : undefined;
      if (address === undefined) break;
      if (!rx.add([], [{ address, bytes: BUFFER_BYTES }], address)) {
        spare.push(address);
        break;
      }
    }
    if (rx.room > 0) retryLater();
    if (given > 0) pci.notify(RX);
  };

  const open = (): number => {
    const error = pci.negotiate(F_NET_MRG_RXBUF | F_CTRL_VQ);
    if (error < 0) return error;
    const dma = pci.usesDmaApi ? throughDmaApi(context) : byRealAddress(context);
    for (let index = queues.length; index < QUEUES; index++) {
      const queue = createVirtqueue({ context, dma, tables, figures, cpu, size: pci.queueSize(index) });
      if (queue === undefined) return ENOMEM;
      queues.push(queue);
    }
    queues.forEach((queue, index) => {
      queue.clear();
      pci.enable(index, queue);
    });
    pci.driverOk();
    return pci.isGone() ? ENODEV : 0;
  };

  const endFrame = (token: number): void => {
    frames.free(sending[token] ?? 0);
    tokens.push(token);
  };

  const close = (): void => {
    isUp = false;
    pci.reset();
    queues[RX]?.detach();
    for (const token of queues[TX]?.detach() ?? []) endFrame(token);
    for (const piece of pieces.splice(0)) pages.free(piece, order);
    spare.length = 0;
  };

  const up = (): boolean => {
    if (isUp) return true;
    // Every frame of a peer that was reset begins anew.
    if (open() < 0) return false;
    sequence = 0;
    tokens.length = 0;
    for (let token = (queues[TX]?.size ?? 0) - 1; token >= 0; token--) tokens.push(token);
    isUp = true;
    fill(1);
    return true;
  };

  const poll = (): void => {
    const [rx, tx] = queues;
    if (pci.read(VIRTIO_ISR) === -1 || rx === undefined || tx === undefined) return;
    while (isUp && tx.take(used)) {
      const { token } = used;
      endFrame(token);
      parts.onSent(token, false);
    }
    while (isUp && rx.take(used)) {
      const address = used.token;
      parts.onReceived(address + NET_HEADER_BYTES, used.bytes - NET_HEADER_BYTES, false);
      spare.push(address);
    }
    if (isUp) fill(REFILL_LOT);
  };

  const send = (bytes: number, seed: number): number => {
    const token = tokens.at(-1);
    const block = token === undefined ? undefined : frames.alloc();
    if (token === undefined || block === undefined) return -1;
    memory.bytes(block, NET_HEADER_BYTES).fill(0);
    writeFrame(memory, block + NET_HEADER_BYTES, sequence, bytes, seed);
    const piece = { address: block, bytes: NET_HEADER_BYTES + bytes };
    if (queues[TX]?.add([piece], [], token) !== true) {
      frames.free(block);
      return -1;
    }
    tokens.pop();
    sending[token] = block;
    sequence++;
    return token;
  };

  return {
    get isUp() {
      return isUp;
    },
    attach: open,
    up,
    down: close,
    detach() {
      close();
      for (const queue of queues.splice(0)) queue.free();
      tables.destroy();
      frames.destroy();
    },
    isGone: pci.isGone,
    get txRoom() {
      return queues[TX]?.room ?? 0;
    },
    send,
    flush: () => pci.notify(TX),
    poll,
    read: pci.read,
    write: pci.write,
  };
}

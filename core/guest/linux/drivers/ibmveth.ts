// The `ibmveth` driver (drivers/net/ethernet/ibm/ibmveth.c, as 6.1 does it; recording 61-64k_1g_vio): buffer list, filter list and
// receive queue registered when the interface comes up; buffers of 64K, 2K and 512 bytes mapped and added one by one; a frame to send is
// copied into one long-term buffer, which stays mapped, so that sending needs no TCE.
// On purpose otherwise: one transmit queue for all CPUs, H_ILLAN_ATTRIBUTES is not asked, and older kernels send in the same way.

import { H_SUCCESS } from '../../../abi/papr/hcall.ts';
import { PEER_SENT } from '../../../abi/nic.ts';
import {
  H_DROPPED,
  H_FREE_LOGICAL_LAN,
  H_MULTICAST_CTRL,
  H_REGISTER_LOGICAL_LAN,
  H_SEND_LOGICAL_LAN,
  H_VIO_SIGNAL,
  LAN_BD_VALID,
  LAN_FILTERING_DISABLE,
  LAN_FILTERING_ENABLE,
  LAN_FILTER_CLEAR,
  LAN_LIST_BYTES,
  LAN_QUEUE_ENTRY_BYTES,
  LAN_QUEUE_TOGGLE,
  LAN_RECEIVE_ENABLE,
  VIO_IRQ_DISABLE,
  VIO_IRQ_ENABLE,
} from '../../../abi/papr/vio.ts';
import type { DmaDirection, Driver, DriverContext } from '../types.ts';
import { allocCoherent, freeCoherent, type CoherentMemory } from './coherent-memory.ts';
import { createVethPool, type VethPool } from './ibmveth-pool.ts';
import { bindNet } from './net-driver.ts';
import type { NicAdapter, NicAdapterParts, NicHabits } from './nic-adapter.ts';
import { RING_ENTRIES, writeFrame } from './nic-rings.ts';

const ENODEV = -19;
/** pool_size and pool_count; those that are not active count for the length of the receive queue. */
const POOLS = [
  { bytes: 512, size: 256, active: true },
  { bytes: 2048, size: 512, active: true },
  { bytes: 16384, size: 256, active: false },
  { bytes: 32768, size: 256, active: false },
  { bytes: 65536, size: 256, active: true },
];
const QUEUE_ENTRIES = 1 + POOLS.reduce((sum, pool) => sum + pool.size, 0);
const LTB_BYTES = 65536;
/** Shorter frames are copied, their buffer stays mapped and goes back. */
const RX_COPYBREAK = 200;
/** Software's part of sending a frame. */
const SENT_NS = 1000;
const REFILL_RETRY_NS = 10e6;
const MAC = [0x0200, 0x0000_0001] as const;

const habits: NicHabits = { frameBytes: 1512, bufferBytes: 2048, rxMapBytes: 2048, copybreak: RX_COPYBREAK };

/** A page or more that is mapped for as long as the interface is up. */
interface LongMapping {
  readonly address: number;
  readonly order: number;
  readonly bytes: number;
  readonly lo: number;
  readonly direction: DmaDirection;
}

interface Opened {
  readonly queue: CoherentMemory;
  readonly list: LongMapping;
  readonly filter: LongMapping;
  readonly ltb: LongMapping;
}

function mapLong(context: DriverContext, bytes: number, direction: DmaDirection): LongMapping | undefined {
  const { pages, dma, dev, memory } = context;
  const order = Math.max(0, Math.ceil(Math.log2(bytes / pages.pageBytes)));
  const address = pages.alloc(order);
  if (address === undefined) return undefined;
  memory.bytes(address, bytes).fill(0);
  if (dma.mapPage(dev, address, bytes, direction)) {
    return { address, order, bytes, lo: dma.handleLo, direction };
  }
  pages.free(address, order);
  return undefined;
}

function unmapLong({ dma, dev, pages }: DriverContext, mapping: LongMapping | undefined): void {
  if (mapping === undefined) return;
  dma.unmapPage(dev, 0, mapping.lo, mapping.bytes, mapping.direction);
  pages.free(mapping.address, mapping.order);
}

function freeOpened(context: DriverContext, { ltb, filter, list, queue }: Partial<Opened>): void {
  for (const mapping of [list, filter]) unmapLong(context, mapping);
  if (queue !== undefined) freeCoherent(context, queue);
  unmapLong(context, ltb);
}

/** What ibmveth_open() maps, in its order; undefined: not all of it could be had, nothing is held. */
function openMemory(context: DriverContext): Opened | undefined {
  const queue = allocCoherent(context, QUEUE_ENTRIES * LAN_QUEUE_ENTRY_BYTES);
  const list = queue && mapLong(context, LAN_LIST_BYTES, 'bidirectional');
  const filter = list && mapLong(context, LAN_LIST_BYTES, 'bidirectional');
  const ltb = filter && mapLong(context, LTB_BYTES, 'to-device');
  if (queue && list && filter && ltb) return { queue, list, filter, ltb };
  freeOpened(context, { ...(queue && { queue }), ...(list && { list }), ...(filter && { filter }) });
  return undefined;
}

function createVethAdapter(parts: NicAdapterParts): NicAdapter {
  const { context, figures, cpu } = parts;
  const { dev, mmio, memory, scheduler, log } = context;
  const unit = parseInt(dev.fn, 16);
  const sent: { readonly index: number; readonly failed: boolean }[] = [];
  let pools: readonly (VethPool | undefined)[] = [];
  let opened: Opened | undefined;
  let at = 0;
  let toggle = LAN_QUEUE_TOGGLE;
  let sequence = 0;
  let nextIndex = 0;
  let pollSet = false;
  let retrySet = false;

  const call = (opcode: number, ...halves: readonly number[]): number =>
    context.hcall?.(opcode, [0, unit, ...halves]) ?? ENODEV;
  const signal = (mode: number): number => call(H_VIO_SIGNAL, 0, mode);
  const read = (offset: number): number => mmio.read32(dev.fn, offset) | 0;

  const register = ({ queue, list, filter }: Opened): number => {
    const descriptor = LAN_BD_VALID | (QUEUE_ENTRIES * LAN_QUEUE_ENTRY_BYTES);
    return call(H_REGISTER_LOGICAL_LAN, 0, list.lo, descriptor, queue.lo, 0, filter.lo, ...MAC);
  };

  /** An adapter that an earlier kernel left open is closed first. */
  const registerTwice = (memoryOf: Opened): number => {
    const first = register(memoryOf);
    if (first === H_SUCCESS) return first;
    call(H_FREE_LOGICAL_LAN);
    return register(memoryOf);
  };

  /** ibmveth_replenish_task(): the largest buffers first. */
  const replenish = (): void => {
    const full = [...pools].reverse().every((pool) => pool === undefined || pool.replenish());
    if (full || retrySet) return;
    retrySet = true;
    scheduler.after(REFILL_RETRY_NS, () => {
      retrySet = false;
      if (opened !== undefined) replenish();
    });
  };

  /** Without memory or mappings the interface cannot come up. */
  const up = (): boolean => {
    if (opened !== undefined) return true;
    const memoryOf = openMemory(context);
    if (memoryOf === undefined) return false;
    signal(VIO_IRQ_DISABLE);
    const rc = registerTwice(memoryOf);
    if (rc !== H_SUCCESS) {
      log('err', `h_register_logical_lan failed with ${rc}`);
      freeOpened(context, memoryOf);
      return false;
    }
    opened = memoryOf;
    [at, toggle, sequence, nextIndex] = [0, LAN_QUEUE_TOGGLE, 0, 0];
    pools = POOLS.map(({ bytes, size, active }, index) =>
      active ? createVethPool({ context, unit, index, bytes, size, figures, cpu }) : undefined,
    );
    replenish();
    signal(VIO_IRQ_ENABLE);
    call(H_MULTICAST_CTRL, 0, LAN_RECEIVE_ENABLE | LAN_FILTERING_DISABLE | LAN_FILTER_CLEAR, 0, 0);
    call(H_MULTICAST_CTRL, 0, LAN_FILTERING_ENABLE, 0, 0);
    return true;
  };

  const down = (): void => {
    const held = opened;
    if (held === undefined) return;
    opened = undefined;
    sent.length = 0;
    signal(VIO_IRQ_DISABLE);
    const rc = call(H_FREE_LOGICAL_LAN);
    if (rc !== H_SUCCESS) log('err', `h_free_logical_lan failed with ${rc}, continuing with close`);
    for (const pool of pools) pool?.destroy();
    pools = [];
    freeOpened(context, held);
  };

  const isPending = (): boolean =>
    opened !== undefined && (opened.queue.get8(at * LAN_QUEUE_ENTRY_BYTES) & LAN_QUEUE_TOGGLE) === toggle;

  /** One entry of the receive queue: the handle in it leads to the buffer. */
  const receive = ({ queue }: Opened): void => {
    const entry = at * LAN_QUEUE_ENTRY_BYTES;
    const big16 = (offset: number): number => (queue.get8(offset) << 8) | queue.get8(offset + 1);
    const bytes = big16(entry + 6);
    const slot = queue.get32(entry + 8);
    const pool = pools[queue.get32(entry + 12)];
    const address = pool?.addressOf(slot);
    at = (at + 1) % QUEUE_ENTRIES;
    if (at === 0) toggle ^= LAN_QUEUE_TOGGLE;
    if (pool === undefined || address === undefined) {
      return log('err', 'the adapter names a buffer that it does not have');
    }
    if (bytes >= RX_COPYBREAK) pool.harvest(slot);
    parts.onReceived(address + big16(entry + 2), bytes, false);
    if (bytes < RX_COPYBREAK) pool.recycle(slot);
  };

  /** ibmveth_poll(). */
  const pollReceived = (): void => {
    while (isPending()) {
      signal(VIO_IRQ_DISABLE);
      while (opened !== undefined && isPending()) receive(opened);
      if (opened === undefined) return;
      replenish();
      signal(VIO_IRQ_ENABLE);
    }
  };

  const poll = (): void => {
    for (const { index, failed } of sent.splice(0)) parts.onSent(index, failed);
    pollReceived();
  };

  /** ibmveth_send(): synchronous; what became of the frame is told a little later, as time passes in a real stack. */
  const send = (bytes: number, seed: number): number => {
    if (opened === undefined) return -1;
    const { ltb } = opened;
    writeFrame(memory, ltb.address, sequence++, bytes, seed);
    const rc = call(H_SEND_LOGICAL_LAN, LAN_BD_VALID | bytes, ltb.lo);
    const failed = rc !== H_SUCCESS && rc !== H_DROPPED;
    if (failed) log('err', `tx: h_send_logical_lan failed with rc=${rc}`);
    const index = nextIndex;
    nextIndex = (nextIndex + 1) % RING_ENTRIES;
    sent.push({ index, failed });
    return index;
  };

  const flush = (): void => {
    if (pollSet) return;
    pollSet = true;
    scheduler.after(SENT_NS, () => {
      pollSet = false;
      parts.poll();
    });
  };

  return {
    get isUp() {
      return opened !== undefined;
    },
    up,
    down,
    isGone: () => read(PEER_SENT) === -1,
    get txRoom() {
      return RING_ENTRIES - 1 - sent.length;
    },
    send,
    flush,
    poll,
    read,
    write: (offset, value) => mmio.write32(dev.fn, offset, value),
  };
}

export const ibmvethDriver: Driver = {
  name: 'ibmveth',
  devices: ['l-lan'],
  dmaMaskBits: 64,
  coherentMaskBits: 64,
  // A VIO device's masks are 64 bits from the start: the driver sets none.
  *probe(context) {
    yield 0;
    return context.hcall === undefined ? ENODEV : bindNet(context, habits, createVethAdapter);
  },
};

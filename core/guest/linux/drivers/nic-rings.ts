// The driver's side of a ring NIC's two rings: buffers, descriptors, their mappings. Each received frame is unmapped and its slot
// mapped anew, each sent frame mapped and unmapped, as the recordings of e1000 and e1000e show.

import {
  FRAME_HASH,
  FRAME_HEADER_BYTES,
  FRAME_SEQUENCE,
  FRAME_STRIDE,
  FRAME_TYPE,
} from '../../../abi/nic.ts';
import {
  DESC_DD,
  NIC_DESCRIPTOR_BYTES,
  NIC_RING_BYTES,
  NIC_RING_HEAD,
  NIC_RING_HI,
  NIC_RING_LO,
  NIC_RING_TAIL,
  NIC_RX_RING,
  NIC_TX_RING,
  RX_ERROR_RXE,
  TX_CMD_EOP,
  TX_CMD_RS,
  TX_STATUS_TU,
} from '../../../abi/nic.ts';
import { payloadHash, payloadOffset, payloadTable } from '../../../abi/payload.ts';
import type { GuestMemoryPort } from '../../../abi/ports.ts';
import type { DmaDirection, DriverContext, IoFigures } from '../types.ts';
import { allocCoherent, freeCoherent, type CoherentMemory } from './coherent-memory.ts';

export const RING_ENTRIES = 256;

/** One ring with a buffer to each descriptor. */
export interface NicBuffers {
  readonly ring: CoherentMemory;
  /** Guest real address of each buffer. */
  readonly addresses: readonly number[];
  /** Kernel pages that the buffers lie in, as allocations of `order`. */
  readonly pages: readonly number[];
  readonly order: number;
  readonly bufferBytes: number;
  readonly mapped: boolean[];
  readonly hi: number[];
  readonly lo: number[];
  readonly bytes: number[];
  /** Next descriptor that software fills, and next that the device completes. */
  fill: number;
  clean: number;
}

/** Undefined: no memory, nothing held. */
export function allocBuffers(context: DriverContext, bufferBytes: number): NicBuffers | undefined {
  const { pages: allocator, pageBytes } = context;
  const ring = allocCoherent(context, RING_ENTRIES * NIC_DESCRIPTOR_BYTES);
  if (ring === undefined) return undefined;
  let order = 0;
  while (pageBytes * 2 ** order < bufferBytes) order++;
  const perPage = Math.floor((pageBytes * 2 ** order) / bufferBytes);
  const pages: number[] = [];
  const addresses: number[] = [];
  while (addresses.length < RING_ENTRIES) {
    const page = allocator.alloc(order);
    if (page === undefined) break;
    pages.push(page);
    for (let i = 0; i < perPage && addresses.length < RING_ENTRIES; i++)
      addresses.push(page + i * bufferBytes);
  }
  const none = (): number[] => new Array<number>(RING_ENTRIES).fill(0);
  const mapped = new Array<boolean>(RING_ENTRIES).fill(false);
  const buffers = {
    ring,
    addresses,
    pages,
    order,
    bufferBytes,
    mapped,
    hi: none(),
    lo: none(),
    bytes: none(),
    fill: 0,
    clean: 0,
  };
  if (addresses.length === RING_ENTRIES) return buffers;
  freeBuffers(context, buffers);
  return undefined;
}

export function freeBuffers(context: DriverContext, buffers: NicBuffers): void {
  for (const page of buffers.pages) context.pages.free(page, buffers.order);
  freeCoherent(context, buffers.ring);
}

/**
 * Buffers `from` up to `to` (around the ring) were read or sent: pages in which no buffer holds anything any more are forgotten.
 * `holds` tells of a buffer whose content is still wanted.
 */
export function forgetBuffers(
  context: DriverContext,
  buffers: NicBuffers,
  from: number,
  to: number,
  holds: (index: number) => boolean,
): void {
  const pageBytes = context.pages.pageBytes * 2 ** buffers.order;
  const perPage = Math.floor(pageBytes / buffers.bufferBytes);
  const count = (to - from + RING_ENTRIES) % RING_ENTRIES;
  for (let at = from - (from % perPage); at < from + count; at += perPage) {
    const first = at % RING_ENTRIES;
    const page = buffers.pages[Math.floor(first / perPage)];
    let isFree = page !== undefined;
    for (let i = first; isFree && i < Math.min(first + perPage, RING_ENTRIES); i++) isFree = !holds(i);
    if (isFree && page !== undefined) context.memory.discard(page, pageBytes);
  }
}

/** Maps buffer `index` for `bytes` and writes its descriptor's address. False: no mapping. */
export function mapBuffer(
  context: DriverContext,
  buffers: NicBuffers,
  index: number,
  bytes: number,
  direction: DmaDirection,
  figures: IoFigures,
  cpu: number,
): boolean {
  const { dma, dev } = context;
  if (!dma.mapPage(dev, buffers.addresses[index] ?? 0, bytes, direction, cpu)) return false;
  figures.maps++;
  buffers.mapped[index] = true;
  buffers.hi[index] = dma.handleHi;
  buffers.lo[index] = dma.handleLo;
  buffers.bytes[index] = bytes;
  const at = index * NIC_DESCRIPTOR_BYTES;
  buffers.ring.set32(at, dma.handleLo);
  buffers.ring.set32(at + 4, dma.handleHi);
  buffers.ring.set32(at + 8, 0);
  buffers.ring.set32(at + 12, 0);
  return true;
}

export function unmapBuffer(
  context: DriverContext,
  buffers: NicBuffers,
  index: number,
  direction: DmaDirection,
  figures: IoFigures,
): void {
  if (buffers.mapped[index] !== true) return;
  buffers.mapped[index] = false;
  figures.unmaps++;
  const { dma, dev } = context;
  dma.unmapPage(dev, buffers.hi[index] ?? 0, buffers.lo[index] ?? 0, buffers.bytes[index] ?? 0, direction);
}

export function unmapAll(
  context: DriverContext,
  buffers: NicBuffers,
  direction: DmaDirection,
  figures: IoFigures,
): void {
  for (let i = 0; i < RING_ENTRIES; i++) unmapBuffer(context, buffers, i, direction, figures);
  buffers.fill = 0;
  buffers.clean = 0;
}

/** Tells the device where the ring is; head and tail at 0. */
export function programRing(context: DriverContext, buffers: NicBuffers, which: 'rx' | 'tx'): void {
  const base = which === 'rx' ? NIC_RX_RING : NIC_TX_RING;
  const { mmio, dev } = context;
  mmio.write32(dev.fn, base + NIC_RING_LO, buffers.ring.lo);
  mmio.write32(dev.fn, base + NIC_RING_HI, buffers.ring.hi);
  mmio.write32(dev.fn, base + NIC_RING_BYTES, RING_ENTRIES * NIC_DESCRIPTOR_BYTES);
  mmio.write32(dev.fn, base + NIC_RING_HEAD, 0);
  mmio.write32(dev.fn, base + NIC_RING_TAIL, 0);
}

export function writeTail(context: DriverContext, buffers: NicBuffers, which: 'rx' | 'tx'): void {
  const base = which === 'rx' ? NIC_RX_RING : NIC_TX_RING;
  context.mmio.write32(context.dev.fn, base + NIC_RING_TAIL, buffers.fill);
}

/** Descriptors that software may still fill; one stays free, so that full and empty differ. */
export function room(buffers: NicBuffers): number {
  return (buffers.clean - buffers.fill - 1 + RING_ENTRIES) % RING_ENTRIES;
}

export const isDone = (buffers: NicBuffers, index: number): boolean =>
  (buffers.ring.get8(index * NIC_DESCRIPTOR_BYTES + 12) & DESC_DD) !== 0;

export const receivedBytes = (buffers: NicBuffers, index: number): number =>
  buffers.ring.get16(index * NIC_DESCRIPTOR_BYTES + 8);

/** The device could not move this frame's data. */
export const rxFailed = (buffers: NicBuffers, index: number): boolean =>
  (buffers.ring.get8(index * NIC_DESCRIPTOR_BYTES + 13) & RX_ERROR_RXE) !== 0;

export const txFailed = (buffers: NicBuffers, index: number): boolean =>
  (buffers.ring.get8(index * NIC_DESCRIPTOR_BYTES + 12) & TX_STATUS_TU) !== 0;

/** A descriptor of one whole frame that reports its end. */
export function setTxCommand(buffers: NicBuffers, index: number, bytes: number): void {
  buffers.ring.set32(index * NIC_DESCRIPTOR_BYTES + 8, bytes | ((TX_CMD_EOP | TX_CMD_RS) << 24));
}

/** Writes test frame `sequence` of `bytes` (a multiple of 4) at `address`; a frame lies in one 64 KiB block. */
export function writeFrame(
  memory: GuestMemoryPort,
  address: number,
  sequence: number,
  bytes: number,
  seed: number,
): void {
  const table = payloadTable();
  const from = payloadOffset(sequence * FRAME_STRIDE, seed) >> 2;
  const count = (bytes - FRAME_HEADER_BYTES) >> 2;
  memory
    .words(address)
    .set(table.words.subarray(from, from + count), ((address % 65536) + FRAME_HEADER_BYTES) >> 2);
  const header = memory.bytes(address, FRAME_HEADER_BYTES);
  header.fill(0);
  header.set([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1]);
  const view = new DataView(header.buffer, header.byteOffset, FRAME_HEADER_BYTES);
  view.setUint16(12, FRAME_TYPE);
  view.setUint32(FRAME_SEQUENCE, sequence, true);
  view.setInt32(FRAME_HASH, payloadHash(table.words, from, count << 2), true);
}

/** Whether test frame `sequence` lies at `address`: its number, its hash as announced and as found. */
export function checkFrame(
  memory: GuestMemoryPort,
  address: number,
  sequence: number,
  bytes: number,
): boolean {
  const header = memory.bytes(address, FRAME_HEADER_BYTES);
  const view = new DataView(header.buffer, header.byteOffset, FRAME_HEADER_BYTES);
  if (view.getUint16(12) !== FRAME_TYPE || view.getUint32(FRAME_SEQUENCE, true) !== sequence >>> 0)
    return false;
  const word = ((address % 65536) + FRAME_HEADER_BYTES) >> 2;
  const hash = payloadHash(memory.words(address), word, (bytes - FRAME_HEADER_BYTES) & ~3);
  return hash === view.getInt32(FRAME_HASH, true);
}

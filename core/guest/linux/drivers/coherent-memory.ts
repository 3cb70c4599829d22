// Memory that a driver shares with its device for long (dma_alloc_coherent): rings and lists, little-endian words at byte offsets.

import type { GuestMemoryPort } from '../../../abi/ports.ts';
import type { DriverContext } from '../types.ts';

export interface CoherentMemory {
  readonly address: number;
  readonly bytes: number;
  /** Bus address of its first byte. */
  readonly hi: number;
  readonly lo: number;
  get32(offset: number): number;
  set32(offset: number, value: number): void;
  get16(offset: number): number;
  set16(offset: number, value: number): void;
  get8(offset: number): number;
  set8(offset: number, value: number): void;
}

const BLOCK = 65536;

/** Live views of the 64 KiB blocks of guest memory that a range touches. */
function blockViews(memory: GuestMemoryPort, address: number, bytes: number): DataView[] {
  const first = address - (address % BLOCK);
  const views: DataView[] = [];
  for (let at = first; at < address + bytes; at += BLOCK) {
    const block = memory.bytes(at, BLOCK);
    views.push(new DataView(block.buffer, block.byteOffset, BLOCK));
  }
  return views;
}

/** Undefined: the allocation failed. */
export function allocCoherent(context: DriverContext, bytes: number): CoherentMemory | undefined {
  const { dma, dev, memory } = context;
  const address = dma.allocCoherent(dev, bytes);
  return address === undefined ? undefined : sharedMemory(memory, address, bytes, dma.handleHi, dma.handleLo);
}

/** A view of memory at `address` that the device knows as (hi, lo). */
export function sharedMemory(
  memory: GuestMemoryPort,
  address: number,
  bytes: number,
  hi: number,
  lo: number,
): CoherentMemory {
  const start = address % BLOCK;
  const views = blockViews(memory, address, bytes);
  const only = new DataView(new ArrayBuffer(0));
  const view = (offset: number): DataView => views[(start + offset) >>> 16] ?? only;
  const at = (offset: number): number => (start + offset) & (BLOCK - 1);
  return {
    address,
    bytes,
    hi,
    lo,
    get32: (offset) => view(offset).getInt32(at(offset), true),
    set32: (offset, value) => view(offset).setInt32(at(offset), value, true),
    get16: (offset) => view(offset).getUint16(at(offset), true),
    set16: (offset, value) => view(offset).setUint16(at(offset), value, true),
    get8: (offset) => view(offset).getUint8(at(offset)),
    set8: (offset, value) => view(offset).setUint8(at(offset), value),
  };
}

export function freeCoherent(context: DriverContext, memory: CoherentMemory): void {
  context.dma.freeCoherent(context.dev, memory.address, memory.bytes, memory.hi, memory.lo);
}

/** Upper half of the bus address `offset` bytes after (hi, lo); the lower one is `(lo + offset) | 0`. */
export function busHi(hi: number, lo: number, offset: number): number {
  return (lo >>> 0) + offset >= 0x1_0000_0000 ? (hi + 1) | 0 : hi;
}

// The device's side of a split virtqueue (Virtual I/O Device 1.2, section 2.7): available ring, descriptor chains, indirect tables, used ring.

import { AVAIL_NO_INTERRUPT, DESC_BYTES, DESC_INDIRECT, DESC_NEXT, DESC_WRITE } from '../abi/virtio.ts';
import type { DmaBus } from '../abi/ports.ts';
import { createHostRuns, hiAfter, type HostRuns } from './host-runs.ts';

/** A buffer that the driver made available. */
export interface VirtioChain {
  readonly head: number;
  /** What the device may read, and what it may write. */
  readonly out: HostRuns;
  readonly into: HostRuns;
}

export interface VirtioQueue {
  size: number;
  enabled: boolean;
  /** Halves of the three addresses by their offset in the common configuration. */
  setAddress(offset: number, value: number): void;
  /** The next available buffer: undefined when there is none, `broken` when the ring cannot be read or makes no sense. */
  take(): VirtioChain | 'broken' | undefined;
  /** Gives a buffer back with `bytes` written. False: the used ring cannot be reached. */
  give(head: number, bytes: number): boolean;
  /** The driver wants to hear of used buffers. */
  wantsInterrupt(): boolean;
  reset(): void;
}

export function createVirtioQueue(bus: DmaBus, maxSize: number): VirtioQueue {
  /** Lower and upper halves of descriptor table, available ring, used ring. */
  const address = new Int32Array(6);
  const scratch = new DataView(new ArrayBuffer(DESC_BYTES));
  const bytes = new Uint8Array(scratch.buffer);
  let lastAvail = 0;
  let usedIndex = 0;

  const reads = (hi: number, lo: number, offset: number, count: number): boolean =>
    bus.read(hiAfter(hi, lo, offset), (lo + offset) | 0, bytes.subarray(0, count)).fault === undefined;
  const readsRing = (ring: number, offset: number, count: number): boolean =>
    reads(address[ring * 2 + 1] ?? 0, address[ring * 2] ?? 0, offset, count);
  const writesUsed = (offset: number, count: number): boolean => {
    const lo = address[4] ?? 0;
    const hi = hiAfter(address[5] ?? 0, lo, offset);
    return bus.write(hi, (lo + offset) | 0, bytes.subarray(0, count)).fault === undefined;
  };

  /** Walks a table from entry `first`; `entries` bounds the walk. False: it cannot be read or does not end. */
  const walk = (
    hi: number,
    lo: number,
    entries: number,
    first: number,
    chain: VirtioChain,
    isNested: boolean,
  ): boolean => {
    for (let index = first, steps = 0; steps < entries; steps++) {
      if (index >= entries || !reads(hi, lo, index * DESC_BYTES, DESC_BYTES)) return false;
      const [pieceLo, pieceHi] = [scratch.getInt32(0, true), scratch.getInt32(4, true)];
      const length = scratch.getUint32(8, true);
      const flags = scratch.getUint16(12, true);
      const next = scratch.getUint16(14, true);
      if ((flags & DESC_INDIRECT) !== 0) {
        if (isNested || length === 0 || length % DESC_BYTES !== 0) return false;
        return walk(pieceHi, pieceLo, length / DESC_BYTES, 0, chain, true);
      }
      ((flags & DESC_WRITE) === 0 ? chain.out : chain.into).add(pieceHi, pieceLo, length);
      if ((flags & DESC_NEXT) === 0) return true;
      index = next;
    }
    return false;
  };

  const queue: VirtioQueue = {
    size: maxSize,
    enabled: false,
    setAddress(offset, value) {
      address[offset >> 2] = value;
    },
    take() {
      if (!readsRing(1, 2, 2)) return 'broken';
      if (scratch.getUint16(0, true) === lastAvail) return undefined;
      if (!readsRing(1, 4 + 2 * (lastAvail % queue.size), 2)) return 'broken';
      const head = scratch.getUint16(0, true);
      lastAvail = (lastAvail + 1) & 0xffff;
      const chain: VirtioChain = { head, out: createHostRuns(bus), into: createHostRuns(bus) };
      return walk(address[1] ?? 0, address[0] ?? 0, queue.size, head, chain, false) ? chain : 'broken';
    },
    give(head, written) {
      scratch.setUint32(0, head, true);
      scratch.setUint32(4, written, true);
      if (!writesUsed(4 + 8 * (usedIndex % queue.size), 8)) return false;
      usedIndex = (usedIndex + 1) & 0xffff;
      scratch.setUint16(0, usedIndex, true);
      return writesUsed(2, 2);
    },
    wantsInterrupt: () => readsRing(1, 0, 2) && (scratch.getUint16(0, true) & AVAIL_NO_INTERRUPT) === 0,
    reset() {
      queue.size = maxSize;
      queue.enabled = false;
      address.fill(0);
      lastAvail = usedIndex = 0;
    },
  };
  return queue;
}

// The descriptor rings of the NIC: what it reads and writes in host memory (8254x manual, sections 3.2.3 and 3.3.3).

import {
  DESC_DD,
  NIC_DESCRIPTOR_BYTES,
  NIC_RING_BYTES,
  NIC_RING_HEAD,
  NIC_RING_HI,
  NIC_RING_LO,
  NIC_RING_TAIL,
} from '../abi/nic.ts';
import type { DmaBus } from '../abi/ports.ts';

export interface NicRing {
  /** Register of the ring at `offset` from its first one. */
  read(offset: number): number;
  write(offset: number, value: number): void;
  /** Descriptors that belong to the device: from head up to tail. */
  readonly empty: boolean;
  /** A descriptor could not be reached: the ring stands still until reset. */
  readonly stalled: boolean;
  /** Reads the descriptor at head into `descriptor`; false: stalled. */
  fetch(): boolean;
  readonly descriptor: DataView;
  /** Writes the descriptor's second half back (length, status, errors) and moves head; false: stalled. */
  writeBack(): boolean;
  reset(): void;
}

export function createNicRing(bus: DmaBus): NicRing {
  const bytes = new Uint8Array(NIC_DESCRIPTOR_BYTES);
  const descriptor = new DataView(bytes.buffer);
  const secondHalf = bytes.subarray(8);
  let lo = 0;
  let hi = 0;
  let length = 0;
  let head = 0;
  let tail = 0;
  let stalled = false;

  const busLo = (offset: number): number => (lo + head * NIC_DESCRIPTOR_BYTES + offset) | 0;
  const busHi = (offset: number): number =>
    (lo >>> 0) + head * NIC_DESCRIPTOR_BYTES + offset >= 0x1_0000_0000 ? (hi + 1) | 0 : hi;

  return {
    descriptor,
    get empty() {
      return head === tail;
    },
    get stalled() {
      return stalled;
    },
    read(offset) {
      if (offset === NIC_RING_LO) return lo;
      if (offset === NIC_RING_HI) return hi;
      if (offset === NIC_RING_BYTES) return length;
      if (offset === NIC_RING_HEAD) return head;
      return offset === NIC_RING_TAIL ? tail : 0;
    },
    write(offset, value) {
      if (offset === NIC_RING_LO) lo = value & ~15;
      else if (offset === NIC_RING_HI) hi = value | 0;
      else if (offset === NIC_RING_BYTES) length = value & 0xfff80;
      else if (offset === NIC_RING_HEAD) head = value & 0xffff;
      else if (offset === NIC_RING_TAIL) tail = value & 0xffff;
    },
    fetch() {
      stalled ||= length === 0 || bus.read(busHi(0), busLo(0), bytes).fault !== undefined;
      return !stalled;
    },
    writeBack() {
      bytes[12] = (bytes[12] ?? 0) | DESC_DD;
      stalled ||= bus.write(busHi(8), busLo(8), secondHalf).fault !== undefined;
      head = (head + 1) % (length / NIC_DESCRIPTOR_BYTES);
      return !stalled;
    },
    reset() {
      lo = hi = length = head = tail = 0;
      stalled = false;
    },
  };
}

// The driver's ends of xHCI rings (drivers/usb/host/xhci-ring.c): segments of 256 TRBs from one pool, links between them, cycle bits.

import { TRB, TRB_BYTES, TRB_CHAIN, TRB_CYCLE, TRB_TOGGLE, TRB_TYPE_SHIFT } from '../../../abi/xhci.ts';
import type { DmaPool, PoolBlock } from './dma-pool.ts';

export const SEGMENT_TRBS = 256;
export const SEGMENT_BYTES = SEGMENT_TRBS * TRB_BYTES;

/** A ring that the driver fills. */
export interface ProducerRing {
  /** Its first TRB, with the cycle state that the controller begins with. */
  readonly start: { readonly hi: number; readonly lo: number };
  /** Where the next TRB goes, with the cycle state there in bit 0. */
  readonly end: { readonly hi: number; readonly lo: number };
  /** Writes a TRB; `control` without its cycle bit. */
  push(lo: number, hi: number, status: number, control: number): void;
  clear(): void;
}

const zero = ({ memory, offset }: PoolBlock): void => {
  for (let at = 0; at < SEGMENT_BYTES; at += 4) memory.set32(offset + at, 0);
};

/** Undefined: no coherent memory. */
export function createProducerRing(pool: DmaPool, segments: number): ProducerRing | undefined {
  const blocks: PoolBlock[] = [];
  for (let i = 0; i < segments; i++) {
    const block = pool.alloc();
    if (block === undefined) return undefined;
    blocks.push(block);
  }
  const [first] = blocks;
  if (first === undefined) return undefined;
  let segment = 0;
  let index = 0;
  let cycle = 1;

  const write = (lo: number, hi: number, status: number, control: number): void => {
    const { memory, offset } = blocks[segment] ?? first;
    const at = offset + index * TRB_BYTES;
    memory.set32(at, lo);
    memory.set32(at + 4, hi);
    memory.set32(at + 8, status);
    memory.set32(at + 12, control | cycle);
  };

  /** The last TRB of a segment leads to the next one, in the middle of a transfer too. */
  const link = (chain: number): void => {
    const isLast = segment === blocks.length - 1;
    const to = blocks[isLast ? 0 : segment + 1] ?? first;
    write(to.lo, to.hi, 0, (TRB.link << TRB_TYPE_SHIFT) | chain | (isLast ? TRB_TOGGLE : 0));
    if (isLast) cycle ^= 1;
    segment = isLast ? 0 : segment + 1;
    index = 0;
  };

  const clear = (): void => {
    blocks.forEach(zero);
    segment = index = 0;
    cycle = 1;
  };
  clear();

  return {
    start: { hi: first.hi, lo: first.lo | 1 },
    get end() {
      const { hi, lo } = blocks[segment] ?? first;
      return { hi, lo: (lo + index * TRB_BYTES) | cycle | 0 };
    },
    push(lo, hi, status, control) {
      write(lo, hi, status, control);
      if (++index === SEGMENT_TRBS - 1) link(control & TRB_CHAIN);
    },
    clear,
  };
}

export interface XhciEvent {
  type: number;
  code: number;
  /** Endpoint (device context index) and slot of it. */
  dci: number;
  slot: number;
}

/** The event ring, of one segment. */
export interface EventRing {
  readonly block: PoolBlock;
  take(event: XhciEvent): boolean;
  /** Where the driver has read up to. */
  readonly at: { readonly hi: number; readonly lo: number };
  clear(): void;
}

export function createEventRing(pool: DmaPool): EventRing | undefined {
  const block = pool.alloc();
  if (block === undefined) return undefined;
  const { memory, offset } = block;
  let index = 0;
  let cycle = 1;
  const clear = (): void => {
    zero(block);
    index = 0;
    cycle = 1;
  };
  clear();
  return {
    block,
    take(event) {
      const at = offset + index * TRB_BYTES;
      const control = memory.get32(at + 12);
      if ((control & TRB_CYCLE) !== cycle) return false;
      event.type = (control >>> TRB_TYPE_SHIFT) & 0x3f;
      event.code = memory.get32(at + 8) >>> 24;
      event.dci = (control >>> 16) & 0x1f;
      event.slot = control >>> 24;
      if (++index === SEGMENT_TRBS) {
        index = 0;
        cycle ^= 1;
      }
      return true;
    },
    get at() {
      return { hi: block.hi, lo: (block.lo + index * TRB_BYTES) | 0 };
    },
    clear,
  };
}

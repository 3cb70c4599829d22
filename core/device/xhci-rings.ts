// The rings of an xHCI controller: it consumes command and transfer rings and produces the event ring (xHCI 1.1, sections 4.9 and 6.5).

import { TRB, TRB_BYTES, TRB_CYCLE, TRB_TOGGLE, TRB_TYPE_MASK, TRB_TYPE_SHIFT } from '../abi/xhci.ts';
import type { DmaBus } from '../abi/ports.ts';
import { hiAfter } from './host-runs.ts';

export const typeOf = (trb: DataView): number => (trb.getUint32(12, true) >>> TRB_TYPE_SHIFT) & TRB_TYPE_MASK;

/** Links followed before a ring is taken for broken. */
const MAX_LINKS = 16;

/** A ring that the controller consumes. */
export interface XhciRing {
  /** Dequeue pointer with the cycle state in bit 0. */
  set(hi: number, lo: number): void;
  /** Reads the next TRB, past links; undefined: none is ready; `fault`: memory out of reach. */
  next(): 'trb' | 'fault' | undefined;
  readonly trb: DataView;
  /** Address of the TRB that next() read. */
  readonly hi: number;
  readonly lo: number;
}

export function createXhciRing(bus: DmaBus): XhciRing {
  const bytes = new Uint8Array(TRB_BYTES);
  const trb = new DataView(bytes.buffer);
  const at = { hi: 0, lo: 0, cycle: 1 };
  const read = { hi: 0, lo: 0 };

  return {
    trb,
    get hi() {
      return read.hi;
    },
    get lo() {
      return read.lo;
    },
    set(hi, lo) {
      Object.assign(at, { hi, lo: lo & ~15, cycle: lo & 1 });
    },
    next() {
      for (let links = 0; links < MAX_LINKS; links++) {
        if (bus.read(at.hi, at.lo, bytes).fault !== undefined) return 'fault';
        const control = trb.getUint32(12, true);
        if ((control & TRB_CYCLE) !== at.cycle) return undefined;
        if (typeOf(trb) !== TRB.link) {
          Object.assign(read, { hi: at.hi, lo: at.lo });
          at.hi = hiAfter(at.hi, at.lo, TRB_BYTES);
          at.lo = (at.lo + TRB_BYTES) | 0;
          return 'trb';
        }
        Object.assign(at, { hi: trb.getInt32(4, true), lo: trb.getInt32(0, true) & ~15 });
        if ((control & TRB_TOGGLE) !== 0) at.cycle ^= 1;
      }
      return 'fault';
    },
  };
}

/** The event ring of one interrupter, of one segment. */
export interface XhciEvents {
  /** Reads the first entry of the segment table; false: out of reach. */
  open(hi: number, lo: number): boolean;
  /** Posts an event; false: the ring is out of reach, or was never given. */
  post(pointerHi: number, pointerLo: number, status: number, control: number): boolean;
  close(): void;
}

export function createXhciEvents(bus: DmaBus): XhciEvents {
  const bytes = new Uint8Array(TRB_BYTES);
  const view = new DataView(bytes.buffer);
  const ring = { hi: 0, lo: 0, size: 0, index: 0, cycle: 1 };

  return {
    open(hi, lo) {
      if (bus.read(hi, lo, bytes).fault !== undefined) return false;
      const segment = { hi: view.getInt32(4, true), lo: view.getInt32(0, true) };
      Object.assign(ring, { ...segment, size: view.getUint32(8, true) & 0xffff, index: 0, cycle: 1 });
      return ring.size > 0;
    },
    post(pointerHi, pointerLo, status, control) {
      if (ring.size === 0) return false;
      view.setInt32(0, pointerLo, true);
      view.setInt32(4, pointerHi, true);
      view.setInt32(8, status, true);
      view.setInt32(12, control | ring.cycle, true);
      const offset = ring.index * TRB_BYTES;
      if (++ring.index === ring.size) {
        ring.index = 0;
        ring.cycle ^= 1;
      }
      return bus.write(hiAfter(ring.hi, ring.lo, offset), (ring.lo + offset) | 0, bytes).fault === undefined;
    },
    close() {
      Object.assign(ring, { size: 0, index: 0, cycle: 1 });
    },
  };
}

// An endpoint of an OHCI controller as its driver keeps it (drivers/usb/host/ohci-q.c): a descriptor with a chain of transfer descriptors
// that ends in an empty one, which the next transfer fills.

import {
  ED_ENDPOINT_SHIFT,
  ED_HEAD,
  ED_NEXT,
  ED_TAIL,
  TD_BUFFER,
  TD_BYTES,
  TD_CC,
  TD_CC_SHIFT,
  TD_END,
  TD_NEXT,
} from '../../../abi/ohci.ts';
import type { DmaPool, PoolBlock } from './dma-pool.ts';

/** Largest packet of a full-speed bulk endpoint. */
const PACKET_BYTES = 64;

export interface TdPlan {
  /** Direction (TD_SETUP, TD_OUT, TD_IN). */
  readonly flags: number;
  /** Bus address; 32 bits. */
  readonly lo: number;
  readonly bytes: number;
}

export interface OhciEndpoint {
  readonly ed: PoolBlock;
  /** Transfer descriptors that the controller still has. */
  readonly pending: number;
  /** Hands over a transfer; false: no memory for its descriptors, and nothing is queued. */
  queue(plans: readonly TdPlan[]): boolean;
  /** The descriptor at bus address `lo` came back: true if it was one of this endpoint's. */
  retire(lo: number): boolean;
  /** Takes all back and clears the halt: the endpoint must not be served meanwhile. */
  clear(): void;
  /** Puts this endpoint's descriptor before `next` in a list. */
  link(next: OhciEndpoint | undefined): void;
}

const set = ({ memory, offset }: PoolBlock, field: number, value: number): void =>
  memory.set32(offset + field, value);
export const fieldOf = ({ memory, offset }: PoolBlock, field: number): number => memory.get32(offset + field);

/** Undefined: no coherent memory. */
export function createOhciEndpoint(
  eds: DmaPool,
  tds: DmaPool,
  endpoint: number,
  direction: number,
): OhciEndpoint | undefined {
  const ed = eds.alloc();
  const dummy = tds.alloc();
  if (ed === undefined || dummy === undefined) return undefined;
  const under = new Map<number, PoolBlock>();
  let tail = dummy;

  const clear = (): void => {
    for (const block of under.values()) tds.free(block);
    under.clear();
    // Address 1 of the bus; packets of 64 bytes.
    set(ed, 0, 1 | (endpoint << ED_ENDPOINT_SHIFT) | direction | (PACKET_BYTES << 16));
    set(ed, ED_TAIL, tail.lo);
    set(ed, ED_HEAD, tail.lo);
  };
  clear();
  set(ed, ED_NEXT, 0);

  const fill = (block: PoolBlock, { flags, lo, bytes }: TdPlan, next: PoolBlock): void => {
    set(block, 0, flags | (TD_CC.notAccessed << TD_CC_SHIFT));
    set(block, TD_BUFFER, bytes === 0 ? 0 : lo);
    set(block, TD_NEXT, next.lo);
    set(block, TD_END, bytes === 0 ? 0 : (lo + bytes - 1) | 0);
  };

  return {
    ed,
    get pending() {
      return under.size;
    },
    queue(plans) {
      const blocks: PoolBlock[] = [];
      for (let i = 0; i < plans.length; i++) {
        const block = tds.alloc();
        if (block === undefined) {
          for (const taken of blocks) tds.free(taken);
          return false;
        }
        blocks.push(block);
      }
      plans.forEach((plan, i) => {
        const next = blocks[i] ?? tail;
        under.set(tail.lo, tail);
        fill(tail, plan, next);
        tail = next;
      });
      set(ed, ED_TAIL, tail.lo);
      return true;
    },
    retire(lo) {
      const block = under.get(lo);
      if (block === undefined) return false;
      under.delete(lo);
      tds.free(block);
      return true;
    },
    clear,
    link: (next) => set(ed, ED_NEXT, next?.ed.lo ?? 0),
  };
}

/** A descriptor's block takes 64 bytes: the controller's part and the driver's own. */
export const DESCRIPTOR_BYTES = 4 * TD_BYTES;

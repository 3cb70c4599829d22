// A ring NIC brought up and down, its frames sent and received: what is common to the lab's network drivers.

import {
  NIC_CAUSE_RXT0,
  NIC_CAUSE_TXDW,
  NIC_CTRL,
  NIC_CTRL_RST,
  NIC_ENABLE,
  NIC_ICR,
  NIC_IMC,
  NIC_IMS,
  NIC_RCTL,
  NIC_RX_BUFFERS,
  NIC_STATUS,
  NIC_TCTL,
} from '../../../abi/nic.ts';
import type { DriverContext, IoFigures } from '../types.ts';
import {
  allocBuffers,
  freeBuffers,
  isDone,
  mapBuffer,
  programRing,
  receivedBytes,
  forgetBuffers,
  RING_ENTRIES,
  room,
  rxFailed,
  setTxCommand,
  txFailed,
  unmapAll,
  unmapBuffer,
  writeFrame,
  writeTail,
  type NicBuffers,
} from './nic-rings.ts';

/** What a driver of this family does in its own way. */
export interface NicHabits {
  /** Largest frame, header included; a multiple of 4. */
  readonly frameBytes: number;
  /** Distance of buffers in memory: one of NIC_RX_BUFFERS. */
  readonly bufferBytes: number;
  /** Length mapped for a receive buffer. */
  readonly rxMapBytes: number;
  /** Received frames shorter than this are copied and their buffer stays mapped; 0: none. */
  readonly copybreak: number;
}

/** Receive buffers are given back to the device in lots (E1000_RX_BUFFER_WRITE). */
const REFILL_LOT = 16;
const REFILL_RETRY_NS = 10e6;

export interface NicAdapter {
  /** What a driver takes at probe and keeps until the unbind: 0 or a negative errno. Absent: nothing. */
  attach?(): number;
  /** Gives it back, all of it or what there is. */
  detach?(): void;
  readonly isUp: boolean;
  /** ndo_open: rings, receive buffers mapped, interrupts on. False: no memory. */
  up(): boolean;
  /** ndo_stop: the device is reset first, then everything is unmapped. */
  down(): void;
  /** Not there, or frozen: registers read as all ones. */
  isGone(): boolean;
  /** Free transmit descriptors. */
  readonly txRoom: number;
  /** Writes and maps the next test frame; its descriptor's index, or -1 when it could not be mapped. flush() sends. */
  send(bytes: number, seed: number): number;
  flush(): void;
  /** Interrupt or poll: completed frames are reported, buffers go back. */
  poll(): void;
  read(offset: number): number;
  write(offset: number, value: number): void;
}

export interface NicAdapterParts {
  readonly context: DriverContext;
  readonly habits: NicHabits;
  readonly figures: () => IoFigures;
  readonly cpu: () => number;
  /** A frame lies at `address`; called before its buffer is used again. `failed`: the device could not write it. */
  readonly onReceived: (address: number, bytes: number, failed: boolean) => void;
  readonly onSent: (index: number, failed: boolean) => void;
  /** For adapters whose frames are sent without an interrupt: runs poll(), and the stream sees what came of it. */
  readonly poll: () => void;
}

export function createNicAdapter(parts: NicAdapterParts): NicAdapter {
  const { context, habits } = parts;
  const { dev, mmio, memory, scheduler } = context;
  let rx: NicBuffers | undefined;
  let tx: NicBuffers | undefined;
  let retrySet = false;
  /** Number of the next frame sent: the peer takes each number once, until a reset. */
  let sequence = 0;

  const read = (offset: number): number => mmio.read32(dev.fn, offset) | 0;
  const write = (offset: number, value: number): void => mmio.write32(dev.fn, offset, value);

  const retryLater = (): void => {
    if (retrySet) return;
    retrySet = true;
    scheduler.after(REFILL_RETRY_NS, () => {
      retrySet = false;
      refill(1);
    });
  };

  const refill = (lot: number): void => {
    if (rx === undefined || room(rx) < lot) return;
    let given = 0;
    for (; room(rx) > 0; given++) {
      const index = rx.fill;
      const reuse = rx.mapped[index] === true;
      if (reuse) {
        rx.ring.set32(index * 16 + 8, 0);
        rx.ring.set32(index * 16 + 12, 0);
      } else if (
        !mapBuffer(context, rx, index, habits.rxMapBytes, 'from-device', parts.figures(), parts.cpu())
      ) {
        retryLater();
        break;
      }
      rx.fill = (index + 1) % RING_ENTRIES;
    }
    if (given > 0) writeTail(context, rx, 'rx');
  };

  const cleanRx = (): void => {
    if (rx === undefined) return;
    const from = rx.clean;
    while (rx.clean !== rx.fill && isDone(rx, rx.clean)) {
      const index = rx.clean;
      const bytes = receivedBytes(rx, index);
      if (bytes >= habits.copybreak) unmapBuffer(context, rx, index, 'from-device', parts.figures());
      rx.clean = (index + 1) % RING_ENTRIES;
      parts.onReceived(rx.addresses[index] ?? 0, bytes, rxFailed(rx, index));
    }
    // The device fills in order: behind the one that is not done, none is.
    if (rx !== undefined && rx.clean !== from) forgetBuffers(context, rx, from, rx.clean, () => false);
  };

  const cleanTx = (): void => {
    if (tx === undefined) return;
    const from = tx.clean;
    while (tx.clean !== tx.fill && isDone(tx, tx.clean)) {
      const index = tx.clean;
      unmapBuffer(context, tx, index, 'to-device', parts.figures());
      tx.clean = (index + 1) % RING_ENTRIES;
      parts.onSent(index, txFailed(tx, index));
    }
    const left = tx;
    if (left === undefined || left.clean === from) return;
    const pending = (left.fill - left.clean + RING_ENTRIES) % RING_ENTRIES;
    const isPending = (index: number): boolean =>
      (index - left.clean + RING_ENTRIES) % RING_ENTRIES < pending;
    forgetBuffers(context, left, from, left.clean, isPending);
  };

  const down = (): void => {
    write(NIC_IMC, -1);
    write(NIC_CTRL, NIC_CTRL_RST);
    const held = { rx, tx };
    rx = undefined;
    tx = undefined;
    if (held.tx !== undefined) unmapAll(context, held.tx, 'to-device', parts.figures());
    if (held.rx !== undefined) unmapAll(context, held.rx, 'from-device', parts.figures());
    if (held.tx !== undefined) freeBuffers(context, held.tx);
    if (held.rx !== undefined) freeBuffers(context, held.rx);
  };

  const up = (): boolean => {
    write(NIC_CTRL, NIC_CTRL_RST);
    sequence = 0;
    tx = allocBuffers(context, habits.bufferBytes);
    rx = tx === undefined ? undefined : allocBuffers(context, habits.bufferBytes);
    if (tx === undefined || rx === undefined) {
      down();
      return false;
    }
    programRing(context, tx, 'tx');
    programRing(context, rx, 'rx');
    const size = NIC_RX_BUFFERS.find((entry) => entry.bytes === habits.bufferBytes)?.rctl ?? 0;
    write(NIC_TCTL, NIC_ENABLE);
    write(NIC_RCTL, NIC_ENABLE | size);
    refill(1);
    write(NIC_IMS, NIC_CAUSE_TXDW | NIC_CAUSE_RXT0);
    return true;
  };

  const poll = (): void => {
    const cause = read(NIC_ICR);
    if (cause === -1) return;
    cleanTx();
    cleanRx();
    refill(REFILL_LOT);
  };

  const send = (bytes: number, seed: number): number => {
    if (tx === undefined) return -1;
    const index = tx.fill;
    writeFrame(memory, tx.addresses[index] ?? 0, sequence, bytes, seed);
    if (!mapBuffer(context, tx, index, bytes, 'to-device', parts.figures(), parts.cpu())) return -1;
    setTxCommand(tx, index, bytes);
    sequence++;
    tx.fill = (index + 1) % RING_ENTRIES;
    return index;
  };

  return {
    get isUp() {
      return rx !== undefined;
    },
    up,
    down,
    isGone: () => read(NIC_STATUS) === -1,
    get txRoom() {
      return tx === undefined ? 0 : room(tx);
    },
    send,
    flush() {
      if (tx !== undefined) writeTail(context, tx, 'tx');
    },
    poll,
    read,
    write,
  };
}

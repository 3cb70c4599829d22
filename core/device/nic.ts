// A simple ring NIC: 8254x registers and legacy descriptors, one transmit and one receive ring, moderated interrupts.
// One model for the 32-bit and the 64-bit adapters; a VF of an SR-IOV adapter is presented with the same rings.
// On purpose otherwise: the peer waits when there is no receive buffer (flow control), so that nothing is lost by chance.

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
  NIC_RING_TAIL,
  NIC_RX_BUFFER_MASK,
  NIC_RX_BUFFERS,
  NIC_RX_RING,
  NIC_STATUS,
  NIC_STATUS_LU,
  NIC_TCTL,
  NIC_TX_RING,
  RX_ERROR_RXE,
  RX_STATUS_EOP,
  TX_CMD_EOP,
  TX_STATUS_TU,
} from '../abi/nic.ts';
import type { DeviceModel } from '../abi/ports.ts';
import { createNicLink } from './nic-link.ts';
import { createNicRing } from './nic-rings.ts';
import type { DeviceHost } from './types.ts';

const DOORBELL_NS = 500;
/** Interrupts are at least so far apart (ITR). */
const MODERATION_NS = 10_000;
const RING_SPAN = 0x20;

export interface NicOptions {
  readonly kind: string;
  /** Time of one byte on the wire. */
  readonly nsPerByte: number;
}

export function createNic(host: DeviceHost, options: NicOptions): DeviceModel {
  const { bus, scheduler } = host;
  const rx = createNicRing(bus);
  const tx = createNicRing(bus);
  const registers = { rctl: 0, tctl: 0, mask: 0, cause: 0 };
  let epoch = 0;
  let interruptSet = false;
  let txBusy = false;
  let gathered = 0;
  let underrun = false;

  /** Runs `action` later unless the adapter was reset in between. */
  const later = (delayNs: number, action: () => void): void => {
    const started = epoch;
    scheduler.after(delayNs, () => {
      if (started === epoch) action();
    });
  };

  const moderated = (): void => {
    interruptSet = false;
    if ((registers.cause & registers.mask) !== 0) host.raiseInterrupt();
  };

  const interrupt = (cause: number): void => {
    registers.cause |= cause;
    if (interruptSet || (registers.cause & registers.mask) === 0) return;
    interruptSet = true;
    later(MODERATION_NS, moderated);
  };

  const unmask = (value: number): void => {
    registers.mask |= value;
    interrupt(0);
  };

  /** Reads the data of the descriptor at head; the last piece of a frame sends it. Returns the bytes now on the wire. */
  const gather = (): number => {
    const { descriptor } = tx;
    const bytes = Math.min(descriptor.getUint16(8, true), link.received.length - gathered);
    const into = link.received.subarray(gathered, gathered + bytes);
    const outcome = bus.read(descriptor.getInt32(4, true), descriptor.getInt32(0, true), into);
    underrun ||= outcome.fault !== undefined;
    gathered += bytes;
    if ((descriptor.getUint8(11) & TX_CMD_EOP) === 0) return 0;
    if (underrun) descriptor.setUint8(12, TX_STATUS_TU);
    else link.judge(gathered);
    const sent = gathered;
    gathered = 0;
    underrun = false;
    return sent;
  };

  const txStep = (): void => {
    if (!tx.fetch()) return;
    later(link.wireNs(gather()), txDone);
  };

  const txDone = (): void => {
    if (!tx.writeBack()) return;
    interrupt(NIC_CAUSE_TXDW);
    txBusy = false;
    txKick(0);
  };

  const txKick = (delayNs: number): void => {
    if (txBusy || tx.empty || tx.stalled || (registers.tctl & NIC_ENABLE) === 0) return;
    txBusy = true;
    if (delayNs === 0) txStep();
    else later(delayNs, txStep);
  };

  const bufferBytes = (): number =>
    NIC_RX_BUFFERS.find((size) => size.rctl === (registers.rctl & NIC_RX_BUFFER_MASK))?.bytes ?? 2048;

  /** Puts a frame into the buffer at head. False: the ring stands still. */
  const deliver = (frame: Uint8Array): boolean => {
    if (!rx.fetch()) return false;
    const { descriptor } = rx;
    const outcome = bus.write(descriptor.getInt32(4, true), descriptor.getInt32(0, true), frame);
    descriptor.setUint16(8, frame.length, true);
    descriptor.setUint8(12, RX_STATUS_EOP);
    descriptor.setUint8(13, outcome.fault === undefined ? 0 : RX_ERROR_RXE);
    if (!rx.writeBack()) return false;
    interrupt(NIC_CAUSE_RXT0);
    return true;
  };

  const link = createNicLink({
    host,
    nsPerByte: options.nsPerByte,
    maxFrameBytes: bufferBytes,
    canReceive: () => !rx.empty && !rx.stalled && (registers.rctl & NIC_ENABLE) !== 0,
    deliver,
  });

  const reset = (): void => {
    epoch++;
    rx.reset();
    tx.reset();
    link.reset();
    Object.assign(registers, { rctl: 0, tctl: 0, mask: 0, cause: 0 });
    interruptSet = txBusy = underrun = false;
    gathered = 0;
  };

  const takeCause = (): number => {
    const { cause } = registers;
    registers.cause = 0;
    return cause;
  };

  const read32 = (offset: number): number => {
    if (offset >= NIC_RX_RING && offset < NIC_RX_RING + RING_SPAN) return rx.read(offset - NIC_RX_RING);
    if (offset >= NIC_TX_RING && offset < NIC_TX_RING + RING_SPAN) return tx.read(offset - NIC_TX_RING);
    switch (offset) {
      case NIC_STATUS:
        return NIC_STATUS_LU;
      case NIC_ICR:
        return takeCause();
      case NIC_IMS:
        return registers.mask;
      case NIC_RCTL:
        return registers.rctl;
      case NIC_TCTL:
        return registers.tctl;
      default:
        return link.read(offset);
    }
  };

  const writeRegister = (offset: number, value: number): void => {
    if (offset === NIC_CTRL && (value & NIC_CTRL_RST) !== 0) reset();
    else if (offset === NIC_IMS) unmask(value);
    else if (offset === NIC_IMC) registers.mask &= ~value;
    else if (offset === NIC_RCTL) registers.rctl = value;
    else if (offset === NIC_TCTL) registers.tctl = value;
    else link.write(offset, value);
  };

  const write32 = (offset: number, value: number): void => {
    if (offset >= NIC_RX_RING && offset < NIC_RX_RING + RING_SPAN) {
      rx.write(offset - NIC_RX_RING, value);
      if (offset - NIC_RX_RING === NIC_RING_TAIL) link.kick();
    } else if (offset >= NIC_TX_RING && offset < NIC_TX_RING + RING_SPAN) {
      tx.write(offset - NIC_TX_RING, value);
      if (offset - NIC_TX_RING === NIC_RING_TAIL) txKick(DOORBELL_NS);
    } else writeRegister(offset, value);
  };

  return { kind: options.kind, read32, write32, reset };
}

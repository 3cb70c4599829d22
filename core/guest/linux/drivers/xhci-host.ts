// The xHCI host controller's driver (drivers/usb/host/xhci.c, xhci-ring.c) as far as one storage device needs it: bring-up, commands,
// transfers of three endpoints, events.

import {
  CC,
  CMD_HCRST,
  CMD_INTE,
  CMD_RUN,
  CONFIG,
  CONTEXT_BYTES,
  CRCR,
  DCBAAP,
  DCI_BULK_IN,
  DCI_BULK_OUT,
  DCI_CONTROL,
  EP_DEQUEUE,
  ERDP,
  ERSTBA,
  ERSTSZ,
  IMAN,
  IMAN_IE,
  IMAN_IP,
  PORT_CCS,
  PORTSC,
  STS_EINT,
  STS_HCH,
  STS_HSE,
  TRB,
  TRB_CHAIN,
  TRB_IDT,
  TRB_IOC,
  TRB_TYPE_SHIFT,
  USBCMD,
  USBSTS,
  XHCI_DOORBELLS,
  XHCI_HCSPARAMS2,
} from '../../../abi/xhci.ts';
import type { DriverContext } from '../types.ts';
import { busHi } from './coherent-memory.ts';
import type { BulkPiece, UsbHost, UsbResult } from './usb-host.ts';
import { allocXhciMemory, type XhciMemory } from './xhci-memory.ts';
import { SEGMENT_TRBS, type ProducerRing } from './xhci-rings.ts';

const EIO = -5;
const ENOMEM = -12;
const ENODEV = -19;
const POLL_NS = 100_000;
/** Commands of the bring-up get five seconds (XHCI_CMD_DEFAULT_TIMEOUT). */
const POLLS = 50_000;
/** A TRB's data must not cross a multiple of this. */
const TRB_MAX_BYTES = 65536;
const SLOT = 1;

export function createXhciHost(context: DriverContext): UsbHost {
  const { mmio, dev } = context;
  const read = (offset: number): number => mmio.read32(dev.fn, offset) | 0;
  const write = (offset: number, value: number): void => mmio.write32(dev.fn, offset, value);
  const writeAddress = (offset: number, { hi, lo }: { readonly hi: number; readonly lo: number }): void => {
    write(offset, lo);
    write(offset + 4, hi);
  };
  const event = { type: 0, code: 0, dci: 0, slot: 0 };
  /** What waits for an event: the command ring, or an endpoint by its context index. */
  const waiting = new Map<number, (code: number) => void>();
  const COMMANDS = 0;
  let memory: XhciMemory | undefined;

  const poll = (): void => {
    if (memory === undefined || read(USBSTS) === -1) return;
    write(USBSTS, STS_EINT);
    write(IMAN, IMAN_IP | IMAN_IE);
    while (memory.events.take(event)) {
      const key = event.type === TRB.commandEvent ? COMMANDS : event.dci;
      const done = waiting.get(key);
      waiting.delete(key);
      const { code } = event;
      done?.(code);
    }
    writeAddress(ERDP, memory.events.at);
  };

  const command = (lo: number, hi: number, control: number, done: (code: number) => void): void => {
    memory?.commands.push(lo, hi, 0, control);
    waiting.set(COMMANDS, done);
    write(XHCI_DOORBELLS, 0);
  };

  /** A command of the bring-up: its completion code, 0 when there was no answer. */
  function* commandNow(type: number, lo = 0, hi = 0): Generator<number, number, void> {
    let answer = 0;
    command(lo, hi, (type << TRB_TYPE_SHIFT) | (SLOT << 24), (code) => (answer = code));
    for (let polls = 0; polls < POLLS && answer === 0; polls++) {
      yield POLL_NS;
      poll();
      if (read(USBSTS) === -1 || (read(USBSTS) & STS_HCH) !== 0) break;
    }
    return answer;
  }

  const resultOf = (code: number): UsbResult => {
    if (code === CC.success || code === CC.shortPacket) return 'ok';
    return code === CC.stall ? 'stall' : 'error';
  };

  /** Cuts a piece where a TRB may not go on. */
  const pushPiece = (ring: ProducerRing, piece: BulkPiece, isLast: boolean): void => {
    for (let at = 0; at < piece.bytes;) {
      const lo = (piece.lo + at) | 0;
      const n = Math.min(piece.bytes - at, TRB_MAX_BYTES - ((lo >>> 0) % TRB_MAX_BYTES));
      const ends = isLast && at + n === piece.bytes;
      const control = (TRB.normal << TRB_TYPE_SHIFT) | (ends ? TRB_IOC : TRB_CHAIN);
      ring.push(lo, busHi(piece.hi, piece.lo, at), n, control);
      at += n;
    }
  };

  const bulk: UsbHost['bulk'] = (direction, pieces, done) => {
    const ring = direction === 'in' ? memory?.bulkIn : memory?.bulkOut;
    if (ring === undefined) return;
    pieces.forEach((piece, i) => pushPiece(ring, piece, i === pieces.length - 1));
    const dci = direction === 'in' ? DCI_BULK_IN : DCI_BULK_OUT;
    waiting.set(dci, (code) => done(resultOf(code)));
    write(XHCI_DOORBELLS + 4 * SLOT, dci);
  };

  const control: UsbHost['control'] = ([lo, hi], done) => {
    memory?.control.push(lo, hi, 8, (TRB.setup << TRB_TYPE_SHIFT) | TRB_IDT);
    memory?.control.push(0, 0, 0, (TRB.status << TRB_TYPE_SHIFT) | TRB_IOC | (1 << 16));
    waiting.set(DCI_CONTROL, (code) => done(resultOf(code)));
    write(XHCI_DOORBELLS + 4 * SLOT, DCI_CONTROL);
  };

  const clearHalt: UsbHost['clearHalt'] = (direction, done) => {
    const ring = direction === 'in' ? memory?.bulkIn : memory?.bulkOut;
    const target = ((direction === 'in' ? DCI_BULK_IN : DCI_BULK_OUT) << 16) | (SLOT << 24);
    command(0, 0, (TRB.resetEndpoint << TRB_TYPE_SHIFT) | target, () => {
      const { hi, lo } = ring?.end ?? { hi: 0, lo: 0 };
      command(lo, hi, (TRB.setDequeue << TRB_TYPE_SHIFT) | target, () => done());
    });
  };

  /** Input context that adds the endpoints `dcis` with their rings. */
  const fillInput = (held: XhciMemory, dcis: readonly (readonly [number, ProducerRing])[]): void => {
    const { memory: input, offset } = held.input;
    for (let at = 0; at < CONTEXT_BYTES * 6; at += 4) input.set32(offset + at, 0);
    input.set32(
      offset + 4,
      dcis.reduce((flags, [dci]) => flags | (1 << dci), 1),
    );
    for (const [dci, ring] of dcis) {
      const at = offset + (dci + 1) * CONTEXT_BYTES + EP_DEQUEUE;
      input.set32(at, ring.start.lo);
      input.set32(at + 4, ring.start.hi);
    }
  };

  const program = (held: XhciMemory): void => {
    for (const ring of [held.commands, held.events, held.control, held.bulkIn, held.bulkOut]) ring.clear();
    held.dcbaa.set32(SLOT * 8, held.output.lo);
    held.dcbaa.set32(SLOT * 8 + 4, held.output.hi);
    held.erst.set32(0, held.events.block.lo);
    held.erst.set32(4, held.events.block.hi);
    held.erst.set32(8, SEGMENT_TRBS);
    write(CONFIG, SLOT);
    writeAddress(DCBAAP, held.dcbaa);
    writeAddress(CRCR, held.commands.start);
    write(ERSTSZ, 1);
    writeAddress(ERSTBA, held.erst);
    writeAddress(ERDP, held.events.at);
    write(IMAN, IMAN_IE);
    write(USBCMD, CMD_RUN | CMD_INTE);
  };

  /** A slot, its address, its bulk endpoints. */
  function* findDevice(held: XhciMemory): Generator<number, number, void> {
    if ((read(PORTSC) & PORT_CCS) === 0) return ENODEV;
    const { hi, lo } = held.input;
    if ((yield* commandNow(TRB.enableSlot)) !== CC.success) return EIO;
    fillInput(held, [[DCI_CONTROL, held.control]]);
    if ((yield* commandNow(TRB.addressDevice, lo, hi)) !== CC.success) return EIO;
    fillInput(held, [
      [DCI_BULK_IN, held.bulkIn],
      [DCI_BULK_OUT, held.bulkOut],
    ]);
    return (yield* commandNow(TRB.configureEndpoint, lo, hi)) === CC.success ? 0 : EIO;
  }

  function* bringUp(): Generator<number, number, void> {
    waiting.clear();
    write(USBCMD, CMD_HCRST);
    yield POLL_NS;
    if (read(USBSTS) === -1) return ENODEV;
    memory ??= allocXhciMemory(context, (read(XHCI_HCSPARAMS2) >>> 27) & 0x1f);
    if (memory === undefined) return ENOMEM;
    program(memory);
    return yield* findDevice(memory);
  }

  return {
    bringUp,
    get buffer() {
      return memory?.iobuf;
    },
    bulk,
    control,
    clearHalt,
    poll,
    isDead: () => read(USBSTS) !== -1 && (read(USBSTS) & STS_HSE) !== 0,
    halt() {
      write(USBCMD, 0);
      waiting.clear();
    },
    isGone: () => read(USBSTS) === -1,
    free() {
      memory?.free();
      memory = undefined;
    },
  };
}

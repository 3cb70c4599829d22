// The OHCI host controller's driver (drivers/usb/host/ohci-hcd.c, ohci-q.c) as far as one storage device needs it. Setup packets and the
// data of control transfers are mapped by themselves, as recorded; bulk data comes mapped.

import {
  COMMAND_BLF,
  COMMAND_CLF,
  COMMAND_HCR,
  CONTROL_BLE,
  CONTROL_CLE,
  CONTROL_OPERATIONAL,
  HC_BULK_HEAD,
  HC_COMMAND_STATUS,
  HC_CONTROL,
  HC_CONTROL_HEAD,
  HC_HCCA,
  HC_INTERRUPT_ENABLE,
  HC_INTERRUPT_STATUS,
  HC_PORT_STATUS,
  HC_REVISION,
  HCCA_BYTES,
  HCCA_DONE_HEAD,
  INTERRUPT_MIE,
  INTERRUPT_UE,
  INTERRUPT_WDH,
  PORT_CONNECTED,
  TD_CC,
  TD_CC_SHIFT,
  TD_IN,
  TD_MAX_BYTES,
  TD_NEXT,
  TD_OUT,
  TD_SETUP,
} from '../../../abi/ohci.ts';
import type { DriverContext } from '../types.ts';
import { allocOhciMemory, type OhciMemory } from './ohci-memory.ts';
import { fieldOf, type OhciEndpoint, type TdPlan } from './ohci-endpoint.ts';
import type { BulkPiece, UsbHost, UsbResult } from './usb-host.ts';

const EIO = -5;
const ENOMEM = -12;
const ENODEV = -19;
const POLL_NS = 100_000;
const POLLS = 50_000;
const RESET_NS = 10_000;
const REVISION = 0x10;
/** GET_DESCRIPTOR (device, 18 bytes), SET_ADDRESS 1, SET_CONFIGURATION 1: the enumeration. */
const ENUMERATION: readonly (readonly [lo: number, hi: number, bytes: number])[] = [
  [0x0100_0680, 18 << 16, 18],
  [0x0001_0500, 0, 0],
  [0x0001_0900, 0, 0],
];

/** What a transfer waits for. */
interface Waiting {
  readonly done: (result: UsbResult) => void;
}

export function createOhciHost(context: DriverContext): UsbHost {
  const { mmio, dev, dma, memory: ram, pages } = context;
  const read = (offset: number): number => mmio.read32(dev.fn, offset) | 0;
  const write = (offset: number, value: number): void => mmio.write32(dev.fn, offset, value);
  const waiting = new Map<OhciEndpoint, Waiting>();
  let held: OhciMemory | undefined;
  /** Page of setup packets and answers. */
  let page: number | undefined;
  let dead = false;

  const endpoints = (): readonly OhciEndpoint[] =>
    held === undefined ? [] : [held.control, held.bulkIn, held.bulkOut];

  const finish = (endpoint: OhciEndpoint, result: UsbResult): void => {
    const found = waiting.get(endpoint);
    waiting.delete(endpoint);
    found?.done(result);
  };

  /** The done queue comes last first (ohci_work turns it round). */
  const takeDone = ({ hcca, tds }: OhciMemory): void => {
    const order: number[] = [];
    let lo = hcca.get32(HCCA_DONE_HEAD) & ~15;
    hcca.set32(HCCA_DONE_HEAD, 0);
    for (
      let block = tds.find(lo);
      lo !== 0 && block !== undefined && order.length < 4096;
      block = tds.find(lo)
    ) {
      order.unshift(lo);
      lo = fieldOf(block, TD_NEXT) & ~15;
    }
    write(HC_INTERRUPT_STATUS, INTERRUPT_WDH);
    for (const address of order) {
      const block = tds.find(address);
      if (block !== undefined) retire(fieldOf(block, 0), address);
    }
  };

  const retire = (flags: number, address: number): void => {
    const endpoint = endpoints().find((one) => one.retire(address));
    if (endpoint === undefined) return;
    const code = flags >>> TD_CC_SHIFT;
    if (code !== TD_CC.noError) finish(endpoint, code === TD_CC.stall ? 'stall' : 'error');
    else if (endpoint.pending === 0) finish(endpoint, 'ok');
  };

  const poll = (): void => {
    const status = read(HC_INTERRUPT_STATUS);
    if (status === -1 || held === undefined || dead) return;
    if ((status & INTERRUPT_UE) !== 0) {
      write(HC_INTERRUPT_STATUS, INTERRUPT_UE);
      context.log('err', 'OHCI Unrecoverable Error, disabled');
      dead = true;
    } else if ((status & INTERRUPT_WDH) !== 0) takeDone(held);
  };

  const submit = (
    endpoint: OhciEndpoint,
    plans: readonly TdPlan[],
    fills: number,
    done: (result: UsbResult) => void,
  ): void => {
    if (!endpoint.queue(plans)) return void context.scheduler.after(0, () => done('error'));
    waiting.set(endpoint, { done });
    write(HC_COMMAND_STATUS, fills);
  };

  const plansOf = (piece: BulkPiece, flags: number): TdPlan[] => {
    const plans: TdPlan[] = [];
    for (let at = 0; at < piece.bytes; at += TD_MAX_BYTES)
      plans.push({ flags, lo: (piece.lo + at) | 0, bytes: Math.min(TD_MAX_BYTES, piece.bytes - at) });
    return plans;
  };

  /** Maps the setup packet, and the page behind it for an answer; `done` is told when both are unmapped again. */
  const request = (lo: number, hi: number, bytes: number, done: (result: UsbResult) => void): void => {
    const refuse = (): void => void context.scheduler.after(0, () => done('error'));
    if (held === undefined || page === undefined) return refuse();
    const packet = ram.bytes(page, 8);
    new DataView(packet.buffer, packet.byteOffset, 8).setInt32(0, lo, true);
    new DataView(packet.buffer, packet.byteOffset, 8).setInt32(4, hi, true);
    if (!dma.mapPage(dev, page, 8, 'to-device')) return refuse();
    const setup = { hi: dma.handleHi, lo: dma.handleLo };
    const answers = bytes === 0 || dma.mapPage(dev, page + 64, bytes, 'from-device');
    const data = { hi: dma.handleHi, lo: dma.handleLo };
    const undo = (): void => {
      if (bytes > 0 && answers) dma.unmapPage(dev, data.hi, data.lo, bytes, 'from-device');
      dma.unmapPage(dev, setup.hi, setup.lo, 8, 'to-device');
    };
    if (!answers) {
      undo();
      return refuse();
    }
    const plans: TdPlan[] = [{ flags: TD_SETUP, lo: setup.lo, bytes: 8 }];
    if (bytes > 0) plans.push({ flags: TD_IN, lo: data.lo, bytes });
    plans.push({ flags: bytes > 0 ? TD_OUT : TD_IN, lo: 0, bytes: 0 });
    undoControl = undo;
    submit(held.control, plans, COMMAND_CLF, (result) => {
      endControl();
      done(result);
    });
  };

  let undoControl: (() => void) | undefined;
  const endControl = (): void => {
    const undo = undoControl;
    undoControl = undefined;
    undo?.();
  };

  const program = ({ hcca, control, bulkIn, bulkOut }: OhciMemory): void => {
    for (const endpoint of [control, bulkIn, bulkOut]) endpoint.clear();
    bulkIn.link(bulkOut);
    for (let at = 0; at < HCCA_BYTES; at += 4) hcca.set32(at, 0);
    write(HC_HCCA, hcca.lo);
    write(HC_CONTROL_HEAD, control.ed.lo);
    write(HC_BULK_HEAD, bulkIn.ed.lo);
    write(HC_INTERRUPT_ENABLE, INTERRUPT_MIE | INTERRUPT_WDH | INTERRUPT_UE);
    write(HC_CONTROL, CONTROL_OPERATIONAL | CONTROL_CLE | CONTROL_BLE);
  };

  function* enumerate(): Generator<number, number, void> {
    if ((read(HC_PORT_STATUS) & PORT_CONNECTED) === 0) return ENODEV;
    for (const [lo, hi, bytes] of ENUMERATION) {
      let answer: UsbResult | undefined;
      request(lo, hi, bytes, (result) => (answer = result));
      for (let polls = 0; polls < POLLS && answer === undefined && !dead; polls++) {
        yield POLL_NS;
        poll();
      }
      if (answer !== 'ok') return EIO;
    }
    return 0;
  }

  function* bringUp(): Generator<number, number, void> {
    waiting.clear();
    dead = false;
    write(HC_COMMAND_STATUS, COMMAND_HCR);
    yield RESET_NS;
    if (read(HC_REVISION) !== REVISION) return ENODEV;
    page ??= pages.alloc(0);
    held ??= allocOhciMemory(context);
    if (page === undefined || held === undefined) return ENOMEM;
    program(held);
    return yield* enumerate();
  }

  return {
    bringUp,
    get buffer() {
      return held?.iobuf;
    },
    bulk(direction, pieces, done) {
      const endpoint = direction === 'in' ? held?.bulkIn : held?.bulkOut;
      if (endpoint === undefined) return;
      const flags = direction === 'in' ? TD_IN : TD_OUT;
      submit(
        endpoint,
        pieces.flatMap((piece) => plansOf(piece, flags)),
        COMMAND_BLF,
        done,
      );
    },
    control: ([lo, hi], done) => request(lo, hi, 0, done),
    clearHalt(direction, done) {
      (direction === 'in' ? held?.bulkIn : held?.bulkOut)?.clear();
      context.scheduler.after(0, done);
    },
    poll,
    isDead: () => dead,
    halt() {
      write(HC_CONTROL, 0);
      waiting.clear();
      endControl();
    },
    isGone: () => read(HC_REVISION) === -1,
    free() {
      held?.free();
      held = undefined;
      if (page !== undefined) pages.free(page, 0);
      page = undefined;
    },
  };
}

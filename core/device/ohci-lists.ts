// The lists of an OHCI controller: endpoint descriptors, their transfer descriptors, the done queue (OpenHCI 1.0a, sections 4.2, 4.3, 4.4,
// 6.4). The packets of a transfer are moved together, as soon as its last transfer descriptor is there.

import {
  ED_BYTES,
  ED_ENDPOINT_SHIFT,
  ED_HALTED,
  ED_HEAD,
  ED_IN,
  ED_NEXT,
  ED_SKIP,
  ED_TAIL,
  HCCA_DONE_HEAD,
  TD_BUFFER,
  TD_BYTES,
  TD_CC,
  TD_CC_SHIFT,
  TD_END,
  TD_NEXT,
  TD_PID_MASK,
  TD_SETUP,
} from '../abi/ohci.ts';
import type { DmaBus } from '../abi/ports.ts';
import { createHostRuns, type HostRuns } from './host-runs.ts';
import type { UsbStorage } from './usb-storage.ts';

/** Full speed: 12 Mbit/s after its overheads. */
const NS_PER_BYTE = 800;
/** Longest list followed: one that closes on itself is an unrecoverable error. */
const MAX_LIST = 1024;
const PAGE = 4096;

export interface OhciListsParts {
  readonly bus: DmaBus;
  readonly storage: UsbStorage;
  readonly later: (delayNs: number, action: () => void) => void;
  readonly hcca: () => number;
  /** The driver has taken the done queue that it was given last. */
  readonly mayWriteDone: () => boolean;
  readonly doneWritten: () => void;
  readonly unrecoverable: () => void;
}

export interface OhciLists {
  /** Serves the endpoints of a list. */
  run(head: number): void;
  /** Hands over the done queue that waited. */
  flushDone(): void;
  reset(): void;
}

interface TransferDescriptor {
  readonly address: number;
  readonly flags: number;
  readonly buffer: number;
  readonly bytes: number;
}

/** Bytes of a buffer: it may go over from its first page to the page of its end. */
function bufferBytes(buffer: number, end: number): number {
  if (buffer === 0) return 0;
  const crosses = ((buffer ^ end) & ~(PAGE - 1)) !== 0;
  return (end & (PAGE - 1)) - (buffer & (PAGE - 1)) + 1 + (crosses ? PAGE : 0);
}

export function createOhciLists(parts: OhciListsParts): OhciLists {
  const { bus, storage } = parts;
  /** Endpoints with a transfer under way, by address of their descriptor. */
  const busy = new Set<number>();
  const word = new DataView(new ArrayBuffer(4));
  const wordBytes = new Uint8Array(word.buffer);
  let done = 0;

  /** Undefined: out of reach. */
  const read = (address: number, bytes: number): DataView | undefined => {
    const view = new DataView(new ArrayBuffer(bytes));
    return bus.read(0, address, new Uint8Array(view.buffer)).fault === undefined ? view : undefined;
  };
  const write = (address: number, value: number): boolean => {
    word.setInt32(0, value, true);
    return bus.write(0, address, wordBytes).fault === undefined;
  };

  /** Transfer descriptors of an endpoint from head to tail. Undefined: out of reach, or without end. */
  const pending = (ed: DataView): TransferDescriptor[] | undefined => {
    const tail = ed.getInt32(ED_TAIL, true) & ~15;
    const found: TransferDescriptor[] = [];
    for (let address = ed.getInt32(ED_HEAD, true) & ~15; address !== tail;) {
      const td = found.length < MAX_LIST ? read(address, TD_BYTES) : undefined;
      if (td === undefined) return undefined;
      const buffer = td.getInt32(TD_BUFFER, true);
      const bytes = bufferBytes(buffer, td.getInt32(TD_END, true));
      found.push({ address, flags: td.getInt32(0, true), buffer, bytes });
      address = td.getInt32(TD_NEXT, true) & ~15;
    }
    return found;
  };

  const addBuffer = (runs: HostRuns, { buffer, bytes }: TransferDescriptor): void => {
    if (bytes > 0) runs.add(0, buffer, bytes);
  };

  /** Those of the next bulk transfer; none while its last ones are missing. */
  const transferOf = (tds: readonly TransferDescriptor[], direction: 'in' | 'out'): TransferDescriptor[] => {
    const expected = storage.expects(direction);
    const taken: TransferDescriptor[] = [];
    let bytes = 0;
    for (const td of tds) {
      taken.push(td);
      bytes += td.bytes;
      if (bytes >= expected) return taken;
    }
    return [];
  };

  /** Puts descriptors on the done queue, the last one with `code`; the endpoint goes on after them, or halts. */
  const retire = (edAddress: number, tds: readonly TransferDescriptor[], code: number): boolean => {
    for (const [index, td] of tds.entries()) {
      const next = read(td.address + TD_NEXT, 4)?.getInt32(0, true);
      if (next === undefined) return false;
      const own = index === tds.length - 1 ? code : TD_CC.noError;
      const flags = (td.flags & 0x0fff_ffff) | (own << TD_CC_SHIFT);
      const written =
        write(td.address, flags) && write(td.address + TD_BUFFER, 0) && write(td.address + TD_NEXT, done);
      const head = (next & ~15) | (own === TD_CC.noError ? 0 : ED_HALTED);
      if (!written || !write(edAddress + ED_HEAD, head)) return false;
      done = td.address;
    }
    return true;
  };

  const flushDone = (): void => {
    if (done === 0 || !parts.mayWriteDone()) return;
    const head = done;
    done = 0;
    if (write((parts.hcca() + HCCA_DONE_HEAD) | 0, head)) parts.doneWritten();
    else parts.unrecoverable();
  };

  /** After the time on the wire: moves, retires, and looks for more. `move` gives the completion code. */
  const carryOut = (
    edAddress: number,
    tds: readonly TransferDescriptor[],
    move: (runs: HostRuns) => number,
  ): void => {
    const runs = createHostRuns(bus);
    for (const td of tds) if ((td.flags & TD_PID_MASK) !== TD_SETUP) addBuffer(runs, td);
    busy.add(edAddress);
    parts.later(Math.ceil((runs.bytes + 64) * NS_PER_BYTE), () => {
      busy.delete(edAddress);
      const code = move(runs);
      if (runs.failed || !retire(edAddress, tds, code)) return parts.unrecoverable();
      flushDone();
      serve(edAddress);
    });
  };

  const bulk = (edAddress: number, tds: readonly TransferDescriptor[], direction: 'in' | 'out'): void => {
    const transfer = transferOf(tds, direction);
    if (transfer.length === 0) return;
    carryOut(edAddress, transfer, (runs) => {
      const moved = direction === 'in' ? storage.bulkIn(runs) : storage.bulkOut(runs);
      return moved === 'stall' ? TD_CC.stall : TD_CC.noError;
    });
  };

  /** Setup, perhaps data, status: all of them must be there. */
  const control = (edAddress: number, tds: readonly TransferDescriptor[]): void => {
    const [setup] = tds;
    if (setup === undefined || tds.length < 2) return;
    const request = read(setup.buffer, 8);
    if (request === undefined || setup.bytes !== 8) return parts.unrecoverable();
    carryOut(edAddress, tds, (runs) => {
      const data = storage.control(request);
      if (data !== undefined && data.length > 0) runs.toHost(data);
      return data === undefined ? TD_CC.stall : TD_CC.noError;
    });
  };

  /** Serves one endpoint; its next one in the list, or undefined when it is out of reach. */
  const serve = (address: number): number | undefined => {
    const ed = read(address, ED_BYTES);
    const tds = ed === undefined ? undefined : pending(ed);
    if (ed === undefined || tds === undefined) {
      parts.unrecoverable();
      return undefined;
    }
    const flags = ed.getInt32(0, true);
    const idle =
      busy.has(address) || (flags & ED_SKIP) !== 0 || (ed.getInt32(ED_HEAD, true) & ED_HALTED) !== 0;
    if (!idle && tds.length > 0) {
      const endpoint = (flags >> ED_ENDPOINT_SHIFT) & 15;
      if (endpoint === 0) control(address, tds);
      else bulk(address, tds, (flags & ED_IN) !== 0 ? 'in' : 'out');
    }
    return ed.getInt32(ED_NEXT, true) & ~15;
  };

  return {
    run(head) {
      let address: number | undefined = head;
      for (let steps = 0; address !== undefined && address !== 0 && steps < MAX_LIST; steps++)
        address = serve(address);
    },
    flushDone,
    reset() {
      busy.clear();
      done = 0;
    },
  };
}

// The one device slot of the controller: commands on the command ring, transfers on the rings of its endpoints (xHCI 1.1, sections 4.6,
// 4.10, 4.11, 6.2). Contexts are read where the driver put them; endpoint states are kept here, not written back.

import {
  CC,
  CONTEXT_BYTES,
  DCI_BULK_IN,
  DCI_BULK_OUT,
  DCI_CONTROL,
  EP_DEQUEUE,
  TRB,
  TRB_CHAIN,
  TRB_IN,
  TRB_TYPE_SHIFT,
} from '../abi/xhci.ts';
import type { DmaBus } from '../abi/ports.ts';
import { createHostRuns, hiAfter, type HostRuns } from './host-runs.ts';
import type { UsbStorage } from './usb-storage.ts';
import { createXhciEvents, createXhciRing, typeOf, type XhciEvents, type XhciRing } from './xhci-rings.ts';

const ACCESS_NS = 120_000;
/** SuperSpeed after its overheads. */
const BYTES_PER_NS = 0.4;
const SLOT = 1;
const TRANSFER_LENGTH = 0x1_ffff;
/** Pieces of one transfer: a ring without end is broken. */
const MAX_PIECES = 4096;

export interface XhciSlotParts {
  readonly bus: DmaBus;
  readonly storage: UsbStorage;
  /** Runs an action later unless the controller was stopped or reset in between. */
  readonly later: (delayNs: number, action: () => void) => void;
  readonly interrupt: () => void;
  /** Memory of the controller's own was out of reach. */
  readonly systemError: () => void;
  /** Device context base address array. */
  readonly dcbaa: () => { readonly hi: number; readonly lo: number };
}

export interface XhciSlot {
  readonly commands: XhciRing;
  readonly events: XhciEvents;
  readonly runCommands: () => void;
  readonly runEndpoint: (dci: number) => void;
  reset(): void;
}

interface Endpoint {
  readonly ring: XhciRing;
  state: 'disabled' | 'running' | 'halted';
  busy: boolean;
}

export function createXhciSlot(parts: XhciSlotParts): XhciSlot {
  const { bus, storage } = parts;
  const events = createXhciEvents(bus);
  const commands = createXhciRing(bus);
  const endpoints = new Map<number, Endpoint>();
  let enabled = false;

  const post = (hi: number, lo: number, status: number, control: number): void => {
    if (events.post(hi, lo, status, control | (SLOT << 24))) parts.interrupt();
    else parts.systemError();
  };

  // Commands ------------------------------------------------------------------------------------------------------------------------

  /** Opens the endpoints that an input context adds. The device context must be reachable too: the controller owns it. */
  const addEndpoints = (hi: number, lo: number): number => {
    const bytes = new Uint8Array(CONTEXT_BYTES);
    const view = new DataView(bytes.buffer);
    const at = (index: number): boolean =>
      bus.read(hiAfter(hi, lo, index * CONTEXT_BYTES), (lo + index * CONTEXT_BYTES) | 0, bytes).fault ===
      undefined;
    if (!at(0)) return 0;
    const flags = view.getUint32(4, true);
    for (const dci of [DCI_CONTROL, DCI_BULK_IN, DCI_BULK_OUT]) {
      if (((flags >>> dci) & 1) === 0) continue;
      if (!at(dci + 1)) return 0;
      const ring = createXhciRing(bus);
      ring.set(view.getInt32(EP_DEQUEUE + 4, true), view.getInt32(EP_DEQUEUE, true));
      endpoints.set(dci, { ring, state: 'running', busy: false });
    }
    return writeDeviceContext() ? CC.success : 0;
  };

  /** The slot's output context: address and state. False: out of reach. */
  const writeDeviceContext = (): boolean => {
    const { hi, lo } = parts.dcbaa();
    const pointer = new Uint8Array(8);
    const view = new DataView(pointer.buffer);
    if (bus.read(hiAfter(hi, lo, SLOT * 8), (lo + SLOT * 8) | 0, pointer).fault !== undefined) return false;
    const state = new Uint8Array(CONTEXT_BYTES);
    state[12] = SLOT;
    state[15] = 2 << 3; // addressed
    return bus.write(view.getInt32(4, true), view.getInt32(0, true), state).fault === undefined;
  };

  const onEndpoint = (trb: DataView, act: (endpoint: Endpoint) => void): number => {
    const endpoint = endpoints.get((trb.getUint32(12, true) >>> 16) & 0x1f);
    if (endpoint === undefined) return CC.endpointNotEnabled;
    act(endpoint);
    return CC.success;
  };

  /** Completion code; 0: a host system error. */
  const execute = (trb: DataView): number => {
    const type = typeOf(trb);
    if (type === TRB.enableSlot) {
      if (enabled) return CC.noSlots;
      enabled = true;
      return CC.success;
    }
    if (!enabled) return CC.slotNotEnabled;
    const [hi, lo] = [trb.getInt32(4, true), trb.getInt32(0, true)];
    if (type === TRB.addressDevice || type === TRB.configureEndpoint) return addEndpoints(hi, lo & ~15);
    if (type === TRB.resetEndpoint)
      return onEndpoint(
        trb,
        (endpoint) => (endpoint.state = endpoint.state === 'halted' ? 'running' : endpoint.state),
      );
    if (type === TRB.setDequeue) return onEndpoint(trb, (endpoint) => endpoint.ring.set(hi, lo));
    return CC.trbError;
  };

  const runCommands = (): void => {
    for (;;) {
      const found = commands.next();
      if (found === undefined) return;
      const code = found === 'fault' ? 0 : execute(commands.trb);
      if (code === 0) return parts.systemError();
      post(commands.hi, commands.lo, code << 24, TRB.commandEvent << TRB_TYPE_SHIFT);
    }
  };

  // Transfers -----------------------------------------------------------------------------------------------------------------------

  /** Gathers a transfer descriptor of the ring; its last TRB is then the ring's. Undefined: none is ready. */
  const gather = (ring: XhciRing): HostRuns | 'fault' | undefined => {
    const runs = createHostRuns(bus);
    for (let pieces = 0; pieces < MAX_PIECES; pieces++) {
      const found = ring.next();
      if (found === undefined) return pieces === 0 ? undefined : 'fault';
      if (found === 'fault') return 'fault';
      const { trb } = ring;
      runs.add(trb.getInt32(4, true), trb.getInt32(0, true), trb.getUint32(8, true) & TRANSFER_LENGTH);
      if ((trb.getUint32(12, true) & TRB_CHAIN) === 0) return runs;
    }
    return 'fault';
  };

  const finish = (dci: number, endpoint: Endpoint, code: number, moved: number, transfer: HostRuns): void => {
    const { ring } = endpoint;
    endpoint.busy = false;
    if (code !== CC.success && code !== CC.shortPacket) endpoint.state = 'halted';
    const residual = Math.max(0, transfer.bytes - moved) & 0xff_ffff;
    post(ring.hi, ring.lo, residual | (code << 24), (TRB.transferEvent << TRB_TYPE_SHIFT) | (dci << 16));
    runEndpoint(dci);
  };

  const bulk = (dci: number, endpoint: Endpoint): void => {
    const held = gather(endpoint.ring);
    if (held === undefined) return;
    if (held === 'fault') return parts.systemError();
    endpoint.busy = true;
    parts.later(ACCESS_NS / 3 + Math.ceil(held.bytes / BYTES_PER_NS), () => {
      const moved = dci === DCI_BULK_IN ? storage.bulkIn(held) : storage.bulkOut(held);
      const bytes = moved === 'stall' ? 0 : moved;
      const short = bytes < held.bytes ? CC.shortPacket : CC.success;
      const code = moved === 'stall' ? CC.stall : held.failed ? CC.dataBufferError : short;
      finish(dci, endpoint, code, bytes, held);
    });
  };

  /** Setup stage with immediate data, perhaps a data stage, status stage. */
  const control = (endpoint: Endpoint): void => {
    const { ring } = endpoint;
    const found = ring.next();
    if (found === undefined) return;
    if (found === 'fault' || typeOf(ring.trb) !== TRB.setup) return parts.systemError();
    const setup = new DataView(ring.trb.buffer.slice(0, 8));
    const data = storage.control(setup);
    const held = createHostRuns(bus);
    for (let stage = ring.next(); ; stage = ring.next()) {
      if (stage !== 'trb') return parts.systemError();
      if (typeOf(ring.trb) === TRB.status) break;
      if ((ring.trb.getUint32(12, true) & TRB_IN) === 0) continue;
      held.add(
        ring.trb.getInt32(4, true),
        ring.trb.getInt32(0, true),
        ring.trb.getUint32(8, true) & TRANSFER_LENGTH,
      );
    }
    endpoint.busy = true;
    parts.later(ACCESS_NS, () => {
      if (data !== undefined && data.length > 0) held.toHost(data);
      const code = data === undefined ? CC.stall : held.failed ? CC.dataBufferError : CC.success;
      finish(DCI_CONTROL, endpoint, code, data?.length ?? 0, held);
    });
  };

  const runEndpoint = (dci: number): void => {
    const endpoint = endpoints.get(dci);
    if (endpoint === undefined || endpoint.busy || endpoint.state !== 'running') return;
    if (dci === DCI_CONTROL) control(endpoint);
    else bulk(dci, endpoint);
  };

  return {
    commands,
    events,
    runCommands,
    runEndpoint,
    reset() {
      enabled = false;
      endpoints.clear();
      events.close();
      commands.set(0, 0);
    },
  };
}

// Follows the windows through a recorded trace, as far as telling set-up calls from the drivers' work needs it.

import type { Call, TceCall } from './scenario-call.ts';
import { clears, isMap } from './scenario-call.ts';

export type CallClass = 'set-up' | 'map' | 'unmap';

const lmbBytes = 0x1000_0000n;

interface WindowState {
  pageShift: number;
  /** Bus address of its start; undefined for a default window, which is never filled 1:1. */
  start: bigint | undefined;
  bytes: number | undefined;
  /** Entries that drivers hold: in the kernel's bitmap, whatever the table holds. */
  readonly held: Set<number>;
  /** Entries that drivers held once: some drivers unmap twice (sym53c8xx when a command times out). */
  readonly heldOnce: Set<number>;
  /** Entries that a VFIO user holds. */
  readonly exchanged: Set<number>;
  /** End of the 1:1 fill that is going on, as a bus address. */
  fillEnd: bigint | undefined;
  previous: TceCall | undefined;
}

export class WindowBook {
  private readonly windows = new Map<number, WindowState>();

  pageShiftOf(liobn: number): number {
    return this.stateOf(liobn).pageShift;
  }

  /** Bytes of a window that was created; undefined for a default one. */
  sizeOf(liobn: number): number | undefined {
    return this.stateOf(liobn).bytes;
  }

  firstEntryOf(liobn: number): number {
    const { start, pageShift } = this.stateOf(liobn);
    return Number((start ?? 0n) >> BigInt(pageShift));
  }

  /** The value is an address of the page allocator: a read of what a driver or a VFIO user mapped, or a VFIO user's map. */
  isAddressFree(call: Call): call is TceCall {
    if (call.kind !== 'tce') return false;
    const { held, exchanged, pageShift, previous } = this.stateOf(call.liobn);
    const entry = Number((call.ioba ?? 0n) >> BigInt(pageShift));
    if (call.op === 'H_GET_TCE') return held.has(entry) || exchanged.has(entry);
    if (!isExchange(call, previous)) return false;
    if (call.tce === 0n) exchanged.delete(entry);
    else exchanged.add(entry);
    return call.tce !== 0n;
  }

  classify(call: Call): CallClass {
    if (call.kind === 'rtas') {
      this.noteRtas(call.name, call.liobn, call.fields, call.ret);
      return 'set-up';
    }
    const window = this.stateOf(call.liobn);
    const as = this.classOf(call, window);
    window.previous = call;
    return as;
  }

  private classOf(call: TceCall, window: WindowState): CallClass {
    if (call.op === 'H_GET_TCE' || isExchange(call, window.previous)) return 'set-up';
    const first = Number((call.ioba ?? 0n) >> BigInt(window.pageShift));
    if (isMap(call)) {
      if (continuesFill(call, window)) return 'set-up';
      for (let i = 0; i < call.count; i++) {
        window.held.add(first + i);
        window.heldOnce.add(first + i);
      }
      return 'map';
    }
    return clears(call) && releases(call, first, window) ? 'unmap' : 'set-up';
  }

  private stateOf(liobn: number): WindowState {
    const known = this.windows.get(liobn);
    if (known !== undefined) return known;
    const fresh: WindowState = {
      pageShift: 12,
      start: undefined,
      bytes: undefined,
      held: new Set(),
      heldOnce: new Set(),
      exchanged: new Set(),
      fillEnd: undefined,
      previous: undefined,
    };
    this.windows.set(liobn, fresh);
    return fresh;
  }

  private noteRtas(
    name: string,
    liobn: number | undefined,
    fields: ReadonlyMap<string, string>,
    ret: number,
  ): void {
    if (ret !== 0 || liobn === undefined) return;
    if (name === 'ibm,remove-pe-dma-window') this.windows.delete(liobn);
    if (name !== 'ibm,create-pe-dma-window') return;
    this.windows.delete(liobn);
    const window = this.stateOf(liobn);
    window.pageShift = Number(fields.get('page_shift') ?? '12');
    window.start = BigInt(fields.get('start') ?? '0');
    window.bytes = 2 ** Number(fields.get('window_shift') ?? '0');
  }
}

/** VFIO replaces a TCE by reading and writing it. */
function isExchange(call: TceCall, previous: TceCall | undefined): boolean {
  return call.op === 'H_PUT_TCE' && previous?.op === 'H_GET_TCE' && previous.ioba === call.ioba;
}

/**
 * Part of a 1:1 fill: the TCEs are the bus address itself (read and write), and it begins at a memory block or goes on where the
 * fill stands. No driver's buffer meets both by chance.
 */
function continuesFill(call: TceCall, window: WindowState): boolean {
  if (window.start === undefined || call.ioba === undefined) return false;
  const offset = call.ioba - window.start;
  if (call.tce !== (offset | 3n) || (call.runs?.length ?? 1) !== 1) return false;
  if (offset % lmbBytes !== 0n && call.ioba !== window.fillEnd) return false;
  window.fillEnd = call.ioba + (BigInt(call.count) << BigInt(window.pageShift));
  return true;
}

/** A driver's unmap covers only entries that drivers hold or held; a clear of a table covers others too. */
function releases(call: TceCall, first: number, window: WindowState): boolean {
  const entries = Array.from({ length: call.count }, (_, i) => first + i);
  const atStart = call.ioba === (window.start ?? 0n);
  const known = atStart ? window.held : window.heldOnce;
  if (call.count > 0 && entries.every((e) => known.has(e))) {
    for (const e of entries) window.held.delete(e);
    return true;
  }
  // A clear that begins a table is a new kernel's: what the old one held is gone.
  if (atStart && call.count > 0) {
    window.held.clear();
    window.heldOnce.clear();
  }
  return false;
}

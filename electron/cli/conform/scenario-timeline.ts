// A recorded trace as one timeline per bus: which calls set windows up, which are the drivers' maps and unmaps.
// What the boot firmware did is dropped (the oracle's README, "What equal means"). Decided from the recording alone.

import type { Call, TceCall } from './scenario-call.ts';
import { clears, isMap } from './scenario-call.ts';
import type { PlanMachine } from './scenario-plan.ts';
import { hex } from './scenario-text.ts';
import type { TraceLine } from './scenario-trace.ts';

export type CallClass = 'set-up' | 'map' | 'unmap';

export interface ClassifiedCall {
  readonly call: Call;
  readonly as: CallClass;
}

/** `PHB 0`, or `VIO 0x71000002`: the order between buses is free, the order on one is not. */
export type BusName = string;

/** QEMU: 0x80000000 | PHB index << 8 | window number (spapr.h, SPAPR_PCI_LIOBN). */
export function busOfLiobn(liobn: number): BusName {
  const isPci = liobn >>> 28 === 0x8;
  return isPci ? `PHB ${(liobn >>> 8) & 0xffff}` : `VIO ${hex(liobn >>> 0)}`;
}

export function busOfCall(call: Call, machine: PlanMachine): BusName {
  if (call.kind === 'tce') return busOfLiobn(call.liobn);
  const phb = machine.phbs.find((p) => p.buid === call.buid);
  if (phb !== undefined) return `PHB ${phb.index}`;
  return call.liobn === undefined ? `BUID ${hex(call.buid ?? 0n)}` : busOfLiobn(call.liobn);
}

/** Linux' calls only: the boot firmware ran before each client-architecture-support, and closes with H_PUT_TCE 0 after it. */
export function linuxCalls(trace: readonly TraceLine[]): readonly Call[] {
  const calls: Call[] = [];
  const firmware = new FirmwareMappings();
  let running: 'firmware' | 'closing' | 'linux' = 'firmware';
  trace.forEach((line, i) => {
    if (line.kind === 'event') {
      if (line.event === 'linux-cas') running = 'closing';
      else if (running === 'linux' && isSystemReset(trace, i)) running = 'firmware';
      return;
    }
    if (running === 'firmware') firmware.note(line);
    else if (running === 'linux' || !firmware.takesBack(line)) {
      running = 'linux';
      calls.push(line);
    }
  });
  return calls;
}

/** What the boot firmware has mapped and not yet taken back. */
class FirmwareMappings {
  private readonly live = new Set<string>();

  note(call: Call): void {
    if (call.kind !== 'tce' || call.op !== 'H_PUT_TCE') return;
    const key = `${call.liobn} ${call.ioba ?? 0n}`;
    if (call.tce === 0n) this.live.delete(key);
    else this.live.add(key);
  }

  takesBack(call: Call): boolean {
    if (call.kind !== 'tce' || call.op !== 'H_PUT_TCE' || call.tce !== 0n) return false;
    return this.live.delete(`${call.liobn} ${call.ioba ?? 0n}`);
  }
}

/**
 * A default table made anew that belongs to no RTAS call, with a boot after it: the platform was reset.
 * (A table made by an RTAS call is traced just before the call.)
 */
function isSystemReset(trace: readonly TraceLine[], index: number): boolean {
  const line = trace[index];
  if (line?.kind !== 'event' || line.event !== 'table-new' || ((line.liobn ?? 1) & 0xff) !== 0) return false;
  const later = trace.slice(index + 1);
  const next = later.find(
    (l) => l.kind !== 'event' || (l.event !== 'table-new' && l.event !== 'default-restored'),
  );
  return next?.kind !== 'rtas' && later.some((l) => l.kind === 'event' && l.event === 'linux-cas');
}

/** Sorts Linux' calls onto their buses and tells set-up calls from the drivers' work. */
export function timelines(
  trace: readonly TraceLine[],
  machine: PlanMachine,
): ReadonlyMap<BusName, readonly ClassifiedCall[]> {
  const buses = new Map<BusName, ClassifiedCall[]>();
  const windows = new WindowBook();
  for (const call of linuxCalls(trace)) {
    const bus = busOfCall(call, machine);
    const line = buses.get(bus) ?? [];
    buses.set(bus, line);
    line.push({ call, as: windows.classify(call) });
  }
  return buses;
}

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
  /** End of the 1:1 fill that is going on, as a bus address. */
  fillEnd: bigint | undefined;
  previous: TceCall | undefined;
}

/** Follows the windows through a trace, so far as telling set-up from work needs it. */
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

// A recorded trace as one timeline per bus: which calls set windows up, which are the drivers' maps and unmaps.
// What the boot firmware did is dropped (the oracle's README, "What equal means"). Decided from the recording alone.

import type { Call } from './scenario-call.ts';
import type { PlanMachine } from './scenario-plan.ts';
import { hex } from './scenario-text.ts';
import type { TraceLine } from './scenario-trace.ts';
import type { CallClass } from './scenario-windows.ts';
import { WindowBook } from './scenario-windows.ts';

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
    const addressFree = windows.isAddressFree(call);
    line.push({ call: addressFree ? { ...call, addressFree } : call, as: windows.classify(call) });
  }
  return buses;
}

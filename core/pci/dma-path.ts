// A function's DMA: cut at I/O page boundaries, each piece translated and moved or refused.
// What a refused piece leads to is the platform's: QEMU drops it and goes on; PowerVM freezes the PE (LoPAR app_eeh_handling).

import { joinU64 } from '../base/u64.ts';
import type { DmaBus, DmaFault, DmaOutcome, FunctionAddress } from '../abi/ports.ts';
import { translate, type DmaDirection, type Translation } from '../iommu/translate.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';
import type { TraceSink } from '../trace/sink.ts';
import type { Pe } from './pe.ts';

/** drop: refused bytes read as zero or are not written, the rest goes on. freeze: the PE stops at the first refusal. */
export type DmaFaultPolicy = 'drop' | 'freeze';

export interface DmaPathOptions {
  readonly pe: Pe;
  readonly fn: FunctionAddress;
  readonly memory: GuestMemory;
  readonly policy: DmaFaultPolicy;
  readonly trace: TraceSink | undefined;
  /** Emit an event for every transfer, not only for faults. */
  readonly traceTransfers: boolean;
}

export class DmaPath implements DmaBus {
  private readonly options: DmaPathOptions;
  private readonly piece: Translation = { fault: undefined, address: 0, bytes: 0 };

  constructor(options: DmaPathOptions) {
    this.options = options;
  }

  read(busHi: number, busLo: number, into: Uint8Array): DmaOutcome {
    return this.transfer('read', busHi, busLo, into);
  }

  write(busHi: number, busLo: number, from: Uint8Array): DmaOutcome {
    return this.transfer('write', busHi, busLo, from);
  }

  private transfer(direction: DmaDirection, busHi: number, busLo: number, data: Uint8Array): DmaOutcome {
    const { pe, fn, trace, traceTransfers } = this.options;
    if (traceTransfers) {
      const busAddress = joinU64(busHi, busLo);
      trace?.emit({ kind: 'dma', fn, direction, busAddress, bytes: data.length });
    }
    let bytesDone = 0;
    let fault: DmaFault | undefined;
    for (let at = 0; at < data.length;) {
      const low = (busLo >>> 0) + at;
      const hi = (busHi + Math.floor(low / 0x1_0000_0000)) | 0;
      const end = pe.frozen ? data.length : this.pieceEnd(direction, hi, low | 0, at, data.length);
      const refused = pe.frozen ? 'frozen' : this.move(direction, data, at, end);
      if (refused === undefined) bytesDone += end - at;
      else {
        if (direction === 'read' && refused !== 'beyond-ram') data.fill(0, at, end);
        bytesDone += refused === 'beyond-ram' ? this.present(end - at) : 0;
        fault ??= refused;
        this.fault(direction, hi, low | 0, end - at, refused);
      }
      at = end;
    }
    return fault === undefined ? { bytesDone } : { bytesDone, fault };
  }

  private pieceEnd(direction: DmaDirection, hi: number, lo: number, at: number, length: number): number {
    translate(this.options.pe.windows, hi, lo, direction, this.piece);
    return Math.min(length, at + this.piece.bytes);
  }

  /** Moves the piece just translated; returns why not (all of it, or its part beyond RAM). */
  private move(direction: DmaDirection, data: Uint8Array, from: number, to: number): DmaFault | undefined {
    if (this.piece.fault !== undefined) return this.piece.fault;
    const { memory } = this.options;
    const part = data.subarray(from, to);
    const moved =
      direction === 'read' ? memory.read(this.piece.address, part) : memory.write(this.piece.address, part);
    return moved === to - from ? undefined : 'beyond-ram';
  }

  /** Bytes of the piece that lie in RAM. */
  private present(length: number): number {
    return Math.max(0, Math.min(length, this.options.memory.ramBytes - this.piece.address));
  }

  private fault(direction: DmaDirection, hi: number, lo: number, bytes: number, fault: DmaFault): void {
    const { pe, fn, trace, policy } = this.options;
    trace?.emit({ kind: 'dma-fault', fn, direction, busAddress: joinU64(hi, lo), bytes, fault });
    if (policy !== 'freeze' || pe.frozen) return;
    pe.frozen = true;
    trace?.emit({ kind: 'pe-frozen', buid: pe.buid, fn });
  }
}

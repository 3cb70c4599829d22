// A function's DMA: cut at I/O page boundaries, each piece translated and moved or refused.
// What a refused piece leads to is the platform's: QEMU drops it and goes on; PowerVM freezes the PE (LoPAR app_eeh_handling).

import { joinU64, type U64 } from '../base/u64.ts';
import type { DmaBus, DmaFault, DmaOutcome, FunctionAddress } from '../abi/ports.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';
import type { TraceSink } from '../trace/sink.ts';
import type { DmaWindow } from './dma-window.ts';
import { translate, type DmaDirection, type Translation } from './translate.ts';

/** drop: refused bytes read as zero or are not written, the rest goes on. freeze: the PE stops at the first refusal. */
export type DmaFaultPolicy = 'drop' | 'freeze';

/** The PE behind which the function sits. */
export interface DmaEndpoint {
  readonly buid: U64;
  readonly windows: readonly DmaWindow[];
  /** While it is true, all DMA is refused. */
  readonly frozen: boolean;
  /** A fault of the function, where the policy is to freeze. */
  freeze(fn: FunctionAddress): void;
}

export interface DmaPathOptions {
  readonly pe: DmaEndpoint;
  readonly fn: FunctionAddress;
  readonly memory: GuestMemory;
  readonly policy: DmaFaultPolicy;
  readonly trace: TraceSink | undefined;
  /** Emit an event for every transfer, not only for faults. */
  readonly traceTransfers: boolean;
}

/** What became of a piece: bytes that reached memory or came from it, and why not all did. */
interface Moved {
  readonly bytes: number;
  readonly fault: DmaFault | undefined;
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
    if (traceTransfers)
      trace?.emit({ kind: 'dma', fn, direction, busAddress: joinU64(busHi, busLo), bytes: data.length });
    let bytesDone = 0;
    let fault: DmaFault | undefined;
    for (let at = 0; at < data.length;) {
      const low = (busLo >>> 0) + at;
      const hi = (busHi + Math.floor(low / 0x1_0000_0000)) | 0;
      translate(pe.windows, hi, low | 0, direction, this.piece);
      const end = pe.frozen ? data.length : Math.min(data.length, at + this.piece.bytes);
      const part = data.subarray(at, end);
      const moved: Moved = pe.frozen ? refuse(direction, part, 'frozen') : this.move(direction, part);
      bytesDone += moved.bytes;
      if (moved.fault !== undefined) {
        fault ??= moved.fault;
        this.report(direction, joinU64(hi, low | 0), end - at, moved.fault);
      }
      at = end;
    }
    return fault === undefined ? { bytesDone } : { bytesDone, fault };
  }

  /** Moves the piece that was just translated. */
  private move(direction: DmaDirection, part: Uint8Array): Moved {
    const { memory } = this.options;
    if (this.piece.fault !== undefined) return refuse(direction, part, this.piece.fault);
    const bytes =
      direction === 'read' ? memory.read(this.piece.address, part) : memory.write(this.piece.address, part);
    return { bytes, fault: bytes === part.length ? undefined : 'beyond-ram' };
  }

  private report(direction: DmaDirection, busAddress: U64, bytes: number, fault: DmaFault): void {
    const { pe, fn, trace, policy } = this.options;
    trace?.emit({ kind: 'dma-fault', fn, direction, busAddress, bytes, fault });
    if (policy === 'freeze' && !pe.frozen) pe.freeze(fn);
  }
}

/** Refused bytes read as zeros. */
function refuse(direction: DmaDirection, part: Uint8Array, fault: DmaFault): Moved {
  if (direction === 'read') part.fill(0);
  return { bytes: 0, fault };
}

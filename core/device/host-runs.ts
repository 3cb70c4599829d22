// Pieces of host memory that together are one transfer, and moving data into and out of them: what every DMA engine does after it has
// read its descriptors. Neighbours are joined, so that a contiguous buffer is one transfer on the bus.

import type { DmaBus } from '../abi/ports.ts';

export interface HostRuns {
  /** Bytes of all pieces. */
  readonly bytes: number;
  /** A piece could not be reached, or more was moved than there is room. */
  readonly failed: boolean;
  clear(): void;
  /** Bus address as int32 halves. */
  add(hi: number, lo: number, bytes: number): void;
  /** Writes `view` to host memory, after what was moved before. */
  toHost(view: Uint8Array): void;
  /** Fills `view` from host memory, after what was moved before. */
  fromHost(view: Uint8Array): void;
  /** Writes `view` to the end of the pieces, wherever the transfer stands and however it went. False: out of reach. */
  finish(view: Uint8Array): boolean;
}

/** Upper half of the bus address `offset` bytes after (hi, lo). */
export const hiAfter = (hi: number, lo: number, offset: number): number =>
  (hi + Math.floor(((lo >>> 0) + offset) / 0x1_0000_0000)) | 0;

export function createHostRuns(bus: DmaBus): HostRuns {
  const his: number[] = [];
  const los: number[] = [];
  const lengths: number[] = [];
  let count = 0;
  let total = 0;
  let run = 0;
  let inRun = 0;
  let failed = false;

  const add = (hi: number, lo: number, bytes: number): void => {
    const last = count - 1;
    const lastBytes = lengths[last] ?? 0;
    const lastLo = los[last] ?? 0;
    total += bytes;
    const joins =
      last >= 0 && ((lastLo + lastBytes) | 0) === lo && hiAfter(his[last] ?? 0, lastLo, lastBytes) === hi;
    if (joins) {
      lengths[last] = lastBytes + bytes;
      return;
    }
    his[count] = hi;
    los[count] = lo;
    lengths[count++] = bytes;
  };

  const move = (view: Uint8Array, toHost: boolean): void => {
    for (let at = 0; at < view.length && !failed;) {
      const left = (run < count ? (lengths[run] ?? 0) : 0) - inRun;
      if (left <= 0) return void (failed = true);
      const n = Math.min(view.length - at, left);
      const lo = los[run] ?? 0;
      const hi = hiAfter(his[run] ?? 0, lo, inRun);
      const piece = n === view.length ? view : view.subarray(at, at + n);
      const outcome = toHost ? bus.write(hi, (lo + inRun) | 0, piece) : bus.read(hi, (lo + inRun) | 0, piece);
      failed = outcome.fault !== undefined;
      at += n;
      inRun = n === left ? 0 : inRun + n;
      if (n === left) run++;
    }
  };

  return {
    get bytes() {
      return total;
    },
    get failed() {
      return failed;
    },
    clear() {
      count = total = run = inRun = 0;
      failed = false;
    },
    add,
    toHost: (view) => move(view, true),
    fromHost: (view) => move(view, false),
    finish(view) {
      const last = count - 1;
      const offset = (lengths[last] ?? 0) - view.length;
      if (last < 0 || offset < 0) return false;
      const lo = los[last] ?? 0;
      return bus.write(hiAfter(his[last] ?? 0, lo, offset), (lo + offset) | 0, view).fault === undefined;
    },
  };
}

// Where a command's data lies in host memory: PRP entries and lists (NVMe 1.4 section 4.3), SGLs (4.4).
// Neighbouring pieces are joined, as a controller's DMA engine does, so that a contiguous buffer is one transfer.

import type { DmaBus } from '../abi/ports.ts';
import { PSDT_SHIFT, SGL_DATA_BLOCK, SGL_LAST_SEGMENT, SGL_SEGMENT, STATUS } from '../abi/nvme.ts';

/** Pieces of host memory, bus addresses as int32 halves. Reused from command to command. */
export interface DataRuns {
  count: number;
  readonly hi: number[];
  readonly lo: number[];
  readonly bytes: number[];
}

export const createDataRuns = (): DataRuns => ({ count: 0, hi: [], lo: [], bytes: [] });

function addRun(runs: DataRuns, hi: number, lo: number, bytes: number): void {
  const last = runs.count - 1;
  if (last >= 0) {
    const end = ((runs.lo[last] ?? 0) >>> 0) + (runs.bytes[last] ?? 0);
    if (end === lo >>> 0 && runs.hi[last] === hi) {
      runs.bytes[last] = (runs.bytes[last] ?? 0) + bytes;
      return;
    }
  }
  runs.hi[runs.count] = hi;
  runs.lo[runs.count] = lo;
  runs.bytes[runs.count] = bytes;
  runs.count++;
}

/** Longest chain of list pages or segments followed: a chain that closes on itself ends as a transfer error. */
const MAX_CHAIN = 256;

const scratch = (): { bytes: Uint8Array; view: DataView } => {
  const bytes = new Uint8Array(65536);
  return { bytes, view: new DataView(bytes.buffer) };
};

/** Reads data pointers for one controller. `locate` fills `runs` and returns an NVMe status. */
export interface DataPointerReader {
  locate(sqe: DataView, bytes: number, pageBytes: number, runs: DataRuns): number;
}

export function createDataPointerReader(bus: DmaBus): DataPointerReader {
  const list = scratch();

  /** Reads a PRP list at (hi, lo) that describes `left` bytes; the last entry of a full page is the next list's address. */
  const readList = (
    startHi: number,
    startLo: number,
    total: number,
    pageBytes: number,
    runs: DataRuns,
  ): number => {
    let hi = startHi;
    let lo = startLo;
    let left = total;
    for (let hop = 0; left > 0; hop++) {
      if ((lo & 7) !== 0) return STATUS.invalidPrpOffset;
      if (hop > MAX_CHAIN) return STATUS.dataTransferError;
      const room = (pageBytes - ((lo >>> 0) % pageBytes)) / 8;
      const needed = Math.ceil(left / pageBytes);
      const entries = Math.min(room, needed);
      if (bus.read(hi, lo, list.bytes.subarray(0, entries * 8)).fault !== undefined)
        return STATUS.dataTransferError;
      const chained = needed > room;
      const data = chained ? entries - 1 : entries;
      for (let i = 0; i < data; i++) {
        const entryLo = list.view.getInt32(i * 8, true);
        if ((entryLo >>> 0) % pageBytes !== 0) return STATUS.invalidPrpOffset;
        const n = Math.min(left, pageBytes);
        addRun(runs, list.view.getInt32(i * 8 + 4, true), entryLo, n);
        left -= n;
      }
      if (!chained) return STATUS.success;
      lo = list.view.getInt32(data * 8, true);
      hi = list.view.getInt32(data * 8 + 4, true);
    }
    return STATUS.success;
  };

  const locatePrp = (sqe: DataView, bytes: number, pageBytes: number, runs: DataRuns): number => {
    const lo1 = sqe.getInt32(24, true);
    const first = Math.min(bytes, pageBytes - ((lo1 >>> 0) % pageBytes));
    addRun(runs, sqe.getInt32(28, true), lo1, first);
    const left = bytes - first;
    if (left === 0) return STATUS.success;
    const lo2 = sqe.getInt32(32, true);
    const hi2 = sqe.getInt32(36, true);
    if (left > pageBytes) return readList(hi2, lo2, left, pageBytes, runs);
    if ((lo2 >>> 0) % pageBytes !== 0) return STATUS.invalidPrpOffset;
    addRun(runs, hi2, lo2, left);
    return STATUS.success;
  };

  const locateSgl = (sqe: DataView, bytes: number, runs: DataRuns): number => {
    let view = sqe;
    let at = 24;
    let descriptors = 1;
    let left = bytes;
    for (let hop = 0; left > 0; hop++) {
      if (hop > MAX_CHAIN) return STATUS.dataTransferError;
      let next = -1;
      for (let i = 0; i < descriptors && left > 0; i++, at += 16) {
        const type = view.getUint8(at + 15) >> 4;
        if (type === SGL_DATA_BLOCK) {
          const n = Math.min(left, view.getUint32(at + 8, true));
          addRun(runs, view.getInt32(at + 4, true), view.getInt32(at, true), n);
          left -= n;
        } else if ((type === SGL_SEGMENT || type === SGL_LAST_SEGMENT) && i === descriptors - 1) next = at;
        else return STATUS.invalidSglType;
      }
      if (left === 0) return STATUS.success;
      const length = next < 0 ? 0 : view.getUint32(next + 8, true);
      if (length < 16 || length % 16 !== 0 || length > list.bytes.length) return STATUS.dataTransferError;
      const hi = view.getInt32(next + 4, true);
      const lo = view.getInt32(next, true);
      if (bus.read(hi, lo, list.bytes.subarray(0, length)).fault !== undefined)
        return STATUS.dataTransferError;
      view = list.view;
      at = 0;
      descriptors = length / 16;
    }
    return STATUS.success;
  };

  return {
    locate(sqe, bytes, pageBytes, runs) {
      runs.count = 0;
      const psdt = sqe.getUint8(1) >> (PSDT_SHIFT - 8);
      return psdt === 0 ? locatePrp(sqe, bytes, pageBytes, runs) : locateSgl(sqe, bytes, runs);
    },
  };
}

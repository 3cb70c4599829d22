// The DMA half of the test rig: guest memory, one page table, a bus that translates by it, a DMA API that fills it.

import type { DmaBus, DmaFault, DmaOutcome, GuestMemoryPort } from '../../../abi/ports.ts';
import type { DmaApi, DmaDirection } from '../types.ts';

const BLOCK = 65536;
const WINDOW_HI = 0x0800_0000;
const READ = 1;
const WRITE = 2;

/** What a test does to one entry when it is written: the bug that is to be noticed. */
export type Sabotage = 'wrong-page' | 'not-mapped' | 'read-only';

export function createMemory(ramBytes: number): GuestMemoryPort {
  const blocks = new Map<number, { bytes: Uint8Array; words: Int32Array }>();
  const block = (address: number): { bytes: Uint8Array; words: Int32Array } => {
    const index = Math.floor(address / BLOCK);
    const found = blocks.get(index);
    if (found !== undefined) return found;
    const bytes = new Uint8Array(BLOCK);
    const made = { bytes, words: new Int32Array(bytes.buffer) };
    blocks.set(index, made);
    return made;
  };
  return {
    ramBytes,
    bytes: (address, length) => block(address).bytes.subarray(address % BLOCK, (address % BLOCK) + length),
    words: (address) => block(address).words,
    // Spoiled, not zeroed: whoever still reads it is found out.
    discard: (address, length) => {
      for (let at = address; at + BLOCK <= address + length; at += BLOCK) block(at).bytes.fill(0xa5);
    },
  };
}

/** Next fit over 2^16 entries or 4 GiB, whichever is less; a free entry is 0. */
export class PageTable {
  private readonly target: Float64Array;
  private readonly access: Uint8Array;
  private next = 0;
  private strikeIn = -1;
  private how: Sabotage = 'not-mapped';
  live = 0;
  readonly pageBytes: number;
  /** Upper half of the window's bus addresses. */
  readonly windowHi: number;

  constructor(pageBytes: number, windowHi = WINDOW_HI) {
    this.pageBytes = pageBytes;
    this.windowHi = windowHi;
    const entries = Math.min(1 << 16, 2 ** 32 / pageBytes);
    this.target = new Float64Array(entries);
    this.access = new Uint8Array(entries);
    // As in an iommu_table that begins at 0: bus address 0 is never given out.
    if (windowHi === 0) this.access[0] = 4;
  }

  strike(entriesFromNow: number, how: Sabotage): void {
    this.strikeIn = entriesFromNow;
    this.how = how;
  }

  /** First entry of `count` free ones in a row. */
  find(count: number): number {
    for (let tries = 0; tries < this.access.length; tries++) {
      const start = this.next + count > this.access.length ? 0 : this.next;
      let free = 0;
      while (free < count && this.access[start + free] === 0) free++;
      this.next = start + free + (free < count ? 1 : 0);
      if (free === count) return start;
    }
    return -1;
  }

  set(entry: number, target: number, access: number): void {
    const struck = this.strikeIn >= 0 && this.strikeIn-- === 0;
    this.target[entry] = struck && this.how === 'wrong-page' ? target + 8 * this.pageBytes : target;
    this.access[entry] =
      !struck || this.how === 'wrong-page' ? access | 4 : this.how === 'read-only' ? READ | 4 : 4;
    this.live++;
  }

  clear(entry: number, count: number): void {
    this.access.fill(0, entry, entry + count);
    this.live -= count;
  }

  /** Guest real address, or why not. */
  translate(hi: number, lo: number, access: number): number | DmaFault {
    const entry = Math.floor((lo >>> 0) / this.pageBytes);
    const has = hi === this.windowHi ? (this.access[entry] ?? 0) : -1;
    if (has < 0) return 'no-window';
    if ((has & 3) === 0) return 'no-tce';
    if ((has & access) === 0) return 'permission';
    return (this.target[entry] ?? 0) + ((lo >>> 0) % this.pageBytes);
  }
}

export function createBus(memory: GuestMemoryPort, table: PageTable): DmaBus {
  const each = (
    hi: number,
    lo: number,
    length: number,
    access: number,
    piece: (address: number, at: number, n: number) => void,
  ): DmaOutcome => {
    let bytesDone = 0;
    let fault: DmaFault | undefined;
    for (let at = 0; at < length;) {
      const low = ((lo >>> 0) + at) >>> 0;
      const n = Math.min(length - at, table.pageBytes - (low % table.pageBytes));
      const address = table.translate(hi, low, access);
      if (typeof address === 'string') fault ??= address;
      else {
        piece(address, at, n);
        bytesDone += n;
      }
      at += n;
    }
    return fault === undefined ? { bytesDone } : { bytesDone, fault };
  };
  return {
    read: (hi, lo, into) =>
      each(hi, lo, into.length, READ, (address, at, n) => into.set(memory.bytes(address, n), at)),
    write: (hi, lo, from) =>
      each(hi, lo, from.length, WRITE, (address, at, n) =>
        memory.bytes(address, n).set(n === from.length ? from : from.subarray(at, at + n)),
      ),
  };
}

/** Guest real addresses, nothing translated. */
export function createRealMemory(memory: GuestMemoryPort): DmaBus {
  const each = (
    hi: number,
    lo: number,
    length: number,
    piece: (a: number, at: number, n: number) => void,
  ): DmaOutcome => {
    for (let at = 0; at < length;) {
      const address = hi * 0x1_0000_0000 + (lo >>> 0) + at;
      const n = Math.min(length - at, BLOCK - (address % BLOCK));
      piece(address, at, n);
      at += n;
    }
    return { bytesDone: length };
  };
  return {
    read: (hi, lo, into) => each(hi, lo, into.length, (a, at, n) => into.set(memory.bytes(a, n), at)),
    write: (hi, lo, from) =>
      each(hi, lo, from.length, (a, at, n) => memory.bytes(a, n).set(from.subarray(at, at + n))),
  };
}

export class RigDma implements DmaApi {
  handleHi: number;
  handleLo = 0;
  fails = false;
  private readonly table: PageTable;
  private readonly merge: boolean;
  private readonly pages: (bytes: number) => number;

  constructor(table: PageTable, merge: boolean, pages: (bytes: number) => number) {
    this.table = table;
    this.handleHi = table.windowHi;
    this.merge = merge;
    this.pages = pages;
  }

  *setMasks(): Generator<number, number, void> {
    yield 1000;
    return 0;
  }

  mapPage(_dev: unknown, address: number, bytes: number, direction: DmaDirection): boolean {
    if (this.fails) return false;
    const page = this.table.pageBytes;
    const offset = address % page;
    const count = Math.ceil((offset + bytes) / page);
    const entry = this.table.find(count);
    if (entry < 0) return false;
    const access = direction === 'to-device' ? READ : READ | WRITE;
    for (let i = 0; i < count; i++) this.table.set(entry + i, address - offset + i * page, access);
    this.handleLo = (entry * page + offset) | 0;
    return true;
  }

  unmapPage(_dev: unknown, _hi: number, lo: number, bytes: number): void {
    const page = this.table.pageBytes;
    const count = Math.ceil((((lo >>> 0) % page) + bytes) / page);
    this.table.clear(Math.floor((lo >>> 0) / page), count);
  }

  mapSg(dev: unknown, sg: Parameters<DmaApi['mapSg']>[1], direction: DmaDirection): number {
    let segments = 0;
    for (let i = 0; i < sg.addresses.length; i++) {
      const bytes = sg.lengths[i] ?? 0;
      if (!this.mapPage(dev, sg.addresses[i] ?? 0, bytes, direction)) {
        sg.dmaBytes.length = segments;
        this.unmapSg(dev, sg);
        return -5;
      }
      const last = segments - 1;
      const end = ((sg.dmaLo[last] ?? 0) >>> 0) + (sg.dmaBytes[last] ?? 0);
      if (this.merge && last >= 0 && end === this.handleLo >>> 0) {
        sg.dmaBytes[last] = (sg.dmaBytes[last] ?? 0) + bytes;
        continue;
      }
      sg.dmaHi[segments] = this.handleHi;
      sg.dmaLo[segments] = this.handleLo;
      sg.dmaBytes[segments++] = bytes;
    }
    sg.dmaBytes.length = segments;
    return segments;
  }

  unmapSg(dev: unknown, sg: Parameters<DmaApi['mapSg']>[1]): void {
    sg.dmaBytes.forEach((bytes, i) => this.unmapPage(dev, this.table.windowHi, sg.dmaLo[i] ?? 0, bytes));
  }

  allocCoherent(dev: unknown, bytes: number): number | undefined {
    const address = this.pages(bytes);
    return this.mapPage(dev, address, bytes, 'bidirectional') ? address : undefined;
  }

  freeCoherent(dev: unknown, _address: number, bytes: number, hi: number, lo: number): void {
    this.unmapPage(dev, hi, lo, bytes);
  }
}

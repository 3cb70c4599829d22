// struct iommu_table and its allocator: iommu_range_alloc() of arch/powerpc/kernel/iommu.c over lib/iommu-helper.c.
// Indices count I/O pages from the start of the table and fit an int32; bus addresses are int32 halves.

import { Bitmap } from './bitmap.ts';

export interface TableParameters {
  readonly liobn: number;
  readonly busno: number;
  readonly pageShift: number;
  /** First bus address, as two halves. */
  readonly busHi: number;
  readonly busLo: number;
  /** Number of I/O pages. */
  readonly size: number;
}

/** What a device may be given: from its DMA mask, segment boundary and the table. Made once, used for every map. */
export interface AllocLimits {
  /** mask - it_offset + 1 in I/O pages, at most size + 1 (then it limits nothing). */
  readonly cap: number;
  /** Low 31 bits of the mask in I/O pages. */
  readonly maskLow: number;
  /** Segment boundary in I/O pages, a power of two; 0 = none. */
  readonly boundary: number;
}

const LARGE_ALLOC = 15;
const BLOCK = 16;
const SPLIT_BYTES = 0x4000_0000;

/** hash_32(cpu, 2): the pool that a CPU starts from. */
export function poolOfCpu(cpu: number): number {
  return Math.imul(cpu, 0x61c88647) >>> 30;
}

export class IommuTable {
  readonly liobn: number;
  readonly busno: number;
  readonly pageShift: number;
  readonly pageBytes: number;
  /** pageBytes - 1 where that is an int32 (pages below 2 GiB), else -1. */
  readonly pageMask: number;
  readonly busHi: number;
  readonly busLo: number;
  readonly size: number;
  /** it_offset: first bus page; a safe integer. */
  readonly offset: number;
  readonly nrPools: number;
  readonly poolSize: number;
  /** Reserved range in bus pages (it_reserved_start, it_reserved_end). */
  reservedStart: number;
  reservedEnd: number;
  /** Where the last rangeAlloc() ended: the handle that the next element of a scatter list starts from. */
  lastEnd = 0;
  /** Entries allocated now (for figures only; the kernel does not count). */
  used = 0;
  /** Freed (or its bitmap taken) when a dynamic window replaced it: a device that still holds it uses stale memory. */
  stale: 'no' | 'after-indirect' | 'after-direct' = 'no';
  private readonly map: Bitmap;
  private readonly offsetLow: number;
  /** Pools 0..nrPools-1, then the large pool. */
  private readonly start: Int32Array;
  private readonly end: Int32Array;
  private readonly hint: Int32Array;
  private readonly lastResort: boolean;

  constructor(p: TableParameters, largePoolLastResort: boolean) {
    this.liobn = p.liobn | 0;
    this.busno = p.busno;
    this.pageShift = p.pageShift;
    this.size = p.size;
    const pageBytes = 2 ** p.pageShift;
    this.pageBytes = pageBytes;
    this.pageMask = p.pageShift < 31 ? (1 << p.pageShift) - 1 : -1;
    this.offset = ((p.busHi >>> 0) * 0x1_0000_0000) / pageBytes + Math.floor((p.busLo >>> 0) / pageBytes);
    this.busHi = p.busHi | 0;
    this.busLo = p.busLo | 0;
    this.offsetLow = this.offset % 0x8000_0000;
    this.reservedStart = this.offset;
    this.reservedEnd = this.offset;
    this.lastResort = largePoolLastResort;
    this.map = new Bitmap(p.size);
    this.nrPools = p.size * pageBytes >= SPLIT_BYTES ? 4 : 1;
    this.poolSize = Math.floor(Math.floor((p.size * 3) / 4) / this.nrPools);
    this.start = new Int32Array(this.nrPools + 1);
    this.end = new Int32Array(this.nrPools + 1);
    for (let i = 0; i <= this.nrPools; i++) {
      this.start[i] = this.poolSize * i;
      this.end[i] = i === this.nrPools ? p.size : this.poolSize * (i + 1);
    }
    this.hint = this.start.slice();
    // Entry 0 of a window at bus address 0 is never handed out: drivers take 0 for "no mapping".
    if (this.offset === 0) this.take(0, 1);
  }

  /** iommu_table_reserve_pages(): [from, to) in bus pages, where it lies in the table. */
  reserve(from: number, to: number, rule: 'must-fit' | 'clipped'): void {
    const first = this.offset;
    const last = this.offset + this.size;
    if (rule === 'must-fit' && (from < first || to > last)) return;
    const start = Math.max(from, first);
    const end = Math.min(to, last);
    if (start >= end) return;
    this.reservedStart = start;
    this.reservedEnd = end;
    this.take(start - first, end - start);
  }

  /** Limits for a device with a mask of `maskBits` and a segment boundary of 2^boundaryBits bytes (64: none). */
  limits(maskBits: number, boundaryBits: number): AllocLimits {
    const maskPages = maskBits >= this.pageShift ? 2 ** (maskBits - this.pageShift) - 1 : 0;
    return {
      cap: Math.max(Math.min(maskPages - this.offset + 1, this.size + 1), -0x8000_0000),
      maskLow: maskPages >= 0x7fff_ffff ? 0x7fff_ffff : maskPages,
      boundary:
        boundaryBits >= 62 || boundaryBits - this.pageShift > 30
          ? 0
          : 2 ** Math.max(boundaryBits - this.pageShift, 0),
    };
  }

  /**
   * iommu_range_alloc(): index of `npages` free entries, now taken, or -1. `handle` > 0: where the last element of a scatter
   * list ended. `alignMask`: power of two minus one, on table indices.
   */
  rangeAlloc(npages: number, handle: number, limits: AllocLimits, alignMask: number, cpu: number): number {
    if (npages <= 0) return -1;
    const large = npages > LARGE_ALLOC;
    const nr = this.nrPools;
    let poolNr = poolOfCpu(cpu) & (nr - 1);
    let pool = large ? nr : poolNr;
    for (let pass = 0; ; pass++) {
      const capped = (this.end[pool] as number) >= limits.cap;
      let start = this.startIn(pool, pass === 0 ? handle : 0);
      if (capped) {
        // The mask ends inside this pool: try the masked hint once, then from the start of the first pool.
        if ((start & limits.maskLow) < limits.cap && pass === 0) start &= limits.maskLow;
        else start = this.start[(pool = 0)] as number;
      }
      const limit = capped ? limits.cap : (this.end[pool] as number);
      const n = this.areaAlloc(limit, start, npages, limits.boundary, alignMask);
      if (n >= 0) return this.found(pool, n, npages, large);
      if (pass > 0 && pass <= nr) pool = poolNr = (poolNr + 1) & (nr - 1);
      else if (pass === nr + 1 && this.lastResort) pool = nr;
      else if (pass > 0) return -1;
      this.hint[pool] = this.start[pool] as number;
    }
  }

  /** Where the search in a pool begins: the handle when it lies in it, else the hint; its start when that is at the end. */
  private startIn(pool: number, handle: number): number {
    const first = this.start[pool] as number;
    const end = this.end[pool] as number;
    if (handle > 0 && handle >= first && handle < end) return handle;
    const hint = this.hint[pool] as number;
    return hint < end ? hint : first;
  }

  private found(pool: number, index: number, npages: number, large: boolean): number {
    const end = index + npages;
    // Small allocations leave room to the next block of 16; large ones follow each other, so as not to fragment.
    this.hint[pool] = large ? end : (end + BLOCK - 1) & ~(BLOCK - 1);
    this.lastEnd = end;
    return index;
  }

  /** iommu_area_alloc(): the last entry of the searched range is never handed out. */
  private areaAlloc(limit: number, start: number, nr: number, boundary: number, alignMask: number): number {
    const size = limit - 1;
    if (nr === 1 && alignMask === 0) {
      const index = this.map.nextZero(start, size);
      if (index >= size) return -1;
      this.used++;
      this.map.setOne(index);
      return index;
    }
    let from = start;
    for (;;) {
      const index = this.map.zeroArea(size, from, nr, alignMask);
      if (index < 0) return -1;
      const sum = this.offsetLow + index;
      if (boundary === 0 || (sum & (boundary - 1)) + nr <= boundary) {
        this.take(index, nr);
        return index;
      }
      from = Math.ceil(sum / boundary) * boundary - this.offsetLow;
    }
  }

  isSet(index: number): boolean {
    return this.map.has(index);
  }

  /** Marks an entry that was found in use (a table inherited from a crashed kernel). */
  keep(index: number): void {
    if (!this.isSet(index)) this.take(index, 1);
  }

  /**
   * iommu_take_ownership(): VFIO has the whole table from now on, the kernel's allocator nothing. False (-EBUSY): an entry is
   * in use, and nothing has changed.
   */
  takeOwnership(): boolean {
    this.releaseReserved();
    if (this.map.nextSet(0, this.size) !== this.size) {
      this.restoreReserved();
      return false;
    }
    this.take(0, this.size);
    return true;
  }

  /** iommu_release_ownership(): the allocator begins anew. */
  releaseOwnership(): void {
    this.clearBits(0, this.size);
    this.restoreReserved();
  }

  private releaseReserved(): void {
    if (this.offset === 0 && this.isSet(0)) this.clearBits(0, 1);
    if (this.reservedEnd > this.reservedStart)
      this.clearBits(this.reservedStart - this.offset, this.reservedEnd - this.reservedStart);
  }

  private restoreReserved(): void {
    if (this.offset === 0) this.take(0, 1);
    if (this.reservedEnd > this.reservedStart)
      this.take(this.reservedStart - this.offset, this.reservedEnd - this.reservedStart);
  }

  private take(index: number, count: number): void {
    this.used += count;
    this.map.set(index, count);
  }

  /** The entries are free again. */
  clearBits(index: number, count: number): void {
    this.used -= count;
    this.map.clear(index, count);
  }

  /** iommu_table_in_use(): any entry but the reserved ones. `buggy`: entry 0 counts when nothing else is reserved. */
  inUse(check: 'buggy' | 'ok'): boolean {
    const start = this.offset === 0 ? 1 : 0;
    if (check === 'ok' && this.reservedStart === 0 && this.reservedEnd === 0)
      return this.map.nextSet(start, this.size) !== this.size;
    const end = this.reservedStart - this.offset;
    if (start < end && this.map.nextSet(start, end) !== end) return true;
    return this.map.nextSet(this.reservedEnd - this.offset, this.size) !== this.size;
  }

  /** Upper half of the bus address of entry `index`. */
  busHiOf(index: number): number {
    const shift = this.pageShift;
    const high = shift === 0 ? 0 : shift < 32 ? index >>> (32 - shift) : index << (shift - 32);
    const low = shift < 32 ? index << shift : 0;
    const carry = (this.busLo >>> 0) + (low >>> 0) > 0xffff_ffff ? 1 : 0;
    return (this.busHi + high + carry) | 0;
  }

  /** Lower half of the bus address of entry `index`. */
  busLoOf(index: number): number {
    return (this.busLo + (this.pageShift < 32 ? index << this.pageShift : 0)) | 0;
  }

  /** Entry of a bus address; may lie outside the table (then iommu_free() complains). A safe integer. */
  indexOf(busHi: number, busLo: number): number {
    const low = (busLo >>> 0) - (this.busLo >>> 0);
    if (busHi === this.busHi && low >= 0 && this.pageShift < 32) return low >>> this.pageShift;
    const high = (busHi >>> 0) - (this.busHi >>> 0);
    return Math.floor((high * 0x1_0000_0000 + low) / this.pageBytes);
  }
}

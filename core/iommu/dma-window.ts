// A DMA window of a PE: a range of bus addresses, its I/O page size and its TCE table (LoPAR "DMA window"; QEMU SpaprTceTable).
// The object exists as long as its LIOBN is the PE's; while disabled it has no entries and refuses every call.

import { hi32, joinU64, lo32, numberFromHalves, u64, type U64 } from '../base/u64.ts';
import { TceTable } from './tce-table.ts';

export class DmaWindow {
  /** int32: 0x80000001 is negative here. */
  readonly liobn: number;
  /** Unit that owns the window: a PHB's BUID, or a virtual device's unit address. */
  readonly owner: U64;
  /** True while the window is the one that the platform gives at boot. */
  isDefault = false;
  /** log2 of the I/O page size; 0 while disabled. */
  pageShift = 0;
  table: TceTable;
  private startHi = 0;
  private startLo = 0;
  /** Entries - 1 as int32; -1 while disabled. */
  private lastIndex = -1;
  /**
   * The page shift of nearly all windows: their start's lower half is 0 and their pages are smaller than 4G, so that rounding down
   * changes no index. 0 for the others.
   */
  private plainShift = 0;
  private maskHi = -1;
  private maskLo = -1;

  constructor(liobn: number, owner: U64) {
    this.liobn = liobn | 0;
    this.owner = owner;
    this.table = new TceTable(0, 12);
  }

  get active(): boolean {
    return this.lastIndex !== -1;
  }

  get entries(): number {
    return this.lastIndex + 1;
  }

  /** First bus address. */
  get start(): U64 {
    return joinU64(this.startHi, this.startLo);
  }

  /** Gives the window a range and an empty table of 1 to 2^31 entries. */
  enable(start: U64, pageShift: number, entries: number, isDefault: boolean): void {
    this.startHi = hi32(start);
    this.startLo = lo32(start);
    this.pageShift = pageShift;
    this.plainShift = this.startLo === 0 && pageShift < 32 ? pageShift : 0;
    this.maskHi = pageShift < 32 ? -1 : -1 << (pageShift - 32);
    this.maskLo = pageShift < 32 ? -1 << pageShift : 0;
    this.lastIndex = (entries - 1) | 0;
    this.isDefault = isDefault;
    this.table = new TceTable(entries, pageShift);
  }

  disable(): void {
    this.lastIndex = -1;
    this.pageShift = 0;
    this.isDefault = false;
    this.table = new TceTable(0, 12);
  }

  /**
   * Index of the TCE for an I/O bus address as hcalls take it: rounded down to the page first, then taken relative to the
   * window (QEMU h_put_tce). -1 outside.
   */
  indexOf(iobaHi: number, iobaLo: number): number {
    const shift = this.plainShift;
    if (shift === 0) return this.relativeIndex(iobaHi & this.maskHi, iobaLo & this.maskLo);
    const offset = (iobaHi - this.startHi) | 0;
    const index = (iobaLo >>> shift) | (offset << (32 - shift));
    return offset >>> shift === 0 && index >= 0 && index <= this.lastIndex ? index : -1;
  }

  /** Index of the TCE that translates a device's bus address (no rounding before the subtraction); -1 outside. */
  relativeIndex(busHi: number, busLo: number): number {
    const borrow = busLo >>> 0 < this.startLo >>> 0 ? 1 : 0;
    return this.indexAt((busHi - this.startHi - borrow) | 0, (busLo - this.startLo) | 0);
  }

  /** Index at an offset from the window's start. */
  private indexAt(hi: number, lo: number): number {
    const shift = this.pageShift;
    let index = (lo >>> shift) | (hi << (32 - shift));
    if (shift >= 32) index = hi >>> (shift - 32);
    else if (hi >>> shift !== 0) return -1;
    return index >= 0 && index <= this.lastIndex ? index : -1;
  }

  /** Bus address of an entry. */
  iobaOf(index: number): U64 {
    return u64(this.start + (BigInt(index) << BigInt(this.pageShift)));
  }

  /** Offset of a bus address within its I/O page, counted from the window's start. */
  offsetInPage(busHi: number, busLo: number): number {
    const lo = (busLo - this.startLo) | 0;
    if (this.pageShift < 32) return (lo & ~this.maskLo) >>> 0;
    const borrow = busLo >>> 0 < this.startLo >>> 0 ? 1 : 0;
    return numberFromHalves((busHi - this.startHi - borrow) & ~this.maskHi, lo);
  }

  /** Guest real address of the page that a TCE names: its low bits below the page size do not count. */
  pageAddress(tceHi: number, tceLo: number): number {
    return numberFromHalves(tceHi & this.maskHi, tceLo & this.maskLo);
  }

  /** Bytes from a bus address up to the window's start; Infinity when the start is not above it. */
  distanceToStart(busHi: number, busLo: number): number {
    const lo = (this.startLo >>> 0) - (busLo >>> 0);
    const hi = (this.startHi >>> 0) - (busHi >>> 0);
    // Subtracted by halves: as doubles, two addresses near 2^59 would look the same.
    const distance = hi * 0x1_0000_0000 + lo;
    return distance > 0 ? distance : Infinity;
  }
}

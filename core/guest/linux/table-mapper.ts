// Mapping through an iommu_table (arch/powerpc/kernel/iommu.c): iommu_map_page, ppc_iommu_map_sg, iommu_alloc_coherent and
// __iommu_free. The bus address of the last mapping is in `handleHi`, `handleLo`.

import { ilog2 } from '../../base/bits.ts';
import { hex, joinU64 } from '../../base/u64.ts';
import type { AllocLimits, IommuTable } from './iommu-table.ts';
import type { GuestDevice, KernelState } from './kernel-state.ts';
import { hashedPointer } from './printk.ts';
import type { DmaDirection, ScatterList } from './types.ts';

/** dma_get_max_seg_size() when the driver set none. */
const DEFAULT_MAX_SEG = 65536;
/** Kernel virtual address of real address 0 (PAGE_OFFSET), for the log. */
const PAGE_OFFSET = 0xc000_0000_0000_0000n;

export class TableMapper {
  handleHi = 0;
  handleLo = 0;
  private readonly k: KernelState;
  private readonly pageShift: number;
  private readonly pageMask: number;

  constructor(k: KernelState) {
    this.k = k;
    this.pageShift = ilog2(k.pageBytes);
    this.pageMask = k.pageBytes - 1;
  }

  /** iommu_map_page(): false when there is no room or the TCE call answered -44. */
  map(
    dev: GuestDevice,
    table: IommuTable,
    limits: AllocLimits,
    address: number,
    bytes: number,
    direction: DmaDirection,
    cpu: number,
  ): boolean {
    const npages = ioPages(address, bytes, table);
    const align = this.alignMask(table, address, bytes);
    if (this.alloc(table, npages, limits, align, address, direction, cpu)) return true;
    if (this.k.printk.ratelimit('iommu_map_page')) this.logFailed(dev, table, hashedPointer(address), npages);
    return false;
  }

  /** iommu_alloc(): entries found and set. A set() that fails gives them back. */
  private alloc(
    table: IommuTable,
    npages: number,
    limits: AllocLimits,
    alignMask: number,
    address: number,
    direction: DmaDirection,
    cpu: number,
  ): boolean {
    const index = table.rangeAlloc(npages, 0, limits, alignMask, cpu);
    if (index < 0) return false;
    this.setHandle(table, index, address);
    if (this.k.tceOps.set(table, index, npages, address, direction, cpu) === 0) return true;
    this.k.tceOps.clear(table, index, npages);
    table.clearBits(index, npages);
    return false;
  }

  /** Buffers of whole kernel pages are aligned to them on the bus too, when I/O pages are smaller. */
  private alignMask(table: IommuTable, address: number, bytes: number): number {
    if (table.pageShift >= this.pageShift || bytes <= this.pageMask || ((address | 0) & this.pageMask) !== 0)
      return 0;
    return (1 << (this.pageShift - table.pageShift)) - 1;
  }

  private setHandle(table: IommuTable, index: number, address: number): void {
    this.handleHi = table.busHiOf(index);
    if (table.pageMask >= 0) {
      this.handleLo = (table.busLoOf(index) + ((address | 0) & table.pageMask)) | 0;
      return;
    }
    const inPage = address % table.pageBytes;
    this.handleLo = inPage | 0;
    this.handleHi = (this.handleHi + Math.floor(inPage / 0x1_0000_0000)) | 0;
  }

  /** __iommu_free(): TCEs first, then the bits; an entry outside the table is only complained about. */
  unmap(table: IommuTable, hi: number, lo: number, bytes: number): void {
    const index = table.indexOf(hi, lo);
    const npages = ioPages(lo >>> 0, bytes, table);
    if (index < 0 || index + npages > table.size) return this.logInvalid(table, index, hi, lo);
    this.k.tceOps.clear(table, index, npages);
    table.clearBits(index, npages);
  }

  /** iommu_alloc_coherent(): naturally aligned on the bus, both directions. */
  mapCoherent(table: IommuTable, limits: AllocLimits, address: number, size: number): boolean {
    const npages = Math.ceil(size / table.pageBytes);
    const alignMask = 2 ** (ilog2(Math.floor((size - 1) / table.pageBytes)) + 1) - 1;
    return this.alloc(table, npages, limits, alignMask, address, 'bidirectional', 0);
  }

  /**
   * ppc_iommu_map_sg(): elements one by one from where the last one ended; neighbours on the bus become one segment.
   * False: it failed, what was mapped is free again.
   */
  mapSg(
    dev: GuestDevice,
    table: IommuTable,
    limits: AllocLimits,
    sg: ScatterList,
    direction: DmaDirection,
    cpu: number,
  ): boolean {
    const segments = new Segments(sg, this.k.novmerge ? 0 : (dev.maxSegBytes ?? DEFAULT_MAX_SEG));
    let handle = 0;
    for (let i = 0; i < sg.addresses.length; i++) {
      const address = sg.addresses[i] as number;
      const bytes = sg.lengths[i] as number;
      if (bytes === 0) {
        segments.gap();
        continue;
      }
      const npages = ioPages(address, bytes, table);
      const index = table.rangeAlloc(npages, handle, limits, this.alignMask(table, address, bytes), cpu);
      if (index < 0) {
        this.logSgFailed(dev, table, address, npages);
        return this.dropSg(table, segments);
      }
      handle = table.lastEnd;
      this.setHandle(table, index, this.offsetInElement(address));
      // The entries of an element whose TCEs were refused stay taken: the kernel leaks them.
      if (this.k.tceOps.set(table, index, npages, address, direction, cpu) !== 0)
        return this.dropSg(table, segments);
      segments.add(this.handleHi, this.handleLo, bytes);
    }
    segments.end();
    return true;
  }

  /** Older builds take the offset inside the kernel's page, which loses the way inside a larger I/O page. */
  private offsetInElement(address: number): number {
    return this.k.build.sgOffset.value === 'in-io-page' ? address : address % this.k.pageBytes;
  }

  private dropSg(table: IommuTable, segments: Segments): false {
    segments.end();
    this.unmapSg(table, segments.sg);
    segments.sg.dmaBytes.length = 0;
    return false;
  }

  /** ppc_iommu_unmap_sg(): segment by segment. */
  unmapSg(table: IommuTable, sg: ScatterList): void {
    const { dmaHi, dmaLo, dmaBytes } = sg;
    for (let i = 0; i < dmaBytes.length; i++) {
      this.unmap(table, dmaHi[i] as number, dmaLo[i] as number, dmaBytes[i] as number);
    }
  }

  private logSgFailed(dev: GuestDevice, table: IommuTable, address: number, npages: number): void {
    if (!this.k.printk.ratelimit('ppc_iommu_map_sg')) return;
    this.logFailed(dev, table, (PAGE_OFFSET + BigInt(address)).toString(16), npages);
  }

  private logFailed(dev: GuestDevice, table: IommuTable, vaddr: string, npages: number): void {
    const text = `iommu_alloc failed, tbl ${hashedPointer(table.liobn)} vaddr ${vaddr} npages ${npages}`;
    this.k.printk.dev('info', dev, text);
  }

  private logInvalid(table: IommuTable, index: number, hi: number, lo: number): void {
    if (!this.k.printk.ratelimit('iommu_free_check')) return;
    this.k.printk.line('info', 'iommu_free: invalid entry');
    const values: readonly (readonly [string, string])[] = [
      ['entry    ', hex(table.offset + index)],
      ['dma_addr ', hex(joinU64(hi, lo))],
      ['Table    ', `0x${hashedPointer(table.liobn)}`],
      ['bus#     ', hex(table.busno)],
      ['size     ', hex(table.size)],
      ['startOff ', hex(table.offset)],
      ['index    ', hex(table.liobn >>> 0)],
    ];
    for (const [name, value] of values) this.k.printk.line('info', `\t${name} = ${value}`);
  }
}

/** The mapped segments of a scatter list, as they grow. */
class Segments {
  readonly sg: ScatterList;
  /** No joining beyond this; 0: none at all. */
  private readonly mostBytes: number;
  private last = -1;
  private open = false;
  private nextHi = 0;
  private nextLo = 0;

  constructor(sg: ScatterList, mostBytes: number) {
    this.sg = sg;
    this.mostBytes = mostBytes;
  }

  /** An empty element: the next one starts a segment. */
  gap(): void {
    this.open = false;
  }

  add(hi: number, lo: number, bytes: number): void {
    const { dmaHi, dmaLo, dmaBytes } = this.sg;
    const joins = this.open && hi === this.nextHi && lo === this.nextLo;
    if (joins && (dmaBytes[this.last] as number) + bytes <= this.mostBytes) {
      dmaBytes[this.last] = (dmaBytes[this.last] as number) + bytes;
    } else {
      this.last++;
      dmaHi[this.last] = hi;
      dmaLo[this.last] = lo;
      dmaBytes[this.last] = bytes;
    }
    this.open = true;
    const end = (lo >>> 0) + bytes;
    this.nextLo = end | 0;
    this.nextHi = (hi + (end > 0xffff_ffff ? 1 : 0)) | 0;
  }

  end(): void {
    this.sg.dmaHi.length = this.last + 1;
    this.sg.dmaLo.length = this.last + 1;
    this.sg.dmaBytes.length = this.last + 1;
  }
}

/** iommu_num_pages(): I/O pages that [address, address + bytes) touches. */
function ioPages(address: number, bytes: number, table: IommuTable): number {
  const mask = table.pageMask;
  if (mask >= 0 && bytes < 0x4000_0000) return (((address | 0) & mask) + bytes + mask) >>> table.pageShift;
  return Math.ceil(((address % table.pageBytes) + bytes) / table.pageBytes);
}

// The DMA API of one kernel: dma_map_page, dma_map_sg, dma_alloc_coherent and their unmaps over a device's path (straight or
// table). iommu_alloc() and ppc_iommu_map_sg() of arch/powerpc/kernel/iommu.c.

import { hex } from '../../base/u64.ts';
import { alignUp, ilog2 } from '../../base/bits.ts';
import { dmaPathOf, isDirectHandle, type DmaPath } from './dma-path.ts';
import { dmaSupported } from './dma-supported.ts';
import { hashedPointer } from './printk.ts';
import type { AllocLimits, IommuTable } from './iommu-table.ts';
import type { GuestDevice, KernelState } from './kernel-state.ts';
import type { DmaApi, DmaDirection, LinuxDevice, ScatterList } from './types.ts';

const EIO = -5;
/** IOMAP_MAX_ORDER. */
const MOST_ORDER = 13;
/** dma_get_max_seg_size() when the driver set none. */
const DEFAULT_MAX_SEG = 65536;
/** Kernel virtual address of real address 0 (PAGE_OFFSET), for the log. */
const PAGE_OFFSET = 0xc000_0000_0000_0000n;

export class KernelDmaApi implements DmaApi {
  handleHi = 0;
  handleLo = 0;
  private readonly k: KernelState;
  private readonly deviceOf: (dev: LinuxDevice) => GuestDevice;
  private readonly paths = new Map<LinuxDevice, DmaPath>();
  private last: DmaPath | undefined;
  private readonly pageShift: number;

  constructor(k: KernelState, deviceOf: (dev: LinuxDevice) => GuestDevice) {
    this.k = k;
    this.deviceOf = deviceOf;
    this.pageShift = ilog2(k.pageBytes);
  }

  /** dma_set_mask() and dma_set_coherent_mask(); equal masks as dma_set_mask_and_coherent(), which forgives the second. */
  *setMasks(
    dev: LinuxDevice,
    dmaMaskBits: number,
    coherentMaskBits: number,
  ): Generator<number, number, void> {
    const first = yield* this.setMask(dev, dmaMaskBits);
    if (first !== 0) return first;
    const second = yield* this.setCoherentMask(dev, coherentMaskBits);
    return coherentMaskBits === dmaMaskBits ? 0 : second;
  }

  /** dma_set_mask(): 0 or -5. */
  *setMask(linuxDev: LinuxDevice, bits: number): Generator<number, number, void> {
    const dev = this.deviceOf(linuxDev);
    const ok = yield* dmaSupported(this.k, dev, bits);
    if (ok) dev.dmaMaskBits = bits;
    this.refresh(dev);
    return ok ? 0 : EIO;
  }

  /** dma_set_coherent_mask(): 0 or -5. */
  *setCoherentMask(linuxDev: LinuxDevice, bits: number): Generator<number, number, void> {
    const dev = this.deviceOf(linuxDev);
    const ok = yield* dmaSupported(this.k, dev, bits);
    if (ok) dev.coherentMaskBits = bits;
    this.refresh(dev);
    return ok ? 0 : EIO;
  }

  private refresh(dev: GuestDevice): DmaPath {
    const path = dmaPathOf(this.k, dev);
    this.paths.set(dev, path);
    this.last = path;
    dev.mode = this.modeOf(path);
    return path;
  }

  private modeOf(path: DmaPath): GuestDevice['mode'] {
    const { dev, table } = path;
    const window = this.k.windows.find((w) => w.base === dev.dmaOffset && w.node.pdn?.phb === dev.pdn.phb);
    // A limit below one page (7.x without memory facts) leaves everything to the table.
    if (path.streamingDirect || (path.limitReal ?? 0) >= this.k.pageBytes)
      return window?.mode === 'hybrid' ? 'hybrid' : 'direct';
    if (table === undefined) return 'none';
    return this.k.windows.some((w) => w.liobn === table.liobn && w.mode !== 'direct')
      ? 'indirect'
      : 'default';
  }

  private pathOf(dev: LinuxDevice): DmaPath {
    const last = this.last;
    if (last !== undefined && last.dev === dev && last.table === last.dev.table) return last;
    const known = this.paths.get(dev);
    if (known !== undefined && known.table === known.dev.table) {
      this.last = known;
      return known;
    }
    return this.refresh(this.deviceOf(dev));
  }

  /** Sets the handle to that of a straight mapping. */
  private straight(path: DmaPath, address: number): void {
    const lo = (path.offsetLo >>> 0) + (address % 0x1_0000_0000);
    this.handleLo = lo | 0;
    this.handleHi = (path.offsetHi + Math.floor(address / 0x1_0000_0000) + (lo > 0xffff_ffff ? 1 : 0)) | 0;
  }

  mapPage(dev: LinuxDevice, address: number, bytes: number, direction: DmaDirection, cpu = 0): boolean {
    const path = this.pathOf(dev);
    if (path.streamingDirect || (path.limitReal !== undefined && address + bytes <= path.limitReal)) {
      this.straight(path, address);
      return true;
    }
    const { table, limits } = path;
    if (table === undefined || limits === undefined || !this.usable(table)) return false;
    const npages = ioPages(address, bytes, table);
    const index = this.allocAndSet(
      table,
      npages,
      limits,
      this.alignMask(table, address, bytes),
      address,
      direction,
      cpu,
    );
    if (index >= 0) {
      this.setHandle(table, index, address);
      return true;
    }
    if (this.k.printk.ratelimit('iommu_map_page')) {
      this.k.printk.dev(
        'info',
        path.dev,
        `iommu_alloc failed, tbl ${hashedPointer(table.liobn)} vaddr ${hashedPointer(address)} npages ${npages}`,
      );
    }
    return false;
  }

  unmapPage(
    dev: LinuxDevice,
    handleHi: number,
    handleLo: number,
    bytes: number,
    _direction: DmaDirection,
  ): void {
    const path = this.pathOf(dev);
    if (
      path.streamingDirect ||
      (path.limitReal !== undefined && isDirectHandle(path, handleHi, handleLo, bytes))
    )
      return;
    if (path.table !== undefined && this.usable(path.table)) this.free(path.table, handleHi, handleLo, bytes);
  }

  /** iommu_alloc(): entries found and set; index, or -1 when there is no room or set() answered -44. */
  private allocAndSet(
    table: IommuTable,
    npages: number,
    limits: AllocLimits,
    alignMask: number,
    address: number,
    direction: DmaDirection,
    cpu: number,
  ): number {
    const index = table.rangeAlloc(npages, 0, limits, alignMask, cpu);
    if (index < 0) return -1;
    if (this.k.tceOps.set(table, index, npages, address, direction, cpu) === 0) return index;
    this.k.tceOps.clear(table, index, npages);
    table.clearBits(index, npages);
    return -1;
  }

  private alignMask(table: IommuTable, address: number, bytes: number): number {
    if (
      table.pageShift >= this.pageShift ||
      bytes < this.k.pageBytes ||
      ((address | 0) & (this.k.pageBytes - 1)) !== 0
    )
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
  private free(table: IommuTable, hi: number, lo: number, bytes: number): void {
    const index = table.indexOf(hi, lo);
    const npages = ioPages(lo >>> 0, bytes, table);
    if (index < 0 || index + npages > table.size) return this.logInvalid(table, index, hi, lo);
    this.k.tceOps.clear(table, index, npages);
    table.clearBits(index, npages);
  }

  private logInvalid(table: IommuTable, index: number, hi: number, lo: number): void {
    if (!this.k.printk.ratelimit('iommu_free_check')) return;
    const address = (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);
    this.k.printk.line('info', 'iommu_free: invalid entry');
    const values: readonly (readonly [string, string])[] = [
      ['entry    ', hex(table.offset + index)],
      ['dma_addr ', hex(address)],
      ['Table    ', `0x${hashedPointer(table.liobn)}`],
      ['bus#     ', hex(table.busno)],
      ['size     ', hex(table.size)],
      ['startOff ', hex(table.offset)],
      ['index    ', hex(table.liobn >>> 0)],
    ];
    for (const [name, value] of values) this.k.printk.line('info', `\t${name} = ${value}`);
  }

  /** A freed table: some builds' devices go on with stale memory, others take the kernel down. */
  private usable(table: IommuTable): boolean {
    if (this.k.oops !== undefined) return false;
    if (table.stale === 'no') return true;
    const rule = this.k.build.staleTable.value;
    if ((table.stale === 'after-direct' ? rule.afterDirect : rule.afterIndirect) === 'works') return true;
    this.k.oops =
      'iommu_area_alloc: the table of the removed default window was freed, but a device still used it';
    this.k.printk.line('err', 'BUG: Kernel NULL pointer dereference on read at 0x00000000');
    this.k.printk.line('err', 'Oops: Kernel access of bad area, sig: 11 [#1]');
    return false;
  }

  mapSg(dev: LinuxDevice, sg: ScatterList, direction: DmaDirection, cpu = 0): number {
    const path = this.pathOf(dev);
    const failure = this.k.build.mapSgFailure.value;
    if (path.streamingDirect || this.allBelowLimit(path, sg)) return this.straightSg(path, sg);
    const { table, limits } = path;
    if (sg.addresses.length === 0 || table === undefined || limits === undefined || !this.usable(table))
      return failure === 0 ? 0 : -22;
    return this.mapSgTable(path, table, limits, sg, direction, cpu) ? sg.dmaBytes.length : failure;
  }

  private allBelowLimit(path: DmaPath, sg: ScatterList): boolean {
    const limit = path.limitReal;
    if (limit === undefined) return false;
    // arch_dma_map_sg_direct() adds the offset inside the page a second time.
    return sg.addresses.every(
      (address, i) => address + (address % this.k.pageBytes) + (sg.lengths[i] ?? 0) <= limit,
    );
  }

  private straightSg(path: DmaPath, sg: ScatterList): number {
    sg.addresses.forEach((address, i) => {
      this.straight(path, address);
      sg.dmaHi[i] = this.handleHi;
      sg.dmaLo[i] = this.handleLo;
      sg.dmaBytes[i] = sg.lengths[i] ?? 0;
    });
    truncate(sg, sg.addresses.length);
    return sg.addresses.length;
  }

  /** ppc_iommu_map_sg(): elements one by one from where the last one ended; neighbours on the bus become one segment. */
  private mapSgTable(
    path: DmaPath,
    table: IommuTable,
    limits: AllocLimits,
    sg: ScatterList,
    direction: DmaDirection,
    cpu: number,
  ): boolean {
    const count = sg.addresses.length;
    let out = -1;
    let handle = 0;
    let nextHi = 0;
    let nextLo = 0;
    let mayMerge = false;
    const maxSegBytes = path.dev.maxSegBytes ?? DEFAULT_MAX_SEG;
    for (let i = 0; i < count; i++) {
      const address = sg.addresses[i] as number;
      const bytes = sg.lengths[i] as number;
      if (bytes === 0) {
        mayMerge = false;
        continue;
      }
      const npages = ioPages(address, bytes, table);
      const index = table.rangeAlloc(npages, handle, limits, this.alignMask(table, address, bytes), cpu);
      if (index < 0) return this.failSg(path, table, sg, out, address, npages);
      handle = table.lastEnd;
      this.setHandle(table, index, address);
      // The entries of an element whose TCEs were refused stay taken: the kernel leaks them.
      if (this.k.tceOps.set(table, index, npages, address, direction, cpu) !== 0)
        return this.failSg(path, table, sg, out, undefined, 0);
      const joined =
        mayMerge &&
        !this.k.novmerge &&
        this.handleHi === nextHi &&
        this.handleLo === nextLo &&
        (sg.dmaBytes[out] as number) + bytes <= maxSegBytes;
      if (joined) sg.dmaBytes[out] = (sg.dmaBytes[out] as number) + bytes;
      else {
        out++;
        sg.dmaHi[out] = this.handleHi;
        sg.dmaLo[out] = this.handleLo;
        sg.dmaBytes[out] = bytes;
      }
      mayMerge = true;
      const end = (this.handleLo >>> 0) + bytes;
      nextLo = end | 0;
      nextHi = (this.handleHi + (end > 0xffff_ffff ? 1 : 0)) | 0;
    }
    truncate(sg, out + 1);
    return true;
  }

  private failSg(
    path: DmaPath,
    table: IommuTable,
    sg: ScatterList,
    out: number,
    address: number | undefined,
    npages: number,
  ): boolean {
    if (address !== undefined && this.k.printk.ratelimit('ppc_iommu_map_sg')) {
      const vaddr = (PAGE_OFFSET + BigInt(address)).toString(16);
      this.k.printk.dev(
        'info',
        path.dev,
        `iommu_alloc failed, tbl ${hashedPointer(table.liobn)} vaddr ${vaddr} npages ${npages}`,
      );
    }
    truncate(sg, out + 1);
    this.freeSegments(table, sg);
    truncate(sg, 0);
    return false;
  }

  private freeSegments(table: IommuTable, sg: ScatterList): void {
    for (let i = 0; i < sg.dmaBytes.length; i++)
      this.free(table, sg.dmaHi[i] as number, sg.dmaLo[i] as number, sg.dmaBytes[i] as number);
  }

  unmapSg(dev: LinuxDevice, sg: ScatterList, _direction: DmaDirection): void {
    const path = this.pathOf(dev);
    const allDirect = (): boolean =>
      path.limitReal !== undefined &&
      sg.dmaBytes.every((bytes, i) => isDirectHandle(path, sg.dmaHi[i] ?? 0, sg.dmaLo[i] ?? 0, bytes));
    if (path.streamingDirect || allDirect()) return;
    if (path.table !== undefined && this.usable(path.table)) this.freeSegments(path.table, sg);
  }

  allocCoherent(dev: LinuxDevice, bytes: number): number | undefined {
    const path = this.pathOf(dev);
    const size = alignUp(bytes, this.k.pageBytes);
    const order = this.k.pages.orderOf(size);
    const { table, coherentLimits } = path;
    if (!path.coherentDirect && order >= MOST_ORDER) {
      this.k.printk.dev('info', path.dev, `iommu_alloc_consistent size too large: ${hex(size)}`);
      return undefined;
    }
    if (!path.coherentDirect && (table === undefined || !this.usable(table))) return undefined;
    const address = this.k.pages.alloc(order);
    if (address === undefined) return undefined;
    this.zero(address, size);
    if (path.coherentDirect) {
      this.straight(path, address);
      return address;
    }
    if (
      table !== undefined &&
      coherentLimits !== undefined &&
      this.mapCoherent(table, coherentLimits, address, size)
    )
      return address;
    this.k.pages.free(address, order);
    return undefined;
  }

  /** iommu_alloc_coherent(): naturally aligned on the bus, both directions. */
  private mapCoherent(table: IommuTable, limits: AllocLimits, address: number, size: number): boolean {
    const { pageBytes } = table;
    const npages = Math.ceil(size / pageBytes);
    const alignMask = 2 ** (ilog2(Math.floor((size - 1) / pageBytes)) + 1) - 1;
    const index = this.allocAndSet(table, npages, limits, alignMask, address, 'bidirectional', 0);
    if (index < 0) return false;
    this.setHandle(table, index, address);
    return true;
  }

  freeCoherent(dev: LinuxDevice, address: number, bytes: number, handleHi: number, handleLo: number): void {
    const path = this.pathOf(dev);
    const size = alignUp(bytes, this.k.pageBytes);
    if (!path.coherentDirect && path.table !== undefined && this.usable(path.table)) {
      const { pageBytes } = path.table;
      this.free(path.table, handleHi, handleLo & -Math.min(pageBytes, 0x8000_0000), alignUp(size, pageBytes));
    }
    this.k.pages.free(address, this.k.pages.orderOf(size));
  }

  private zero(address: number, bytes: number): void {
    for (let at = address; at < address + bytes; at += 65536 - (at % 65536)) {
      this.k.ports.memory.bytes(at, Math.min(65536 - (at % 65536), address + bytes - at)).fill(0);
    }
  }
}

/** iommu_num_pages(): I/O pages that [address, address + bytes) touches. */
function ioPages(address: number, bytes: number, table: IommuTable): number {
  const mask = table.pageMask;
  if (mask >= 0 && bytes < 0x4000_0000) return (((address | 0) & mask) + bytes + mask) >>> table.pageShift;
  return Math.ceil(((address % table.pageBytes) + bytes) / table.pageBytes);
}

function truncate(sg: ScatterList, segments: number): void {
  sg.dmaHi.length = segments;
  sg.dmaLo.length = segments;
  sg.dmaBytes.length = segments;
}

// The DMA API of one kernel (kernel/dma/mapping.c): dma_map_page, dma_map_sg, dma_alloc_coherent and their unmaps, each over the
// device's path: straight, or through its table.

import { alignUp } from '../../base/bits.ts';
import { hex } from '../../base/u64.ts';
import { dmaPathOf, isDirectHandle, modeOf, type DmaPath } from './dma-path.ts';
import { coherentSupported, dmaSupported } from './dma-supported.ts';
import type { IommuTable } from './iommu-table.ts';
import type { GuestDevice, KernelState } from './kernel-state.ts';
import { die } from './oops.ts';
import { TableMapper } from './table-mapper.ts';
import type { DmaApi, DmaDirection, LinuxDevice, ScatterList } from './types.ts';

const EIO = -5;
const EINVAL = -22;
/** IOMAP_MAX_ORDER. */
const MOST_ORDER = 13;

export class KernelDmaApi implements DmaApi {
  handleHi = 0;
  handleLo = 0;
  private readonly k: KernelState;
  private readonly mapper: TableMapper;
  private readonly deviceOf: (dev: LinuxDevice) => GuestDevice;
  private readonly paths = new Map<LinuxDevice, DmaPath>();
  private last: DmaPath | undefined;

  constructor(k: KernelState, deviceOf: (dev: LinuxDevice) => GuestDevice) {
    this.k = k;
    this.mapper = new TableMapper(k);
    this.deviceOf = deviceOf;
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
    const ok = yield* coherentSupported(this.k, dev, bits);
    if (ok) dev.coherentMaskBits = bits;
    this.refresh(dev);
    return ok ? 0 : EIO;
  }

  private refresh(dev: GuestDevice): DmaPath {
    const path = dmaPathOf(this.k, dev);
    this.paths.set(dev, path);
    this.last = path;
    dev.mode = modeOf(this.k, path);
    return path;
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
    const lo = (path.offsetLo >>> 0) + (address >>> 0);
    this.handleLo = lo | 0;
    this.handleHi = (path.offsetHi + Math.floor(address / 0x1_0000_0000) + (lo > 0xffff_ffff ? 1 : 0)) | 0;
  }

  private takeHandle(): void {
    this.handleHi = this.mapper.handleHi;
    this.handleLo = this.mapper.handleLo;
  }

  mapPage(dev: LinuxDevice, address: number, bytes: number, direction: DmaDirection, cpu = 0): boolean {
    const path = this.pathOf(dev);
    if (path.streamingDirect || (path.limitReal !== undefined && address + bytes <= path.limitReal)) {
      this.straight(path, address);
      return true;
    }
    const { table, limits } = path;
    if (table === undefined || limits === undefined || !this.usable(table)) return false;
    if (!this.mapper.map(path.dev, table, limits, address, bytes, direction, cpu)) return false;
    this.takeHandle();
    return true;
  }

  unmapPage(
    dev: LinuxDevice,
    handleHi: number,
    handleLo: number,
    bytes: number,
    _direction: DmaDirection,
  ): void {
    const path = this.pathOf(dev);
    const { table } = path;
    if (
      path.streamingDirect ||
      (path.limitReal !== undefined && isDirectHandle(path, handleHi, handleLo, bytes))
    )
      return;
    if (table !== undefined && this.usable(table)) this.mapper.unmap(table, handleHi, handleLo, bytes);
  }

  mapSg(dev: LinuxDevice, sg: ScatterList, direction: DmaDirection, cpu = 0): number {
    const path = this.pathOf(dev);
    const failure = this.k.build.mapSgFailure.value;
    if (path.streamingDirect || this.allBelowLimit(path, sg)) return this.straightSg(path, sg);
    const { table, limits } = path;
    if (sg.addresses.length === 0 || table === undefined || limits === undefined || !this.usable(table))
      return failure === 0 ? 0 : EINVAL;
    return this.mapper.mapSg(path.dev, table, limits, sg, direction, cpu) ? sg.dmaBytes.length : failure;
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
    const count = sg.addresses.length;
    for (let i = 0; i < count; i++) {
      this.straight(path, sg.addresses[i] as number);
      sg.dmaHi[i] = this.handleHi;
      sg.dmaLo[i] = this.handleLo;
      sg.dmaBytes[i] = sg.lengths[i] as number;
    }
    for (const column of [sg.dmaHi, sg.dmaLo, sg.dmaBytes]) column.length = count;
    return count;
  }

  unmapSg(dev: LinuxDevice, sg: ScatterList, _direction: DmaDirection): void {
    const path = this.pathOf(dev);
    if (path.streamingDirect || this.allDirectHandles(path, sg)) return;
    if (path.table !== undefined && this.usable(path.table)) this.mapper.unmapSg(path.table, sg);
  }

  private allDirectHandles(path: DmaPath, sg: ScatterList): boolean {
    if (path.limitReal === undefined) return false;
    return sg.dmaBytes.every((bytes, i) => isDirectHandle(path, sg.dmaHi[i] ?? 0, sg.dmaLo[i] ?? 0, bytes));
  }

  allocCoherent(dev: LinuxDevice, bytes: number): number | undefined {
    const path = this.pathOf(dev);
    const size = alignUp(bytes, this.k.pageBytes);
    const order = this.k.pages.orderOf(size);
    if (!path.coherentDirect && !this.coherentTableTakes(path, size, order)) return undefined;
    const address = this.k.pages.alloc(order);
    if (address === undefined) return undefined;
    this.zero(address, size);
    if (this.mapCoherent(path, address, size)) return address;
    this.k.pages.free(address, order);
    return undefined;
  }

  private coherentTableTakes(path: DmaPath, size: number, order: number): boolean {
    if (order < MOST_ORDER) return path.table !== undefined && this.usable(path.table);
    this.k.printk.dev('info', path.dev, `iommu_alloc_consistent size too large: ${hex(size)}`);
    return false;
  }

  private mapCoherent(path: DmaPath, address: number, size: number): boolean {
    const { table, coherentLimits } = path;
    if (path.coherentDirect) {
      this.straight(path, address);
      return true;
    }
    if (table === undefined || coherentLimits === undefined) return false;
    const mapped = this.mapper.mapCoherent(table, coherentLimits, address, size);
    if (mapped) this.takeHandle();
    return mapped;
  }

  freeCoherent(dev: LinuxDevice, address: number, bytes: number, handleHi: number, handleLo: number): void {
    const { table, coherentDirect } = this.pathOf(dev);
    const size = alignUp(bytes, this.k.pageBytes);
    if (!coherentDirect && table !== undefined && this.usable(table)) {
      const pageStart = table.pageMask >= 0 ? handleLo & ~table.pageMask : 0;
      this.mapper.unmap(table, handleHi, pageStart, alignUp(size, table.pageBytes));
    }
    this.k.pages.free(address, this.k.pages.orderOf(size));
  }

  private zero(address: number, bytes: number): void {
    for (let at = address; at < address + bytes; at += 65536 - (at % 65536)) {
      this.k.ports.memory.bytes(at, Math.min(65536 - (at % 65536), address + bytes - at)).fill(0);
    }
  }

  /** A freed table: some builds' devices go on with stale memory, others take the kernel down. */
  private usable(table: IommuTable): boolean {
    if (this.k.oops !== undefined) return false;
    if (table.stale === 'no') return true;
    const rule = this.k.build.staleTable.value;
    if ((table.stale === 'after-direct' ? rule.afterDirect : rule.afterIndirect) === 'works') return true;
    die(
      this.k,
      'BUG: Kernel NULL pointer dereference on read at 0x00000000',
      'iommu_area_alloc: the table of the removed default window was freed, but a device still used it',
    );
    return false;
  }
}

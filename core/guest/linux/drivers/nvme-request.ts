// One I/O command's data, mapped as nvme_map_data does it (drivers/nvme/host/pci.c, 6.1 to 6.12): a single piece by
// dma_map_page and no list where two PRPs or one SGL descriptor do; else dma_map_sg, and PRPs or SGL by the average segment.
// Kernels of 7.x map each segment by itself (dma_map_phys) and take the list as soon as they see that they need one.

import { PSDT_SHIFT, SGL_DATA_BLOCK, SGL_LAST_SEGMENT } from '../../../abi/nvme.ts';
import type { DataBuffer } from './data-buffer.ts';
import { busHi, type CoherentMemory } from './coherent-memory.ts';
import type { DmaPool, PoolBlock } from './dma-pool.ts';
import type { DmaDirection, DriverContext, IoFigures } from '../types.ts';

/** NVME_CTRL_PAGE_SIZE: the controller's pages are 4K whatever the kernel's are. */
export const CTRL_PAGE = 4096;
/** Module parameter sgl_threshold: average segment from which SGLs are used. */
const SGL_THRESHOLD = 32 * 1024;
/** NVME_MAX_SEGS. */
export const MAX_SEGMENTS = 127;

export interface NvmePools {
  /** 256-byte lists: up to 32 PRPs or 16 SGL descriptors. */
  readonly small: DmaPool;
  /** Lists of a whole page. */
  readonly page: DmaPool;
}

export interface DataMapping {
  how: 'page' | 'sg' | 'each';
  /** Handle of the one page. */
  hi: number;
  lo: number;
  list: PoolBlock | undefined;
  listPool: DmaPool | undefined;
}

export const newMapping = (): DataMapping => ({
  how: 'page',
  hi: 0,
  lo: 0,
  list: undefined,
  listPool: undefined,
});

export interface MappingParts {
  readonly context: DriverContext;
  readonly pools: NvmePools;
  readonly sglSupported: boolean;
  readonly figures: IoFigures;
  /** CPU that the workload runs on. */
  readonly cpu: number;
}

function setSgl(sqe: CoherentMemory, at: number, hi: number, lo: number, bytes: number, type: number): void {
  sqe.set32(at, lo);
  sqe.set32(at + 4, hi);
  sqe.set32(at + 8, bytes);
  sqe.set32(at + 12, type << 28);
}

function useSgl(sqe: CoherentMemory, entry: number): void {
  sqe.set8(entry + 1, 1 << (PSDT_SHIFT - 8));
}

function setAddress(memory: CoherentMemory, at: number, hi: number, lo: number): void {
  memory.set32(at, lo);
  memory.set32(at + 4, hi);
}

/** One physical segment that needs no list; false: it does. */
function fitsWithoutList(parts: MappingParts, buffer: DataBuffer): boolean {
  if (buffer.sg.addresses.length !== 1) return false;
  const offset = (buffer.sg.addresses[0] ?? 0) % CTRL_PAGE;
  return offset + buffer.bytes <= CTRL_PAGE * 2 || parts.sglSupported;
}

function mapSingle(
  parts: MappingParts,
  buffer: DataBuffer,
  direction: DmaDirection,
  mapping: DataMapping,
  sqe: CoherentMemory,
  entry: number,
): boolean {
  const { dma, dev } = parts.context;
  const address = buffer.sg.addresses[0] ?? 0;
  if (!dma.mapPage(dev, address, buffer.bytes, direction, parts.cpu)) return false;
  parts.figures.maps++;
  mapping.how = 'page';
  mapping.hi = dma.handleHi;
  mapping.lo = dma.handleLo;
  const first = CTRL_PAGE - (address % CTRL_PAGE);
  if ((address % CTRL_PAGE) + buffer.bytes <= CTRL_PAGE * 2) {
    setAddress(sqe, entry + 24, mapping.hi, mapping.lo);
    if (buffer.bytes > first) {
      setAddress(sqe, entry + 32, busHi(mapping.hi, mapping.lo, first), (mapping.lo + first) | 0);
    }
    return true;
  }
  useSgl(sqe, entry);
  setSgl(sqe, entry + 24, mapping.hi, mapping.lo, buffer.bytes, SGL_DATA_BLOCK);
  return true;
}

function takeList(parts: MappingParts, mapping: DataMapping, bytes: number): PoolBlock | undefined {
  if (mapping.list !== undefined) return mapping.list;
  const pool = bytes <= parts.pools.small.blockBytes ? parts.pools.small : parts.pools.page;
  mapping.list = pool.alloc();
  mapping.listPool = pool;
  return mapping.list;
}

/** PRPs after the first; the first reaches to the end of its controller page. */
function furtherPrps(buffer: DataBuffer): { readonly first: number; readonly further: number } {
  const first = CTRL_PAGE - ((buffer.sg.addresses[0] ?? 0) % CTRL_PAGE);
  return { first, further: Math.ceil(Math.max(0, buffer.bytes - first) / CTRL_PAGE) };
}

/** nvme_pci_setup_sgls. */
function setUpSgl(
  parts: MappingParts,
  buffer: DataBuffer,
  segments: number,
  mapping: DataMapping,
  sqe: CoherentMemory,
  entry: number,
): boolean {
  const { dmaHi, dmaLo, dmaBytes } = buffer.sg;
  useSgl(sqe, entry);
  if (segments === 1) {
    setSgl(sqe, entry + 24, dmaHi[0] ?? 0, dmaLo[0] ?? 0, dmaBytes[0] ?? 0, SGL_DATA_BLOCK);
    return true;
  }
  const list = takeList(parts, mapping, segments * 16);
  if (list === undefined) return false;
  for (let i = 0; i < segments; i++) {
    setSgl(list.memory, list.offset + i * 16, dmaHi[i] ?? 0, dmaLo[i] ?? 0, dmaBytes[i] ?? 0, SGL_DATA_BLOCK);
  }
  setSgl(sqe, entry + 24, list.hi, list.lo, segments * 16, SGL_LAST_SEGMENT);
  return true;
}

/** nvme_pci_setup_prps: PRP1, then PRP2 or a list of all further pages. A list here never needs a second page. */
function setUpPrps(
  parts: MappingParts,
  buffer: DataBuffer,
  segments: number,
  mapping: DataMapping,
  sqe: CoherentMemory,
  entry: number,
): boolean {
  const { dmaHi, dmaLo, dmaBytes } = buffer.sg;
  const { first: firstBytes, further } = furtherPrps(buffer);
  setAddress(sqe, entry + 24, dmaHi[0] ?? 0, dmaLo[0] ?? 0);
  if (further === 0) return true;
  const list = further === 1 ? undefined : takeList(parts, mapping, further * 8);
  if (further > 1 && list === undefined) return false;
  if (list !== undefined) setAddress(sqe, entry + 32, list.hi, list.lo);
  let put = 0;
  for (let i = 0; i < segments; i++) {
    for (let at = i === 0 ? firstBytes : 0; at < (dmaBytes[i] ?? 0); at += CTRL_PAGE, put++) {
      const hi = busHi(dmaHi[i] ?? 0, dmaLo[i] ?? 0, at);
      const lo = ((dmaLo[i] ?? 0) + at) | 0;
      if (list === undefined) setAddress(sqe, entry + 32, hi, lo);
      else setAddress(list.memory, list.offset + put * 8, hi, lo);
    }
  }
  return true;
}

/** Kernels of 7.x: the segments one by one, the list in between. 0: failed, nothing is held but what unmapData gives back. */
function mapEach(
  parts: MappingParts,
  buffer: DataBuffer,
  direction: DmaDirection,
  mapping: DataMapping,
  sgl: boolean,
): number {
  const { dma, dev } = parts.context;
  const { addresses, lengths, dmaHi, dmaLo, dmaBytes } = buffer.sg;
  const { first, further } = furtherPrps(buffer);
  const listBytes = sgl ? addresses.length * 16 : further > 1 ? further * 8 : 0;
  const listAfter = sgl || (lengths[0] ?? 0) > first ? 0 : 1;
  mapping.how = 'each';
  dmaBytes.length = 0;
  for (let i = 0; i < addresses.length; i++) {
    if (!dma.mapPage(dev, addresses[i] ?? 0, lengths[i] ?? 0, direction, parts.cpu)) return 0;
    parts.figures.maps++;
    dmaHi[i] = dma.handleHi;
    dmaLo[i] = dma.handleLo;
    dmaBytes[i] = lengths[i] ?? 0;
    if (i === listAfter && listBytes > 0 && takeList(parts, mapping, listBytes) === undefined) return 0;
  }
  return addresses.length;
}

function mapSg(
  parts: MappingParts,
  buffer: DataBuffer,
  direction: DmaDirection,
  mapping: DataMapping,
): number {
  const { dma, dev } = parts.context;
  mapping.how = 'sg';
  const segments = dma.mapSg(dev, buffer.sg, direction, parts.cpu);
  if (segments > 0) parts.figures.maps++;
  return segments;
}

/** Maps the buffer and fills the data pointer of the entry. False: no mapping or no list could be had, nothing is held. */
export function mapData(
  parts: MappingParts,
  buffer: DataBuffer,
  direction: DmaDirection,
  mapping: DataMapping,
  sqe: CoherentMemory,
  entry: number,
): boolean {
  mapping.list = undefined;
  if (fitsWithoutList(parts, buffer)) return mapSingle(parts, buffer, direction, mapping, sqe, entry);
  const each = parts.context.mapsEachSegment === true;
  const eachSgl = parts.sglSupported && buffer.bytes / buffer.sg.addresses.length >= SGL_THRESHOLD;
  const segments = each
    ? mapEach(parts, buffer, direction, mapping, eachSgl)
    : mapSg(parts, buffer, direction, mapping);
  if (segments <= 0) {
    if (each) unmapData(parts, buffer, direction, mapping);
    return false;
  }
  const sgl = each ? eachSgl : parts.sglSupported && buffer.bytes / segments >= SGL_THRESHOLD;
  const setUp = sgl ? setUpSgl : setUpPrps;
  if (setUp(parts, buffer, segments, mapping, sqe, entry)) return true;
  unmapData(parts, buffer, direction, mapping);
  return false;
}

function unmapEach({ context, figures }: MappingParts, buffer: DataBuffer, direction: DmaDirection): void {
  const { dmaHi, dmaLo, dmaBytes } = buffer.sg;
  for (let i = 0; i < dmaBytes.length; i++, figures.unmaps++) {
    context.dma.unmapPage(context.dev, dmaHi[i] ?? 0, dmaLo[i] ?? 0, dmaBytes[i] ?? 0, direction);
  }
}

/** nvme_unmap_data. */
export function unmapData(
  parts: MappingParts,
  buffer: DataBuffer,
  direction: DmaDirection,
  mapping: DataMapping,
): void {
  const { dma, dev } = parts.context;
  if (mapping.how === 'each') unmapEach(parts, buffer, direction);
  else {
    if (mapping.how === 'page') dma.unmapPage(dev, mapping.hi, mapping.lo, buffer.bytes, direction);
    else dma.unmapSg(dev, buffer.sg, direction);
    parts.figures.unmaps++;
  }
  if (mapping.list !== undefined) mapping.listPool?.free(mapping.list);
  mapping.list = undefined;
}

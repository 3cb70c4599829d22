// VFIO_IOMMU_MAP_DMA and UNMAP_DMA (tce_iommu_build(), tce_iommu_build_v2(), tce_iommu_clear()): entry by entry; what a failure
// had mapped is cleared again. Only the first entry's place is checked here: for the rest the platform has to refuse.

import { EFAULT, EINVAL, EPERM } from '../../../abi/linux/errno.ts';
import { hex } from '../../../base/u64.ts';
import type { KernelState } from '../kernel-state.ts';
import type { UserProcess } from '../process/user-process.ts';
import type { Container, ContainerTable } from './container.ts';
import { clearEntries, exchange, permissions } from './exchange.ts';
import type { MemRegion } from '../process/mem-region.ts';
import { coveringRegion } from './mm-iommu.ts';

export interface MapRequest {
  readonly vaddr: number;
  readonly iova: bigint;
  readonly bytes: number;
  readonly read: boolean;
  readonly write: boolean;
}

/** A piece of a request that is one run of real memory, of one region. */
interface Piece {
  readonly real: number;
  readonly bytes: number;
  readonly region: MemRegion | undefined;
}

/** Maps the request through a table. 0, a negative errno, or the status of the hcall that failed. */
export function* build(
  k: KernelState,
  container: Container,
  process: UserProcess,
  slot: ContainerTable,
  request: MapRequest,
): Generator<number, number, void> {
  const { table } = slot;
  const pages = Math.floor(request.bytes / table.pageBytes);
  const first = entryOf(slot, request.iova);
  let done = 0;
  let ret = 0;
  while (done < pages && ret === 0) {
    const vaddr = request.vaddr + done * table.pageBytes;
    const piece = pieceAt(container, process, slot, vaddr, (pages - done) * table.pageBytes);
    if (typeof piece === 'number') {
      ret = piece;
      break;
    }
    const count = Math.floor(piece.bytes / table.pageBytes);
    const perm = permissions(request.read, request.write);
    const { done: now, rc } = yield* exchange(k, table, first + done, count, piece.real, perm);
    note(slot, first + done, now, piece.region);
    if (rc !== 0) tellFailed(k, container, request, vaddr + now * table.pageBytes, rc);
    done += now;
    ret = rc;
  }
  if (ret !== 0) yield* clear(k, slot, first, done);
  return ret;
}

/** Unmaps entries; those that the platform refuses are passed over, and the call succeeds. */
export function* clear(
  k: KernelState,
  slot: ContainerTable,
  first: number,
  count: number,
): Generator<number, void, void> {
  yield* clearEntries(k, slot.table, first, count);
  for (const { value, count: entries } of slot.mapped.clear(first, count))
    if (value !== undefined) value.mapped -= entries;
}

/** The whole table, as a container lets go of it. */
export function* clearAll(k: KernelState, slot: ContainerTable): Generator<number, void, void> {
  yield* clear(k, slot, 0, slot.table.size);
}

/** Entry of a bus address, from the table's start. */
export function entryOf({ table }: ContainerTable, iova: bigint): number {
  return Number((iova >> BigInt(table.pageShift)) - BigInt(table.offset));
}

function note(slot: ContainerTable, first: number, count: number, region: MemRegion | undefined): void {
  if (count === 0) return;
  if (region !== undefined) region.mapped += count;
  for (const { value, count: entries } of slot.mapped.set(first, count, region))
    if (value !== undefined) value.mapped -= entries;
}

/** Memory from a user address on, at most `bytes` of it; or why its first page cannot be mapped. */
function pieceAt(
  container: Container,
  process: UserProcess,
  { table }: ContainerTable,
  vaddr: number,
  bytes: number,
): Piece | number {
  const region = container.type === 'v2' ? coveringRegion(process, vaddr, table.pageBytes) : undefined;
  if (container.type === 'v2' && (region === undefined || region.pageShift < table.pageShift)) return EINVAL;
  const found = process.translate(vaddr);
  if (found === undefined) return EFAULT;
  // An I/O page larger than the page behind it would give the device what belongs to others.
  if (found.pageBytes < table.pageBytes) return EPERM;
  const inRegion = region === undefined ? bytes : region.vaddr + region.bytes - vaddr;
  return { real: found.real, bytes: Math.min(bytes, found.bytes, inRegion), region };
}

function tellFailed(
  k: KernelState,
  { type }: Container,
  { iova }: MapRequest,
  tce: number,
  rc: number,
): void {
  const name = type === 'v2' ? 'tce_iommu_build_v2' : 'tce_iommu_build';
  k.printk.line(
    'err',
    `iommu_tce: ${name} failed ioba=${hex(iova).slice(2)}, tce=${tce.toString(16)}, ret=${rc}`,
  );
}

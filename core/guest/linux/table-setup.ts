// Making and freeing of tables: iommu_init_table() with its reserved ranges and the clearing of what firmware left,
// iommu_table_free() with its complaint, IOMMU groups.

import type { U64 } from '../../base/u64.ts';
import { hex, hi32, lo32 } from '../../base/u64.ts';
import { IommuTable } from './iommu-table.ts';
import type { KernelState } from './kernel-state.ts';
import { die } from './oops.ts';
import { emptyGroup, type TableGroup } from './table-group.ts';

export interface TablePlan {
  readonly liobn: number;
  readonly busno: number;
  readonly pageShift: number;
  readonly base: U64;
  readonly sizeBytes: number;
  /** Range to keep free of mappings, in bus pages as this build computes them. */
  readonly reserve?: { readonly from: number; readonly to: number };
}

/** A bitmap above this many entries is more than a partition can give it (vzalloc fails). */
const MOST_ENTRIES = 2 ** 31 - 64;
const MOST_INT = 0x7fff_ffff;

/** iommu_init_table(). Undefined when the bitmap cannot be had (the line says so). */
export function* initTable(k: KernelState, plan: TablePlan): Generator<number, IommuTable | undefined, void> {
  const size = Math.floor(plan.sizeBytes / 2 ** plan.pageShift);
  const bitmapBytes = Math.ceil(size / 64) * 8;
  if (size > MOST_ENTRIES || bitmapBytes > k.ports.memory.ramBytes / 2) {
    k.printk.line('err', `iommu_init_table: Can't allocate ${bitmapBytes} bytes`);
    return undefined;
  }
  const parameters = {
    liobn: plan.liobn,
    busno: plan.busno,
    pageShift: plan.pageShift,
    busHi: hi32(plan.base),
    busLo: lo32(plan.base),
    size,
  };
  const table = new IommuTable(parameters, k.build.largePoolLastResort.value);
  if (plan.reserve !== undefined && !reserveRange(k, table, plan.reserve)) {
    // A machine lets nobody go on from here.
    yield 0;
    return undefined;
  }
  yield* k.crashKernel ? keepTable(k, table) : k.tceOps.clearTable(table);
  if (!k.welcomed) {
    k.welcomed = true;
    k.printk.line('info', `IOMMU table initialized, virtual merging ${k.novmerge ? 'disabled' : 'enabled'}`);
  }
  return table;
}

/** KDUMP_MIN_TCE_ENTRIES, and the value that some firmware has in entries nobody uses. */
const LEAST_FREE_ENTRIES = 2048;
const UNUSED_HI = 0x7fff_ffff;

/** iommu_table_clear() of a kdump kernel: entries in use are read and kept, since devices may still write through them. */
function* keepTable(k: KernelState, table: IommuTable): Generator<number, void, void> {
  let kept = 0;
  for (let i = 0; i < table.size; i++) {
    const rc = k.hcalls.get(table.liobn, table.busHiOf(i), table.busLoOf(i));
    if (rc !== 0) logGet(k, table, i, rc);
    // After a failed call the answer is whatever lay in the register.
    const { tceHi, tceLo } = k.hcalls;
    const used = (tceHi !== 0 || tceLo !== 0) && !(tceHi === UNUSED_HI && tceLo === -1);
    if (used) {
      kept++;
      table.keep(i);
    }
    if (i % 64 === 63) yield 0;
  }
  if (table.size - kept >= LEAST_FREE_ENTRIES) return;
  k.printk.line('warn', 'TCE table is full; freeing ');
  k.printk.line('warn', `${LEAST_FREE_ENTRIES} entries for the kdump boot`);
  // In a table that is smaller the index runs below zero, and the kernel frees nothing.
  if (table.size >= LEAST_FREE_ENTRIES) table.clearBits(table.size - LEAST_FREE_ENTRIES, LEAST_FREE_ENTRIES);
}

function logGet(k: KernelState, table: IommuTable, index: number, rc: number): void {
  if (!k.printk.ratelimit('tce_get_pSeriesLP')) return;
  k.printk.line('warn', `tce_get_pSeriesLP: plpar_tce_get failed. rc=${rc}`);
  k.printk.line('warn', `\tindex   = ${hex(table.liobn >>> 0)}`);
  k.printk.line('warn', `\ttcenum  = ${hex(table.offset + index)}`);
}

/** iommu_table_reserve_pages(). False: its index ran over, bits were set far outside the bitmap, and the kernel is dead. */
function reserveRange(
  k: KernelState,
  table: IommuTable,
  { from, to }: NonNullable<TablePlan['reserve']>,
): boolean {
  table.reserve(from, to, k.build.reservedRange.value);
  const isReserved = table.reservedEnd > table.reservedStart;
  if (k.build.reserveIndex.value === 'long' || !isReserved || table.reservedStart <= MOST_INT) return true;
  const bug = 'BUG: Unable to handle kernel data access on write';
  die(k, bug, `iommu_table_reserve_pages: the MMIO range from ${hex(from)} was counted by an int`);
  return false;
}

/**
 * iommu_tce_table_put() of the last holder: devices that still point to it use freed memory from now on, in which entry 0 is no
 * longer kept back (iommu_table_release_pages; recordings phyp_61 nvme-then-e1000 map at bus address 0).
 */
export function freeTable(k: KernelState, table: IommuTable, after: 'after-indirect' | 'after-direct'): void {
  if (table.inUse('ok')) k.printk.line('warn', 'iommu_table_free: Unexpected TCEs');
  if (table.offset === 0 && table.stale === 'no') table.clearBits(0, 1);
  table.stale = after;
}

export function newGroup(k: KernelState): TableGroup {
  const group = emptyGroup(k.groups++);
  if (k.build.vfioOps.value !== 'none') group.pgsizes = 0x1000;
  return group;
}

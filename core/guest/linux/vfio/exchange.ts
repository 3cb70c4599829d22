// tce_exchange_pseries() over ranges: VFIO's way to map and unmap, an H_GET_TCE and an H_PUT_TCE for every entry, no batching.
// A status of the firmware goes to the user as it is: -4 (H_PARAMETER) reads there as -EINTR.

import { TCE_READ, TCE_WRITE } from '../../../abi/papr/tce.ts';
import type { IommuTable } from '../iommu-table.ts';
import type { KernelState } from '../kernel-state.ts';

/** Pairs of calls between two preemption points. */
const PAIRS_PER_PIECE = 64;
/** From so many entries on the platform may take a range as one (HcallPort.exchange). */
const LEAST_RANGE = 64;

export const permissions = (read: boolean, write: boolean): number =>
  (read ? TCE_READ : 0) | (write ? TCE_WRITE : 0);

/**
 * Entries [first, first + count) get TCEs from real address `real` on, page by page, with `perm`; `perm` 0 clears them. Returns how
 * many went through and the status that stopped it (0: all).
 */
export function* exchange(
  k: KernelState,
  table: IommuTable,
  first: number,
  count: number,
  real: number,
  perm: number,
): Generator<number, { readonly done: number; readonly rc: number }, void> {
  // What runs past the table's end is asked for all the same, entry by entry: the platform has to refuse it.
  const inside = Math.min(count, table.size - first);
  const isRange = inside >= LEAST_RANGE && exchangeRange(k, table, first, inside, real, perm);
  if (isRange) yield 0;
  for (let i = isRange ? inside : 0; i < count; i++) {
    const rc = exchangeOne(k, table, first + i, perm === 0 ? 0 : real + i * table.pageBytes, perm);
    if (rc !== 0) return { done: i, rc };
    if (i % PAIRS_PER_PIECE === PAIRS_PER_PIECE - 1) yield 0;
  }
  return { done: count, rc: 0 };
}

function exchangeOne(k: KernelState, table: IommuTable, index: number, real: number, perm: number): number {
  const hi = table.busHiOf(index);
  const lo = table.busLoOf(index);
  const rc = k.hcalls.get(table.liobn, hi, lo);
  if (rc !== 0) return rc;
  return k.hcalls.put(table.liobn, hi, lo, Math.floor(real / 2 ** 32) | 0, real | 0 | perm);
}

function exchangeRange(
  k: KernelState,
  table: IommuTable,
  first: number,
  count: number,
  real: number,
  perm: number,
): boolean {
  return k.hcalls.exchange(
    { liobn: table.liobn, iobaHi: table.busHiOf(first), iobaLo: table.busLoOf(first), count },
    perm === 0 ? 0 : real,
    perm,
  );
}

/**
 * Clears [first, first + count): an entry whose exchange fails is passed over (tce_iommu_clear()).
 */
export function* clearEntries(
  k: KernelState,
  table: IommuTable,
  first: number,
  count: number,
): Generator<number, void, void> {
  for (let at = first; at < first + count;) {
    const { done } = yield* exchange(k, table, at, first + count - at, 0, 0);
    at += done + 1;
  }
}

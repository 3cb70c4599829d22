// What a QEMU log lets one know of its TCE tables. Creation is seen only for dynamic windows; a default window, or one made before the
// log began, is inferred from QEMU's numbering (hw/ppc/spapr_pci.c: LIOBN = 0x80000000 | index << 8 | window, BUID = base + index).

import { u64 } from '../../base/u64.ts';
import type { U64 } from '../../base/u64.ts';
import type { WindowDescription } from '../../trace/events.ts';

/** observed: the log tells of its making; inferred: worked out; unknown: page size or place are guesses. */
export type Knowledge = 'observed' | 'inferred' | 'unknown';

export interface KnownTable {
  readonly buid: U64;
  readonly window: WindowDescription;
  readonly how: Knowledge;
}

const BASE_BUID = 0x800000020000000n;
const DYNAMIC_START = u64(1n << 59n);
/** QEMU's default `dma_win_size` of 1 GiB in 4K pages. */
const DEFAULT_ENTRIES = 0x4_0000;
/** A window that nobody saw being made: as many entries as bus addresses of a large guest need. */
const UNSEEN_ENTRIES = 2 ** 31;
/** Page sizes that a query may offer, 4K … 16G. */
const SHIFTS = [12, 16, 21, 24, 25, 26, 27, 28, 34];
const LIST_MAX = 512;

export function buidOfLiobn(liobn: number): U64 {
  return liobn >>> 31 === 1 ? u64(BASE_BUID + BigInt((liobn >>> 8) & 0x7f_ffff)) : u64(0n);
}

/** A default window as QEMU makes it: 4K pages from bus address 0. */
export function inferDefault(liobn: number): KnownTable {
  const window = { liobn, start: u64(0n), pageShift: 12, entries: DEFAULT_ENTRIES, isDefault: true };
  return { buid: buidOfLiobn(liobn), window, how: 'inferred' };
}

/** A window that was there before the log began. `iobaN` is the entry number of a list's last entry, where a list was the first sign. */
export function inferUnseen(liobn: number, ioba: U64, iobaN?: U64): KnownTable {
  const start = ioba >= DYNAMIC_START ? DYNAMIC_START : u64(0n);
  if (start === 0n && (liobn & 0xff) === 0) return inferDefault(liobn);
  const fits = iobaN === undefined ? [] : SHIFTS.filter((shift) => isInList(u64(ioba - start), shift, iobaN));
  const window = { liobn, start, pageShift: fits[0] ?? 16, entries: UNSEEN_ENTRIES, isDefault: false };
  return { buid: buidOfLiobn(liobn), window, how: fits.length === 1 ? 'inferred' : 'unknown' };
}

function isInList(offset: bigint, shift: number, iobaN: bigint): boolean {
  const first = offset >> BigInt(shift);
  return iobaN >= first && iobaN - first < LIST_MAX;
}

/** Number of the entry for a bus address. */
export function entryOf({ window }: KnownTable, ioba: bigint): bigint {
  return (ioba - window.start) >> BigInt(window.pageShift);
}

export const pageBytes = ({ window }: KnownTable): bigint => 1n << BigInt(window.pageShift);

/** What a create tells. */
export function createdTable(
  liobn: number,
  buid: U64,
  start: U64,
  pageShift: number,
  windowShift: number,
): KnownTable {
  const entries = 2 ** Math.max(0, windowShift - pageShift);
  return { buid, window: { liobn, start, pageShift, entries, isDefault: false }, how: 'observed' };
}

// Looking for entries of a TCE table: the next one in use, and those that map a guest real address. Empty chunks cost one look, a
// chunk of a 1:1 map costs one subtraction, the others are read through.

import { numberFromHalves } from '../base/u64.ts';
import type { TceTable } from './tce-table.ts';
import { CHUNK_ENTRIES } from './tce-chunk.ts';
import type { DmaWindow } from './dma-window.ts';

/**
 * The entry nearest to `from` (itself left out) with permission bits, upwards (`by` 1) or downwards (-1). -1: there is none.
 * `from` may be -1 or `entries`: the whole table lies before one.
 */
export function nextUsed(table: TceTable, from: number, by: 1 | -1): number {
  let at = from + by;
  while (at >= 0 && at < table.entries) {
    const first = at - (at % CHUNK_ENTRIES);
    const end = Math.min(table.entries, first + CHUNK_ENTRIES);
    const used = by === 1 ? table.usedIn(at, end) : table.usedIn(first, at + 1);
    if (used > 0) return nearest(table, at, by);
    at = by === 1 ? end : first - 1;
  }
  return -1;
}

/** There is one in this chunk. */
function nearest(table: TceTable, from: number, by: 1 | -1): number {
  let at = from;
  while (table.usedIn(at, at + 1) === 0) at += by;
  return at;
}

/** Entries found, and what the search may still cost: one unit for a chunk at a glance, CHUNK_ENTRIES for one read through. */
export interface MapperSearch {
  readonly found: number[];
  readonly limit: number;
  budget: number;
}

/** Adds the indices of entries in use whose page holds the guest real address, up to `limit`; stops when the budget is spent. */
export function findMappers(window: DmaWindow, address: number, search: MapperSearch): void {
  const { table } = window;
  for (let first = 0; first < table.entries && search.budget > 0; first += CHUNK_ENTRIES) {
    if (search.found.length >= search.limit) return;
    search.budget--;
    const end = Math.min(table.entries, first + CHUNK_ENTRIES);
    if (table.usedIn(first, end) === 0) continue;
    if (table.isLinear(first)) findInRun(window, address, first, end, search);
    else {
      search.budget -= CHUNK_ENTRIES;
      for (let index = first; index < end; index++) check(window, address, index, search);
    }
  }
}

const tce = new Int32Array(2);

/** A chunk whose entries count up, or are all alike: the one that could be it, or all of them. */
function findInRun(
  window: DmaWindow,
  address: number,
  first: number,
  end: number,
  search: MapperSearch,
): void {
  const { table, pageShift } = window;
  table.read(first, tce, 0);
  const base = numberFromHalves(tce[0] as number, tce[1] as number);
  table.read(first + 1, tce, 0);
  const step = numberFromHalves(tce[0] as number, tce[1] as number) - base;
  if (step === 0) {
    for (let index = first; index < end; index++) check(window, address, index, search);
    return;
  }
  const page = Math.floor(address / 2 ** pageShift) - Math.floor(base / 2 ** pageShift);
  if (page >= 0 && first + page < end) check(window, address, first + page, search);
}

function check(window: DmaWindow, address: number, index: number, { found, limit }: MapperSearch): void {
  if (found.length >= limit) return;
  window.table.read(index, tce, 0);
  const lo = tce[1] as number;
  if ((lo & 3) === 0) return;
  const page = window.pageAddress(tce[0] as number, lo);
  if (address >= page && address < page + 2 ** window.pageShift) found.push(index);
}

// What people ask about windows and no guest can: how a device's address would be translated, who maps a real address, which entry is
// used next. It reads the very objects that hcalls and DMA work on, and changes none.

import { hi32, lo32, u64, type U64 } from '../base/u64.ts';
import type { DmaWindow } from '../iommu/dma-window.ts';
import { findMappers, nextUsed, type MapperSearch } from '../iommu/tce-search.ts';
import { translate, type DmaDirection, type Translation } from '../iommu/translate.ts';
import type { WindowPool } from '../iommu/window-pool.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';
import type {
  InspectedAddress,
  Mapper,
  Mappers,
  TceOverview,
  TceRange,
  WindowInspection,
} from './inspection.ts';
import type { PhbState } from './phb-state.ts';

/** Chunks that one search for a real address may look at: some 40 ms. */
const SEARCH_BUDGET = 800_000;

export function overviewOf(window: DmaWindow, cells: number, part?: TceRange): TceOverview {
  const { entries, table } = window;
  const from = Math.min(part?.from ?? 0, entries);
  const to = Math.max(from, Math.min(part?.to ?? entries, entries));
  const perCell = Math.max(1, Math.ceil((to - from) / Math.max(1, cells)));
  const used = Array.from({ length: Math.ceil((to - from) / perCell) }, (_, i) =>
    table.usedIn(from + i * perCell, Math.min(to, from + (i + 1) * perCell)),
  );
  return { entries, from, perCell, used };
}

export class WindowInspector implements WindowInspection {
  private readonly pool: WindowPool;
  private readonly phbs: ReadonlyMap<bigint, PhbState>;
  private readonly memory: GuestMemory;

  constructor(pool: WindowPool, phbs: ReadonlyMap<bigint, PhbState>, memory: GuestMemory) {
    this.pool = pool;
    this.phbs = phbs;
    this.memory = memory;
  }

  translate(buid: U64, busAddress: U64): InspectedAddress | undefined {
    const pe = this.phbs.get(buid)?.pe;
    if (pe === undefined) return undefined;
    const read = this.ask(pe.windows, busAddress, 'read');
    const write = this.ask(pe.windows, busAddress, 'write');
    const entry = entryAt(pe.windows, busAddress);
    const mapped = entry !== null && (entry.tce & 3n) !== 0n;
    return {
      entry,
      address: mapped ? u64(read.address) : null,
      read: pe.frozen ? 'frozen' : (read.fault ?? null),
      write: pe.frozen ? 'frozen' : (write.fault ?? null),
    };
  }

  nextUsed(liobn: number, from: number, by: 1 | -1): number | undefined {
    const window = this.pool.find(liobn | 0);
    return window?.active === true ? nextUsed(window.table, from, by) : undefined;
  }

  mappers(address: number, limit: number, buid?: U64): Mappers {
    const search: MapperSearch = { found: [], limit, budget: SEARCH_BUDGET };
    const mappers: Mapper[] = [];
    for (const window of this.pool.all()) {
      if (!window.active || (buid !== undefined && window.owner !== buid)) continue;
      if (search.found.length >= limit || search.budget <= 0) break;
      const before = search.found.length;
      findMappers(window, address, search);
      for (const index of search.found.slice(before)) mappers.push(mapperOf(window, index, address));
    }
    return { mappers, complete: mappers.length < limit && search.budget > 0 };
  }

  private ask(windows: readonly DmaWindow[], busAddress: U64, direction: DmaDirection): Translation {
    const answer: Translation = { fault: undefined, address: 0, bytes: 0 };
    translate(windows, hi32(busAddress), lo32(busAddress), direction, answer);
    if (answer.fault === undefined && answer.address >= this.memory.ramBytes) answer.fault = 'beyond-ram';
    return answer;
  }
}

/** The last slot's window that covers it, as translate() goes. */
function entryAt(windows: readonly DmaWindow[], busAddress: U64): InspectedAddress['entry'] {
  const hi = hi32(busAddress);
  const lo = lo32(busAddress);
  for (const window of [...windows].reverse()) {
    const index = window.active ? window.relativeIndex(hi, lo) : -1;
    if (index < 0) continue;
    const { pageShift, table } = window;
    const liobn = window.liobn >>> 0;
    const offset = window.offsetInPage(hi, lo);
    return { liobn, index, ioba: window.iobaOf(index), pageShift, offset, tce: table.get(index) };
  }
  return null;
}

function mapperOf(window: DmaWindow, index: number, address: number): Mapper {
  const offset = address % 2 ** window.pageShift;
  return {
    liobn: window.liobn >>> 0,
    index,
    busAddress: u64(window.iobaOf(index) + BigInt(offset)),
    tce: window.table.get(index),
  };
}

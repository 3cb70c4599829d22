// When a map searched its table. The allocator lets interrupts in again between its search and the map's hcall
// (spin_unlock_irqrestore() at the end of iommu_range_alloc), and a trace of hcalls shows the hcall alone. The traced order is the
// rule; another one is tried for a map that the traced order cannot place, and counted.

import type { MapRequest, WorkRequest } from './scenario-requests.ts';
import type { BusName } from './scenario-timeline.ts';

export type Requests = ReadonlyMap<BusName, readonly WorkRequest[]>;

/** With several CPUs the others' calls come in between too: how far a search may lie back. */
const othersReach = 16;
/** Orders that are tried for one recording. */
const mostTries = 256;

/** What an order gives: how far it is from the recording, and the first map that it places elsewhere. */
export interface Tried<T> {
  readonly value: T;
  readonly differences: number;
  readonly misplaced: { readonly bus: BusName; readonly request: MapRequest } | undefined;
}

/** The best order's result, and how many searches it puts before calls that the trace has earlier. */
export interface Ordered<T> {
  readonly value: T;
  readonly moved: number;
}

/** Moves one search after another, each only where its map then lies where it was recorded. */
export function orderSearches<T>(
  traced: Requests,
  cpus: number,
  first: Tried<T>,
  attempt: (requests: Requests) => Tried<T>,
): Ordered<T> {
  let left = mostTries;
  /** The first order that places the map `best` misplaces. */
  const better = (requests: Requests, best: Tried<T>): readonly [Requests, Tried<T>] | undefined => {
    for (const candidate of earlierSearches(requests, best.misplaced, cpus)) {
      if (left-- <= 0) return undefined;
      const tried = attempt(candidate);
      const isPlaced = tried.misplaced?.request !== best.misplaced?.request;
      if (isPlaced && tried.differences < best.differences) return [candidate, tried];
    }
    return undefined;
  };
  let moved = 0;
  let best = first;
  for (let next = better(traced, first); next !== undefined; next = better(next[0], best)) {
    best = next[1];
    moved++;
  }
  return { value: best.value, moved };
}

/**
 * The orders in which this map searches earlier: before all unmaps traced directly before it (one interrupt), else before the
 * last few of them; with several CPUs also before the latest calls of whatever kind.
 */
function* earlierSearches(
  requests: Requests,
  misplaced: Tried<unknown>['misplaced'],
  cpus: number,
): Generator<Requests, void> {
  if (misplaced === undefined) return;
  const { bus, request } = misplaced;
  const line = requests.get(bus) ?? [];
  const at = line.indexOf(request);
  if (at < 0) return;
  const passable = (n: number): boolean => line[n]?.after === request.after;
  let unmaps = 0;
  while (line[at - unmaps - 1]?.kind === 'unmap' && passable(at - unmaps - 1)) unmaps++;
  const places = [unmaps, ...Array.from({ length: Math.max(unmaps - 1, 0) }, (_, n) => n + 1)];
  if (cpus > 1) for (let n = unmaps + 1; n <= othersReach && passable(at - n); n++) places.push(n);
  for (const back of places) {
    if (back === 0) continue;
    const earlier = [
      ...line.slice(0, at - back),
      request,
      ...line.slice(at - back, at),
      ...line.slice(at + 1),
    ];
    yield new Map(requests).set(bus, earlier);
  }
}

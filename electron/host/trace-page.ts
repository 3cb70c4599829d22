// A page of the trace for a view. A search through millions of events is cut after a few milliseconds and goes on with the next page.

import type { TraceFilter, TraceReader } from '../../core/index.ts';
import type { TracePage, TracePageRequest } from './host-types.ts';

const SEARCH_MS = 8;
/** Events between two looks at the clock. */
const EVENTS_PER_LOOK = 1024;
const MAX_LIMIT = 10_000;

export function pageOfTrace(
  trace: TraceReader,
  request: TracePageRequest,
  filter: TraceFilter | undefined,
  now: () => number,
): TracePage {
  const total = trace.length;
  const step = request.direction === 'forward' ? 1 : -1;
  const limit = Math.min(Math.max(1, request.limit), MAX_LIMIT);
  const until = now() + SEARCH_MS;
  const events = [];
  let scanned = 0;
  let seq = Math.min(Math.max(0, Math.trunc(request.from)), step > 0 ? total : total - 1);
  for (; seq >= 0 && seq < total; seq += step) {
    if (events.length === limit) break;
    if (scanned > 0 && scanned % EVENTS_PER_LOOK === 0 && now() >= until) break;
    if (filter === undefined || filter.test(trace, seq)) events.push(trace.event(seq));
    scanned++;
  }
  const page = { events, scanned, total };
  return seq >= 0 && seq < total ? { ...page, next: seq } : page;
}

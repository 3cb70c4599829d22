import { describe, expect, it } from 'vitest';
import type { Call } from './scenario-call.ts';
import type { MapRequest, RequestOptions, WorkRequest } from './scenario-requests.ts';
import { workRequests } from './scenario-request-reader.ts';
import { orderSearches } from './scenario-order.ts';
import type { Requests, Tried } from './scenario-order.ts';
import { indirect, sampleMachine, stuff } from './scenario-samples.ts';
import { timelines } from './scenario-timeline.ts';

const D = 0x80000000;
const options: RequestOptions = {
  multitceOff: false,
  cpus: 1,
  marks: [],
  defaultWindowBytes: 2 ** 30,
  pageBytes: 65536,
};

/** Three maps of 16 pages, unmaps of the first two, and a fourth map. */
const calls: readonly Call[] = [
  indirect(D, 0x10000n, 0x2000_0003n, 16),
  indirect(D, 0x30000n, 0x2001_0003n, 16),
  indirect(D, 0x50000n, 0x2002_0003n, 16),
  stuff(D, 0x10000n, 16),
  stuff(D, 0x30000n, 16),
  indirect(D, 0x70000n, 0x2003_0003n, 16),
];

function requestsOf(traced: readonly Call[]): Requests {
  const cas = { kind: 'event', event: 'linux-cas', name: '', liobn: undefined, seq: 0 } as const;
  const line = timelines([cas, ...traced], sampleMachine()).get('PHB 0') ?? [];
  return new Map([['PHB 0', workRequests(line, options)]]);
}

const name = (r: WorkRequest): string => (r.kind === 'map' ? `map ${r.id}` : `unmap ${r.map}`);
const namesOf = (requests: Requests): string => (requests.get('PHB 0') ?? []).map(name).join(', ');

/** An attempt that is right in one order only; in all others the map `misplaced` lies elsewhere. */
function rightIn(right: string, misplaced: number) {
  const seen: string[] = [];
  const attempt = (requests: Requests): Tried<string> => {
    const order = namesOf(requests);
    seen.push(order);
    const request = (requests.get('PHB 0') ?? []).find(
      (r): r is MapRequest => r.kind === 'map' && r.id === misplaced,
    );
    if (order === right || request === undefined)
      return { value: order, differences: 0, misplaced: undefined };
    return { value: order, differences: 1, misplaced: { bus: 'PHB 0', request } };
  };
  return { seen, attempt };
}

function ordered(
  right: string,
  misplaced: number,
  cpus = 1,
): { value: string; moved: number; seen: string[] } {
  const requests = requestsOf(calls);
  const { seen, attempt } = rightIn(right, misplaced);
  const { value, moved } = orderSearches(requests, cpus, attempt(requests), attempt);
  return { value, moved, seen };
}

const traced = 'map 0, map 1, map 2, unmap 0, unmap 1, map 3';

describe('a map that its trace places elsewhere', () => {
  it('keeps its place where the traced order explains it', () =>
    expect(ordered(traced, 3)).toEqual({ value: traced, moved: 0, seen: [traced] }));

  it('searched before the interrupt whose unmaps were traced directly before it', () => {
    const before = 'map 0, map 1, map 2, map 3, unmap 0, unmap 1';
    expect(ordered(before, 3)).toEqual({ value: before, moved: 1, seen: [traced, before] });
  });

  it('searched before the last of them, if that is what explains it', () => {
    const between = 'map 0, map 1, map 2, unmap 0, map 3, unmap 1';
    expect(ordered(between, 3)).toMatchObject({ value: between, moved: 1 });
  });

  it('keeps its place when no such order explains it', () => {
    const { value, moved, seen } = ordered('no order', 3);
    expect({ value, moved, tries: seen.length }).toEqual({ value: traced, moved: 0, tries: 3 });
  });

  it('never searched before another map of its CPU', () =>
    expect(ordered('map 0, map 2, map 1, unmap 0, unmap 1, map 3', 2)).toMatchObject({
      value: traced,
      moved: 0,
    }));

  it('may have searched before maps of other CPUs', () => {
    const earlier = 'map 0, map 2, map 1, unmap 0, unmap 1, map 3';
    expect(ordered(earlier, 2, 4)).toMatchObject({ value: earlier, moved: 1 });
  });
});

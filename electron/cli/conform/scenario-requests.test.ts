import { describe, expect, it } from 'vitest';
import type { Call } from './scenario-call.ts';
import type { RequestOptions, WorkRequest } from './scenario-requests.ts';
import { workRequests } from './scenario-request-reader.ts';
import { indirect, put, sampleMachine, stuff } from './scenario-samples.ts';
import { timelines } from './scenario-timeline.ts';

const D = 0x80000000;
const plain: RequestOptions = {
  multitceOff: false,
  cpus: 1,
  marks: [],
  defaultWindowBytes: 2 ** 30,
  pageBytes: 65536,
};
const mark = (call: { readonly seq: number }): { seq: number; name: string } => ({
  seq: call.seq,
  name: 'read nvme0n1',
});

/** "16+16 lasting @1" or "unmap 0+16": pages of the elements, set-up calls before. */
function text(r: WorkRequest): string {
  if (r.kind === 'unmap') return `unmap ${r.map}:${r.firstPage}+${r.pages}`;
  return `map ${r.elements.map((e) => e.pages).join('+')}${r.coherent ? ' coherent' : r.lasting ? ' lasting' : ''} @${r.after}`;
}

function requests(calls: readonly Call[], options: Partial<RequestOptions> = {}): readonly string[] {
  const cas = { kind: 'event', event: 'linux-cas', name: '', liobn: undefined, seq: 0 } as const;
  const bus = timelines([cas, ...calls], sampleMachine()).get('PHB 0') ?? [];
  return workRequests(bus, { ...plain, ...options }).map(text);
}

describe("a driver's requests", () => {
  it('are one list where calls follow each other at consecutive IOBAs', () =>
    expect(
      requests([
        put(D, 0x1000n, 0x20003n),
        put(D, 0x2000n, 0x40003n),
        indirect(D, 0x3000n, 0x60003n, 2),
        stuff(D, 0x1000n, 4),
      ]),
    ).toEqual(['map 1+1+2 @0', 'unmap 0:0+4']));

  it('are two where the second begins after a gap', () =>
    expect(
      requests([
        put(D, 0x1000n, 0x20003n),
        put(D, 0x10000n, 0x40003n),
        stuff(D, 0x1000n, 1),
        stuff(D, 0x10000n, 1),
      ]),
    ).toEqual(['map 1 @0', 'map 1 @0', 'unmap 0:0+1', 'unmap 1:0+1']));

  it('are two where something was unmapped in between', () =>
    expect(
      requests([
        indirect(D, 0x10000n, 0x20001n, 16),
        stuff(D, 0x10000n, 16),
        indirect(D, 0x20000n, 0x40001n, 16),
      ]),
    ).toEqual(['map 16 @0', 'unmap 0:0+16', 'map 16 lasting @0']));

  it('say which page of the list an unmap begins at', () =>
    expect(
      requests([
        indirect(D, 0x10000n, 0x20001n, 16),
        indirect(D, 0x20000n, 0x80001n, 16),
        stuff(D, 0x20000n, 16),
        stuff(D, 0x10000n, 16),
      ]),
    ).toEqual(['map 16+16 @0', 'unmap 0:16+16', 'unmap 0:0+16']));

  it('count the set-up calls that came before them', () =>
    expect(requests([stuff(D, 0n, 512), stuff(D, 0x200000n, 512), put(D, 0x1000n, 0x20003n)])).toEqual([
      'map 1 lasting @2',
    ]));

  it('are buffers that the driver keeps when a later step of the script takes them back', () => {
    const map = put(D, 0x1000n, 0x20003n);
    const unmap = stuff(D, 0x1000n, 1);
    expect(requests([map, unmap], { marks: [mark(map)] })).toEqual(['map 1 @0', 'unmap 0:0+1']);
    expect(requests([map, unmap], { marks: [mark(unmap)] })).toEqual(['map 1 lasting @0', 'unmap 0:0+1']);
  });

  it("are a driver's own buffers where whole kernel pages are mapped both ways before anything is unmapped", () =>
    expect(
      requests([
        indirect(D, 0x10000n, 0x20003n, 16),
        indirect(D, 0x20000n, 0x40003n, 16),
        stuff(D, 0x10000n, 16),
        stuff(D, 0x20000n, 16),
      ]),
    ).toEqual(['map 16 coherent @0', 'map 16 coherent @0', 'unmap 0:0+16', 'unmap 1:0+16']));

  it('join lists of 512 entries of one buffer', () =>
    expect(
      requests([indirect(D, 0x1000000n, 0x2000003n, 512), indirect(D, 0x1200000n, 0x2200003n, 88)]),
    ).toEqual(['map 600 lasting @0']));

  it('join single calls of one buffer when lists are switched off', () =>
    expect(
      requests([put(D, 0x1000n, 0x20003n), put(D, 0x2000n, 0x21003n), put(D, 0x3000n, 0x50003n)], {
        multitceOff: true,
      }),
    ).toEqual(['map 2 lasting @0', 'map 1 lasting @0']));
});

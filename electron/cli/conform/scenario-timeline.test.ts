import { describe, expect, it } from 'vitest';
import type { Call } from './scenario-call.ts';
import { create, get, indirect, put, rtas, sampleMachine, stuff } from './scenario-samples.ts';
import { linuxCalls, timelines } from './scenario-timeline.ts';
import type { TraceLine } from './scenario-trace.ts';

const event = (name: string, liobn?: number): TraceLine => ({
  kind: 'event',
  event: name,
  name: '',
  liobn,
  seq: 0,
});
const cas = event('linux-cas');
const D = 0x80000000;
const W = 0x80000001;
const start = 0x800000000000000n;

const classes = (...calls: Call[]): string[] => {
  const buses = timelines([cas, ...calls], sampleMachine());
  return [...buses.values()].flat().map((c) => c.as);
};

describe("Linux' calls of a trace", () => {
  it('begin after client-architecture-support and after the boot firmware took its own mappings back', () => {
    const clear = put(D, 0n, 0n);
    const trace = [
      put(D, 0x1000n, 0x2003n),
      put(D, 0x2000n, 0x3003n),
      cas,
      put(D, 0x1000n, 0n),
      put(D, 0x2000n, 0n),
      clear,
    ];
    expect(linuxCalls(trace)).toEqual([clear]);
  });

  it('keep a clear with single calls that comes first, when the firmware mapped nothing', () => {
    const clear = [put(D, 0n, 0n), put(D, 0x1000n, 0n)];
    expect(linuxCalls([cas, ...clear])).toEqual(clear);
  });

  it('stop at a system reset and go on with the next boot', () => {
    const first = stuff(D, 0n, 512);
    const second = stuff(D, 0n, 512);
    const trace = [
      cas,
      first,
      event('table-new', D),
      put(D, 0x1000n, 0x2003n),
      cas,
      put(D, 0x1000n, 0n),
      second,
    ];
    expect(linuxCalls(trace)).toEqual([first, second]);
  });

  it('do not stop at a table that an RTAS call makes', () => {
    const remove = rtas('ibm,remove-pe-dma-window', { liobn: '0x80000001' });
    expect(linuxCalls([cas, event('table-new', D), remove, cas])).toEqual([remove]);
  });
});

describe('a call is', () => {
  it('set-up when it clears a table, makes a window or fills it 1:1', () =>
    expect(
      classes(
        stuff(D, 0n, 512),
        create(16),
        indirect(W, start, 3n, 512),
        indirect(W, start + 0x2000000n, 0x2000003n, 100),
      ),
    ).toEqual(Array(4).fill('set-up')));

  it('a map when a driver puts a buffer at any other place, and an unmap when it takes it back', () =>
    expect(
      classes(create(16), put(W, start + 0x100000n, 0x2350003n), stuff(W, start + 0x100000n, 1)),
    ).toEqual(['set-up', 'map', 'unmap']));

  it('an unmap also when a driver does it twice', () =>
    expect(classes(put(D, 0x1000n, 0x2003n), stuff(D, 0x1000n, 1), stuff(D, 0x1000n, 1))).toEqual([
      'map',
      'unmap',
      'unmap',
    ]));

  it('set-up when a clear takes more than drivers hold', () =>
    expect(classes(create(16), put(W, start, 0x2350003n), stuff(W, start, 512))).toEqual([
      'set-up',
      'map',
      'set-up',
    ]));

  it('a map when single calls follow no fill, although the address happens to be the same', () =>
    expect(classes(create(16), put(W, start + 0x50000n, 0x50003n))).toEqual(['set-up', 'map']));

  it('set-up when memory that was added is mapped 1:1', () =>
    expect(
      classes(create(24), indirect(W, start, 3n, 64), indirect(W, start + 0x50000000n, 0x50000003n, 16)),
    ).toEqual(Array(3).fill('set-up')));

  it('set-up when VFIO replaces an entry or a crash kernel reads one', () =>
    expect(classes(get(D, 0x5000n), put(D, 0x5000n, 0x7003n), get(D, 0x6000n))).toEqual(
      Array(3).fill('set-up'),
    ));
});

it('sorts calls by bus: a PHB by LIOBN or BUID, a VIO device by its LIOBN', () => {
  const buses = timelines([cas, stuff(0x71000002, 0n, 512), stuff(D, 0n, 512), create(16)], sampleMachine());
  expect([...buses].map(([bus, calls]) => [bus, calls.length])).toEqual([
    ['VIO 0x71000002', 1],
    ['PHB 0', 2],
  ]);
});

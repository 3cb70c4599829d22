import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deviceCatalogue } from '../../../device/index.ts';
import type { IoRequestPlan } from '../types.ts';
import { driverFor } from './index.ts';
import { createRig, interrupt, probe, settle, type Rig } from './test-rig.ts';

const rigWith = (device: string, pageBytes: number, ioPageBytes: number, mapsEachSegment: boolean): Rig => {
  const defaultWindow = deviceCatalogue.get(device)?.dmaMaskBits === 32;
  const rig = createRig({ defaultWindow, pageBytes, ioPageBytes, merge: !mapsEachSegment, mapsEachSegment });
  const { bus, scheduler, realMemory } = rig;
  rig.device = deviceCatalogue
    .get(device)
    ?.create({ bus, realMemory, scheduler, raiseInterrupt: () => interrupt(rig), seed: 3 });
  const driver = driverFor(device);
  if (driver === undefined) expect.unreachable();
  expect(probe(rig, driver)).toBe(0);
  return rig;
};

type Act =
  | { readonly act: 'io'; readonly plan: IoRequestPlan; readonly steps: number }
  | { readonly act: 'stop' }
  | {
      readonly act: 'strike';
      readonly entry: number;
      readonly how: 'wrong-page' | 'not-mapped' | 'read-only';
    }
  | { readonly act: 'lose'; readonly what: 'interrupts' | 'maps' | 'device'; readonly ns: number };

const plan: fc.Arbitrary<IoRequestPlan> = fc.record({
  sizeBytes: fc.integer({ min: 1, max: 300_000 }),
  depth: fc.integer({ min: 1, max: 9 }),
  count: fc.integer({ min: 1, max: 60 }),
  direction: fc.constantFrom('read' as const, 'write' as const),
  intervalNs: fc.constantFrom(0, 0, 20_000, 1_000_000),
});

const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    fc.record({ act: fc.constant('io' as const), plan, steps: fc.nat(2000) }),
    fc.record({ act: fc.constant('stop' as const) }),
    fc.record({
      act: fc.constant('strike' as const),
      entry: fc.nat(600),
      how: fc.constantFrom('wrong-page' as const, 'not-mapped' as const, 'read-only' as const),
    }),
    fc.record({
      act: fc.constant('lose' as const),
      what: fc.constantFrom('interrupts' as const, 'maps' as const, 'device' as const),
      ns: fc.integer({ min: 1, max: 100e9 }),
    }),
  ),
  { maxLength: 8 },
);

/** Takes something away from the rig and gives it back after `ns`. */
const lose = (rig: Rig, what: 'interrupts' | 'maps' | 'device', ns: number): void => {
  const { device } = rig;
  if (what === 'interrupts') rig.losesInterrupts = true;
  else if (what === 'maps') rig.mapsFail = true;
  else rig.device = undefined;
  rig.scheduler.after(ns, () => {
    rig.losesInterrupts = false;
    rig.mapsFail = false;
    rig.device ??= device;
  });
};

/** Does all that, then lets it come to rest; how many workloads began and ended. */
const play = (rig: Rig, script: readonly Act[]): { begun: number; ended: number } => {
  let begun = 0;
  let ended = 0;
  for (const one of script) {
    if (one.act === 'strike') rig.sabotage(one.entry, one.how);
    else if (one.act === 'lose') lose(rig, one.what, one.ns);
    else if (one.act === 'stop') rig.driver?.stopIo();
    else {
      if (begun === ended) {
        begun++;
        rig.driver?.startIo(one.plan, () => ended++);
      }
      for (let i = 0; i < one.steps && rig.scheduler.step(); i++);
    }
  }
  settle(rig);
  return { begun, ended };
};

describe.each([
  'nvme',
  'nic',
  'e1000',
  'ahci',
  'virtio-blk',
  'virtio-blk-noiommu',
  'xhci',
  'ohci',
  'virtio-net',
])('%s, whatever happens to it', (device) => {
  it('ends every workload, and leaves nothing mapped after an unbind', () => {
    const kernels = fc.constantFrom(
      [65536, 65536, false] as const,
      [65536, 4096, false] as const,
      [4096, 4096, true] as const,
      [4096, 65536, false] as const,
    );
    fc.assert(
      fc.property(kernels, acts, ([pageBytes, ioPageBytes, each], script) => {
        const rig = rigWith(device, pageBytes, ioPageBytes, each);
        const { begun, ended } = play(rig, script);
        expect(ended).toBe(begun);
        if (rig.driver !== undefined) rig.scheduler.start(rig.driver.remove());
        settle(rig);
        expect([rig.live(), rig.pagesHeld()]).toEqual([0, 0]);
      }),
      { numRuns: 150 },
    );
  });

  it('gives the same log, figures and time for the same script', () => {
    fc.assert(
      fc.property(acts, (script) => {
        const once = (): readonly unknown[] => {
          const rig = rigWith(device, 4096, 4096, false);
          const counts = play(rig, script);
          return [counts, rig.log, rig.driver?.figures, rig.scheduler.clock.nowNs];
        };
        expect(once()).toEqual(once());
      }),
      { numRuns: 30 },
    );
  });
});

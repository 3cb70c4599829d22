import { describe, expect, it } from 'vitest';
import { PHYP_RULES, TestPlatform } from './test-platform.ts';
import { linux61176 } from './kernels/linux-6.1.176.ts';
import type { BoundDriver, Driver, DriverContext } from './types.ts';

const FN = '0000:00:01.0';

/** A driver of ten lines: masks, one coherent buffer, an interrupt counter. */
function toyDriver(result: number | undefined, seen: string[]): Driver {
  return {
    name: 'toy',
    devices: ['toy'],
    dmaMaskBits: 64,
    coherentMaskBits: 64,
    *probe(context: DriverContext) {
      const rc = yield* context.dma.setMasks(context.dev, 64, 64);
      context.log('info', `masks ${rc}`);
      context.log('debug', 'never seen');
      if (result !== undefined) return result;
      const address = context.dma.allocCoherent(context.dev, 65536);
      const { handleHi, handleLo } = context.dma;
      const bound: BoundDriver = {
        interrupt: () => seen.push('interrupt'),
        startIo: () => undefined,
        stopIo: () => undefined,
        figures: { requests: 0, bytes: 0, maps: 0, unmaps: 0, failures: 0, corrupted: 0 },
        *remove() {
          if (address !== undefined)
            context.dma.freeCoherent(context.dev, address, 65536, handleHi, handleLo);
          seen.push('removed');
          yield 0;
        },
      };
      return bound;
    },
  };
}

describe('drivers', () => {
  it('a bound driver gets its interrupts and frees on unbind', () => {
    const p = new TestPlatform(PHYP_RULES, linux61176, 65536).boot();
    const seen: string[] = [];
    p.finish(p.guest.probe(FN, toyDriver(undefined, seen)));
    expect(p.guest.device(FN)?.driver).toBe('toy');
    expect(p.takeLog()).toContain('toy 0000:00:01.0: masks 0');
    p.guest.interrupt(FN);
    p.take();
    p.finish(p.guest.unbind(FN));
    expect(p.take()).toEqual(['STUFF 80000001 0x800000000000000 1x, 1 TCEs = 0']);
    expect(seen).toEqual(['interrupt', 'removed']);
    expect(p.guest.boundDriver(FN)).toBeUndefined();
    const driverEvents = p.events.flatMap((e) =>
      e.kind === 'driver-bound' || e.kind === 'driver-unbound' ? [[e.kind, e.mode, e.maskBits]] : [],
    );
    expect(driverEvents).toEqual([
      ['driver-bound', 'indirect', 64],
      ['driver-unbound', 'indirect', 64],
    ]);
  });

  it('a second bind finds the window: no firmware call', () => {
    const p = new TestPlatform(PHYP_RULES, linux61176, 65536).boot();
    p.finish(p.guest.probe(FN, toyDriver(undefined, [])));
    p.finish(p.guest.unbind(FN));
    p.take();
    p.finish(p.guest.probe(FN, toyDriver(undefined, [])));
    expect(p.take()).toEqual(['PUT 80000001 0x800000000100000 1x, 1 TCEs = 0']);
  });

  it('a probe that fails says why and leaves the function free', () => {
    const p = new TestPlatform(PHYP_RULES, linux61176, 65536).boot();
    p.finish(p.guest.probe(FN, toyDriver(-12, [])));
    expect(p.guest.device(FN)?.driver).toBeNull();
    expect(p.events.filter((e) => e.kind === 'driver-failed')).toMatchObject([
      { driver: 'toy', reason: 'probe failed with error -12' },
    ]);
  });

  it('two probes at a time wait for each other inside enable_ddw', () => {
    const functions = [
      { slot: 1, name: 'mass-storage@1' },
      { slot: 2, name: 'mass-storage@2' },
    ];
    const p = new TestPlatform(
      { ...PHYP_RULES, functions, createAnswers: [9901, 0] },
      linux61176,
      65536,
    ).boot();
    p.take();
    p.scheduler.start(p.guest.probe(FN, toyDriver(undefined, [])));
    p.scheduler.start(p.guest.probe('0000:00:02.0', toyDriver(undefined, [])));
    while (p.scheduler.step());
    expect(p.take().filter((c) => c.startsWith('create') || c.startsWith('query'))).toEqual([
      'query = 0, 0 windows',
      'query = 0, 1 windows',
      'create(16, 30) = 9901',
      'create(16, 30) = 0',
    ]);
  });
});

describe('the same seed', () => {
  it('gives the same calls and the same log', () => {
    const run = (): unknown => {
      const p = new TestPlatform(PHYP_RULES, linux61176, 65536).boot();
      p.finish(p.guest.probe(FN, toyDriver(undefined, [])));
      return [p.take(), p.takeLog(), [...p.tces]];
    };
    expect(run()).toEqual(run());
  });
});

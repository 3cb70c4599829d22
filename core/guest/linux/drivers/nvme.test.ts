import { describe, expect, it } from 'vitest';
import { createNvme } from '../../../device/nvme.ts';
import { nvmeDriver } from './nvme.ts';
import { NVME_CSTS } from '../../../abi/nvme.ts';
import type { IoFigures, IoRequestPlan } from '../types.ts';
import { createRig, interrupt, probe, runIo, settle, type Rig, type RigOptions } from './test-rig.ts';

const attach = (rig: Rig): void => {
  rig.device = createNvme({
    bus: rig.bus,
    scheduler: rig.scheduler,
    raiseInterrupt: () => interrupt(rig),
    seed: 42,
  });
};

const rigWithNvme = (options: Partial<RigOptions> = {}): Rig => {
  const rig = createRig({ pageBytes: 65536, ioPageBytes: 65536, merge: true, ...options });
  attach(rig);
  expect(probe(rig, nvmeDriver)).toBe(0);
  return rig;
};

const endless: IoRequestPlan = { sizeBytes: 4096, depth: 1, count: 0, direction: 'read', intervalNs: 0 };
const sizes = [512, 1536, 4096, 8192, 12288, 65536, 131072, 524288, 1048576];
const kernels: readonly (readonly [string, RigOptions])[] = [
  ['64K kernel, 64K I/O pages', { pageBytes: 65536, ioPageBytes: 65536, merge: true }],
  ['64K kernel, 4K I/O pages', { pageBytes: 65536, ioPageBytes: 4096, merge: true }],
  ['4K kernel, 64K I/O pages, merging', { pageBytes: 4096, ioPageBytes: 65536, merge: true }],
  ['4K kernel, 4K I/O pages, merging', { pageBytes: 4096, ioPageBytes: 4096, merge: true }],
  ['4K kernel, 4K I/O pages, no merging', { pageBytes: 4096, ioPageBytes: 4096, merge: false }],
  [
    '4K kernel that maps each segment',
    { pageBytes: 4096, ioPageBytes: 4096, merge: false, mapsEachSegment: true },
  ],
  [
    '64K kernel that maps each segment',
    { pageBytes: 65536, ioPageBytes: 65536, merge: false, mapsEachSegment: true },
  ],
  ['4K kernel, 2M I/O pages', { pageBytes: 4096, ioPageBytes: 2097152, merge: false }],
];

describe('the nvme driver on an NVMe controller', () => {
  describe.each(kernels)('%s', (_name, options) => {
    it.each(sizes)('reads and writes %d bytes a request, all intact', (sizeBytes) => {
      const rig = rigWithNvme(options);
      const held = rig.pagesHeld();
      for (const direction of ['read', 'write'] as const) {
        const figures = runIo(rig, { sizeBytes, depth: 4, count: 20, direction });
        expect(figures).toMatchObject({ requests: 20, bytes: 20 * sizeBytes, failures: 0, corrupted: 0 });
        expect(figures.maps).toBe(figures.unmaps);
      }
      expect(rig.log.filter((line) => line.startsWith('err'))).toEqual([]);
      expect(rig.pagesHeld()).toBe(held);
    });
  });

  it('maps at probe what Linux was recorded to map, in that order', () => {
    const rig = createRig({ pageBytes: 65536, ioPageBytes: 4096, merge: true });
    const calls: string[] = [];
    const { dma } = rig;
    const mapPage = dma.mapPage.bind(dma);
    const allocCoherent = dma.allocCoherent.bind(dma);
    dma.mapPage = (dev, address, bytes, direction) => {
      calls.push(`${direction} ${bytes}`);
      return mapPage(dev, address, bytes, direction);
    };
    dma.allocCoherent = (dev, bytes) => {
      const address = allocCoherent(dev, bytes);
      calls.pop();
      calls.push(`coherent ${bytes}`);
      return address;
    };
    attach(rig);
    expect(probe(rig, nvmeDriver)).toBe(0);
    expect(calls).toEqual([
      'coherent 512', // admin completion queue
      'coherent 2048', // admin submission queue
      'from-device 4096', // identify controller
      'from-device 4096', // effects log
      'to-device 8', // timestamp
      'to-device 512', // host behaviour
      'from-device 512', // health log
      'coherent 65536', // shadow doorbells
      'coherent 65536', // event indexes
      'coherent 16384', // I/O completion queue
      'coherent 65536', // I/O submission queue
      ...Array<string>(6).fill('from-device 4096'), // namespace scan, first sector
      'from-device 65536', // partition table
    ]);
  });

  describe('maps 64 KiB on a 4K kernel, the first time', () => {
    it.each([
      [
        'each segment, the PRP list after the second',
        { mapsEachSegment: true },
        ['page', 'page', 'coherent', ...Array<string>(14).fill('page')],
      ],
      ['as a scatter list, then the PRP list', { mapsEachSegment: false }, ['sg', 'coherent']],
      ['as a scatter list that merges into one SGL descriptor', { merge: true }, ['sg']],
    ] as const)('%s', (_what, options, expected) => {
      const rig = rigWithNvme({ pageBytes: 4096, ioPageBytes: 4096, merge: false, ...options });
      const calls: string[] = [];
      const { dma } = rig;
      const mapPage = dma.mapPage.bind(dma);
      const mapSg = dma.mapSg.bind(dma);
      const allocCoherent = dma.allocCoherent.bind(dma);
      let inner = false;
      const outermost = <T>(name: string, act: () => T): T => {
        if (!inner) calls.push(name);
        const before = inner;
        inner = true;
        const result = act();
        inner = before;
        return result;
      };
      dma.mapPage = (...args) => outermost('page', () => mapPage(...args));
      dma.mapSg = (...args) => outermost('sg', () => mapSg(...args));
      dma.allocCoherent = (...args) => outermost('coherent', () => allocCoherent(...args));
      expect(runIo(rig, { sizeBytes: 65536 })).toMatchObject({ failures: 0, corrupted: 0 });
      expect(calls).toEqual(expected);
    });
  });

  it('gives back what it had mapped of a request when a later segment fails', () => {
    const rig = rigWithNvme({ pageBytes: 4096, ioPageBytes: 4096, merge: false, mapsEachSegment: true });
    runIo(rig, { sizeBytes: 65536 });
    const mapped = rig.live();
    const { dma } = rig;
    const mapPage = dma.mapPage.bind(dma);
    let left = 5;
    dma.mapPage = (...args) => left-- !== 0 && mapPage(...args);
    const figures = runIo(rig, { sizeBytes: 65536 });
    expect(figures).toMatchObject({ requests: 1, failures: 0, corrupted: 0, maps: 5 + 16, unmaps: 5 + 16 });
    expect(rig.live()).toBe(mapped);
  });

  it('unmaps its queues at unbind and leaves nothing', () => {
    const rig = rigWithNvme({ pageBytes: 4096, ioPageBytes: 4096, merge: false });
    runIo(rig, { sizeBytes: 524288, depth: 8, count: 50 });
    const { driver } = rig;
    if (driver === undefined) expect.unreachable();
    rig.scheduler.start(driver.remove());
    settle(rig);
    expect([rig.live(), rig.pagesHeld()]).toEqual([0, 0]);
    expect(rig.device?.read32(NVME_CSTS)).toBe(0);
  });

  it('gives PRP lists back: a thousand requests need no more list pages than ten', () => {
    const rig = rigWithNvme({ pageBytes: 4096, ioPageBytes: 4096, merge: false });
    runIo(rig, { sizeBytes: 65536, depth: 4, count: 10 });
    const mapped = rig.live();
    runIo(rig, { sizeBytes: 65536, depth: 4, count: 1000 });
    expect(rig.live()).toBe(mapped);
  });

  it('binds again after an unbind', () => {
    const rig = rigWithNvme();
    if (rig.driver !== undefined) rig.scheduler.start(rig.driver.remove());
    settle(rig);
    rig.driver = undefined;
    expect(probe(rig, nvmeDriver)).toBe(0);
    expect(runIo(rig, { count: 10 })).toMatchObject({ requests: 10, failures: 0, corrupted: 0 });
  });

  it('lets I/O under way end before an unbind', () => {
    const rig = rigWithNvme();
    let ended: IoFigures | undefined;
    rig.driver?.startIo({ ...endless, depth: 4 }, (figures) => (ended = figures));
    for (let i = 0; i < 200; i++) rig.scheduler.step();
    if (rig.driver !== undefined) rig.scheduler.start(rig.driver.remove());
    settle(rig);
    expect(ended).toMatchObject({ failures: 0, corrupted: 0 });
    expect([rig.live(), rig.pagesHeld()]).toEqual([0, 0]);
  });

  it('does 1,000 I/Os of all sizes from 512 bytes to 1 MiB, every payload verified', () => {
    const rig = rigWithNvme({ ioPageBytes: 4096 });
    const total = { requests: 0, failures: 0, corrupted: 0 };
    for (let i = 0; i < 50; i++) {
      const sizeBytes = 512 * (1 + ((i * 167) % 2048));
      const direction = i % 2 === 0 ? 'read' : 'write';
      const figures = runIo(rig, { sizeBytes, depth: 1 + (i % 7), count: 20, direction });
      total.requests += figures.requests;
      total.failures += figures.failures;
      total.corrupted += figures.corrupted;
    }
    expect(total).toEqual({ requests: 1000, failures: 0, corrupted: 0 });
  });

  describe('one wrong TCE is noticed', () => {
    it.each([
      ['read', 'wrong-page', { failures: 0, corrupted: 1 }],
      ['write', 'wrong-page', { failures: 0, corrupted: 1 }],
      ['read', 'not-mapped', { failures: 1, corrupted: 0 }],
      ['write', 'not-mapped', { failures: 1, corrupted: 0 }],
      ['read', 'read-only', { failures: 1, corrupted: 0 }],
    ] as const)('%s through an entry that is %s', (direction, how, expected) => {
      const rig = rigWithNvme({ ioPageBytes: 4096 });
      rig.sabotage(16 * 10 + 7, how);
      const figures = runIo(rig, { sizeBytes: 65536, depth: 3, count: 30, direction });
      expect(figures).toMatchObject({ requests: 30, ...expected });
      expect(rig.log.filter((line) => line.startsWith('err'))).toHaveLength(1);
    });

    it('says what went wrong in the words of the kernel', () => {
      const rig = rigWithNvme({ ioPageBytes: 4096 });
      rig.sabotage(3, 'not-mapped');
      runIo(rig, { count: 8 });
      expect(rig.log.at(-1)).toBe(
        'err: nvme0n1: Read(0x2) @ LBA 24, 8 blocks, Data Transfer Error (sct 0x0 / sc 0x4) DNR',
      );
    });
  });

  it('waits and tries again while nothing can be mapped', () => {
    const rig = rigWithNvme();
    rig.mapsFail = true;
    rig.scheduler.after(500e6, () => (rig.mapsFail = false));
    expect(runIo(rig, { count: 5 })).toMatchObject({ requests: 5, failures: 0, corrupted: 0, maps: 5 });
  });

  it('gives a request up when it could not be mapped for half a minute', () => {
    const rig = rigWithNvme();
    rig.mapsFail = true;
    expect(runIo(rig, { count: 2 })).toMatchObject({ requests: 2, failures: 2, maps: 0 });
    expect(rig.log.at(-1)).toBe('err: nvme0n1: I/O 0 could not be mapped, giving up');
  });

  it('times out visibly when completions are lost, resets the controller and goes on', () => {
    const rig = rigWithNvme();
    rig.losesInterrupts = true;
    rig.scheduler.after(40e9, () => (rig.losesInterrupts = false));
    const hung = rig.device;
    rig.device = {
      kind: 'deaf',
      read32: (at) => hung?.read32(at) ?? -1,
      write32: () => undefined,
      reset: () => undefined,
    };
    rig.scheduler.after(10e9, () => (rig.device = hung));
    const figures = runIo(rig, { depth: 2, count: 6 });
    expect(figures).toMatchObject({ requests: 6, failures: 2, corrupted: 0 });
    expect(rig.log.filter((line) => line.startsWith('warn'))).toEqual([
      'warn: I/O 0 QID 1 timeout, reset controller',
    ]);
  });

  it('finds by the timeout what an interrupt did not say', () => {
    const rig = rigWithNvme();
    rig.losesInterrupts = true;
    expect(runIo(rig, { depth: 2, count: 4 })).toMatchObject({ requests: 4, failures: 0, corrupted: 0 });
  });

  it('ends the workload when the function is gone', () => {
    const rig = rigWithNvme();
    rig.scheduler.after(1e6, () => (rig.device = undefined));
    const figures = runIo(rig, { depth: 4, count: 1_000_000 });
    expect(figures.failures).toBe(4);
    expect(rig.log.slice(-3)).toEqual([
      'warn: controller is down; will reset: CSTS=0xffffffff',
      expect.stringMatching(/^warn: I\/O \d QID 1 timeout, reset controller$/),
      'err: Disabling device after reset failure: -19',
    ]);
    expect(runIo(rig, { count: 1 }).failures).toBe(1);
  });

  it('does not wait for a controller that is gone when told to stop', () => {
    const rig = rigWithNvme();
    let ended: IoFigures | undefined;
    rig.driver?.startIo({ ...endless, depth: 4 }, (figures) => (ended = figures));
    for (let i = 0; i < 50; i++) rig.scheduler.step();
    rig.device = undefined;
    const before = rig.scheduler.clock.nowNs;
    rig.driver?.stopIo();
    expect(ended).toMatchObject({ failures: 4 });
    expect(rig.scheduler.clock.nowNs).toBe(before);
    settle(rig);
    expect(rig.log.at(-1)).toBe('err: Disabling device after reset failure: -19');
  });

  it('ends a reset under way before it unbinds', () => {
    const rig = rigWithNvme();
    const { device } = rig;
    // The controller hears everything but the doorbells of its I/O queue.
    rig.device = {
      kind: 'half-deaf',
      read32: (at) => device?.read32(at) ?? -1,
      write32: (at, value) => (at >= 0x1008 ? undefined : device?.write32(at, value)),
      reset: () => undefined,
    };
    rig.driver?.startIo({ ...endless, depth: 2 }, () => undefined);
    while (!rig.log.some((line) => line.includes('timeout')) && rig.scheduler.step());
    rig.device = device;
    for (let i = 0; i < 3; i++) rig.scheduler.step();
    const after: unknown[] = [];
    const removed = (): void => void after.push(rig.live(), rig.pagesHeld(), rig.scheduler.idle);
    if (rig.driver !== undefined) rig.scheduler.start(rig.driver.remove(), removed);
    settle(rig);
    expect(after).toEqual([0, 0, true]);
  });

  it('fails the probe when the admin queue cannot be reached, and says so', () => {
    const rig = createRig({ pageBytes: 65536, ioPageBytes: 65536, merge: true });
    attach(rig);
    rig.sabotage(1, 'not-mapped');
    expect(probe(rig, nvmeDriver)).toBe(-5);
    expect(rig.log.at(0)).toBe('warn: I/O 0 QID 0 timeout, disable controller');
    expect([rig.live(), rig.pagesHeld()]).toEqual([0, 0]);
  });

  it('keeps the distance between requests that the plan asks for', () => {
    const rig = rigWithNvme();
    const start = rig.scheduler.clock.nowNs;
    runIo(rig, { count: 11, intervalNs: 1e6 });
    expect(Math.floor((rig.scheduler.clock.nowNs - start) / 1e6)).toBe(10);
  });

  it('stops when told, after the requests under way', () => {
    const rig = rigWithNvme();
    let ended: IoFigures | undefined;
    rig.driver?.startIo({ ...endless, depth: 8 }, (figures) => (ended = figures));
    for (let i = 0; i < 500; i++) rig.scheduler.step();
    rig.driver?.stopIo();
    settle(rig);
    expect(ended?.requests).toBeGreaterThan(8);
    expect(ended).toMatchObject({
      failures: 0,
      corrupted: 0,
      maps: ended?.requests,
      unmaps: ended?.requests,
    });
  });

  it('gives the same figures and the same time twice', () => {
    const run = (): readonly unknown[] => {
      const rig = rigWithNvme({ pageBytes: 4096, ioPageBytes: 65536 });
      return [
        runIo(rig, { sizeBytes: 131072, depth: 5, count: 100, direction: 'write' }),
        rig.scheduler.clock.nowNs,
      ];
    };
    expect(run()).toEqual(run());
  });
});

import { describe, expect, it } from 'vitest';
import { deviceCatalogue } from '../../../device/index.ts';
import type { BoundDriver } from '../types.ts';
import { driverFor } from './index.ts';
import type { NetDriver } from './net-driver.ts';
import { createRig, interrupt, probe, runIo, settle, type Rig, type RigOptions } from './test-rig.ts';

const rigWith = (device: string, options: Partial<RigOptions> = {}): Rig => {
  const rig = createRig({ pageBytes: 65536, ioPageBytes: 65536, merge: true, ...options });
  const { bus, realMemory, scheduler } = rig;
  rig.device = deviceCatalogue
    .get(device)
    ?.create({ bus, realMemory, scheduler, raiseInterrupt: () => interrupt(rig), seed: 3 });
  const driver = driverFor(device);
  if (driver === undefined) expect.unreachable();
  expect(probe(rig, driver)).toBe(0);
  return rig;
};

const net = (rig: Rig): NetDriver => rig.driver as BoundDriver as NetDriver;
const unbind = (rig: Rig): void => {
  if (rig.driver !== undefined) rig.scheduler.start(rig.driver.remove());
  settle(rig);
};

const kernels: readonly RigOptions[] = [
  { pageBytes: 65536, ioPageBytes: 65536, merge: true },
  { pageBytes: 65536, ioPageBytes: 4096, merge: true },
  { pageBytes: 4096, ioPageBytes: 65536, merge: true },
  { pageBytes: 4096, ioPageBytes: 4096, merge: false },
];

describe.each(['virtio-net', 'virtio-net-noiommu'])('a stream over %s', (device) => {
  it.each(kernels)(
    'on $pageBytes-byte pages with $ioPageBytes-byte I/O pages comes through intact',
    (options) => {
      const rig = rigWith(device, options);
      for (const direction of ['read', 'write', 'read', 'write'] as const) {
        const figures = runIo(rig, { sizeBytes: 20_000, depth: 4, count: 100, direction });
        expect(figures).toMatchObject({ requests: 100, bytes: 2_000_000, failures: 0, corrupted: 0 });
      }
      expect(rig.log.filter((line) => line.startsWith('err'))).toEqual([]);
    },
  );

  it('leaves nothing mapped and no page held after an unbind', () => {
    const rig = rigWith(device);
    runIo(rig, { sizeBytes: 3000, count: 30, direction: 'write' });
    unbind(rig);
    expect([rig.live(), rig.pagesHeld()]).toEqual([0, 0]);
  });
});

describe('virtio_net with VIRTIO_F_ACCESS_PLATFORM', () => {
  it('maps three rings at probe, and 256 receive buffers when it comes up', () => {
    const rig = rigWith('virtio-net');
    expect(rig.live()).toBe(3);
    net(rig).up();
    expect(rig.live()).toBe(3 + 256);
    net(rig).down();
    expect(rig.live()).toBe(3);
  });

  it('cuts its receive buffers 1536 bytes apart: 42 in a 64K page, as recorded', () => {
    const rig = rigWith('virtio-net', { ioPageBytes: 4096 });
    const mapped: (readonly [number, number])[] = [];
    const mapPage = rig.dma.mapPage.bind(rig.dma);
    rig.dma.mapPage = (dev, address, bytes, direction) => {
      mapped.push([address, bytes]);
      return mapPage(dev, address, bytes, direction);
    };
    net(rig).up();
    const [first = [0, 0], second, , , ...rest] = mapped;
    expect([first[0] % 65536, second, rest.length]).toEqual([0, [first[0] + 1536, 1536], 252]);
    expect(mapped.filter(([address]) => Math.floor(address / 65536) === first[0] / 65536)).toHaveLength(42);
  });

  it('maps and unmaps once for each frame sent', () => {
    const rig = rigWith('virtio-net');
    net(rig).up();
    const figures = runIo(rig, { sizeBytes: 1000, depth: 3, count: 500, direction: 'write' });
    expect(figures).toMatchObject({ requests: 500, maps: 500, unmaps: 500 });
  });

  it.each(['read', 'write'] as const)('notices one wrong TCE in a %s', (direction) => {
    const rig = rigWith('virtio-net');
    net(rig).up();
    rig.sabotage(5, 'wrong-page');
    const { corrupted, failures } = runIo(rig, { sizeBytes: 1000, depth: 2, count: 400, direction });
    expect(corrupted + failures).toBe(1);
  });

  it('breaks its device by a missing TCE; the watchdog brings it up again', () => {
    const rig = rigWith('virtio-net');
    net(rig).up();
    rig.sabotage(5, 'not-mapped');
    const figures = runIo(rig, { sizeBytes: 1000, depth: 2, count: 100, direction: 'write' });
    expect(figures.requests).toBe(100);
    expect(figures.failures).toBeGreaterThan(0);
    expect(rig.log.some((line) => line.includes('NETDEV WATCHDOG'))).toBe(true);
    expect(runIo(rig, { sizeBytes: 1000, count: 50, direction: 'write' })).toMatchObject({ failures: 0 });
  });

  it('is not bound where there is nothing, or no memory for its rings', () => {
    const driver = driverFor('virtio-net');
    if (driver === undefined) expect.unreachable();
    const empty = createRig({ pageBytes: 65536, ioPageBytes: 4096, merge: true });
    expect(probe(empty, driver)).toBe(-19);
    const poor = createRig({ pageBytes: 65536, ioPageBytes: 4096, merge: true });
    const { bus, scheduler } = poor;
    poor.device = deviceCatalogue
      .get('virtio-net')
      ?.create({ bus, scheduler, raiseInterrupt: () => interrupt(poor), seed: 3 });
    poor.mapsFail = true;
    expect(probe(poor, driver)).toBe(-12);
    expect([poor.live(), poor.pagesHeld()]).toEqual([0, 0]);
  });
});

describe('virtio_net without VIRTIO_F_ACCESS_PLATFORM', () => {
  it('maps nothing at all', () => {
    const rig = rigWith('virtio-net-noiommu');
    const figures = runIo(rig, { sizeBytes: 9000, depth: 4, count: 50, direction: 'write' });
    expect([figures.maps, figures.unmaps, rig.live()]).toEqual([0, 0, 0]);
  });
});

import { describe, expect, it } from 'vitest';
import { deviceCatalogue } from '../../../device/index.ts';
import type { BoundDriver, IoFigures } from '../types.ts';
import { driverFor } from './index.ts';
import { cutMessage } from './nic-stream.ts';
import type { NetDriver } from './ring-nic.ts';
import { createRig, interrupt, probe, runIo, settle, type Rig, type RigOptions } from './test-rig.ts';

const rigWith = (device: string, options: Partial<RigOptions> = {}): Rig => {
  const rig = createRig({ pageBytes: 65536, ioPageBytes: 4096, merge: true, ...options });
  const { bus, scheduler } = rig;
  rig.device = deviceCatalogue
    .get(device)
    ?.create({ bus, scheduler, raiseInterrupt: () => interrupt(rig), seed: 3 });
  const driver = driverFor(device);
  if (driver === undefined) expect.unreachable();
  expect(probe(rig, driver)).toBe(0);
  return rig;
};

const net = (rig: Rig): NetDriver => rig.driver as BoundDriver as NetDriver;
const devices = ['nic', 'e1000', 'e1000e'];
const kernels: readonly RigOptions[] = [
  { pageBytes: 65536, ioPageBytes: 65536, merge: true },
  { pageBytes: 65536, ioPageBytes: 4096, merge: true },
  { pageBytes: 4096, ioPageBytes: 65536, merge: true },
  { pageBytes: 4096, ioPageBytes: 4096, merge: false },
];

describe('the masks of the network drivers', () => {
  it.each([
    ['nic', 64],
    ['e1000', 32],
    ['e1000e', 64],
  ])('%s asks for %d bits', (device, bits) => {
    const driver = driverFor(device);
    const entry = deviceCatalogue.get(device);
    expect([driver?.dmaMaskBits, driver?.coherentMaskBits]).toEqual([bits, bits]);
    expect([entry?.dmaMaskBits, entry?.coherentMaskBits]).toEqual([bits, bits]);
  });
});

describe('a message is cut into equal frames', () => {
  it.each([
    [64, 1512, { frames: 1, frameBytes: 88 }],
    [1, 1512, { frames: 1, frameBytes: 64 }],
    [1488, 1512, { frames: 1, frameBytes: 1512 }],
    [1489, 1512, { frames: 2, frameBytes: 772 }],
    [65536, 9000, { frames: 8, frameBytes: 8216 }],
  ])('%d bytes with frames up to %d', (size, max, cut) => expect(cutMessage(size, max)).toEqual(cut));
});

describe.each(devices)('a stream over %s', (device) => {
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

  it('maps two rings and 255 receive buffers when it comes up, and nothing before', () => {
    const rig = rigWith(device, { ioPageBytes: 65536 });
    expect(rig.live()).toBe(0);
    expect(net(rig).up()).toBe(true);
    expect(rig.live()).toBe(2 + 255);
    net(rig).down();
    expect([rig.live(), rig.pagesHeld()]).toEqual([0, 0]);
  });

  it('maps and unmaps once for each frame sent', () => {
    const rig = rigWith(device);
    net(rig).up();
    const figures = runIo(rig, { sizeBytes: 1000, depth: 3, count: 500, direction: 'write' });
    expect(figures).toMatchObject({ requests: 500, maps: 500, unmaps: 500 });
  });

  it('unmaps each frame received and maps its slot anew', () => {
    const rig = rigWith(device);
    net(rig).up();
    const figures = runIo(rig, { sizeBytes: 1000, count: 512 });
    expect(figures.unmaps).toBe(512);
    expect(Math.abs(figures.maps - 512)).toBeLessThan(16);
  });

  it.each([
    ['read', 'wrong-page', { failures: 0, corrupted: 1 }],
    ['read', 'not-mapped', { failures: 1, corrupted: 0 }],
    ['read', 'read-only', { failures: 1, corrupted: 0 }],
    ['write', 'wrong-page', { failures: 0, corrupted: 1 }],
    ['write', 'not-mapped', { failures: 1, corrupted: 0 }],
  ] as const)('notices one entry for %s that is %s', (direction, how, expected) => {
    const rig = rigWith(device, { ioPageBytes: 65536 });
    net(rig).up();
    rig.sabotage(100, how);
    const figures = runIo(rig, { sizeBytes: 1200, depth: 4, count: 600, direction });
    expect(figures).toMatchObject({ requests: 600, ...expected });
    expect(rig.log.filter((line) => line.startsWith('err'))).toHaveLength(1);
  });

  it.each(['read', 'write'] as const)('ends an endless stream (%s) when told', (direction) => {
    const rig = rigWith(device);
    let ended: IoFigures | undefined;
    rig.driver?.startIo(
      { sizeBytes: 9000, depth: 2, count: 0, direction, intervalNs: 0 },
      (f) => (ended = f),
    );
    for (let i = 0; i < 3000; i++) rig.scheduler.step();
    rig.driver?.stopIo();
    settle(rig);
    expect(ended?.requests).toBeGreaterThan(10);
    expect(ended).toMatchObject({ failures: 0, corrupted: 0 });
  });

  it.each(['read', 'write'] as const)(
    'ends with a failure (%s) when a ring is out of reach, and works again after',
    (direction) => {
      const rig = rigWith(device, { ioPageBytes: 65536 });
      rig.sabotage(direction === 'write' ? 0 : 1, 'not-mapped');
      const figures = runIo(rig, { sizeBytes: 1000, depth: 2, count: 10, direction });
      expect(figures.failures).toBe(direction === 'write' ? 2 : 1);
      expect(rig.log).toContain('err: NETDEV WATCHDOG: eth0: transmit queue 0 timed out or nothing received');
      expect(runIo(rig, { count: 10, direction })).toMatchObject({ requests: 10, failures: 0, corrupted: 0 });
    },
  );

  it.each(['read', 'write'] as const)('ends with a failure (%s) when the function is gone', (direction) => {
    const rig = rigWith(device);
    rig.scheduler.after(3e6, () => (rig.device = undefined));
    const figures = runIo(rig, { sizeBytes: 60_000, depth: 2, count: 1_000_000, direction });
    expect(figures.failures).toBeGreaterThan(0);
    expect(rig.log).toContain('err: eth0: adapter is gone');
    expect([rig.live(), rig.pagesHeld()]).toEqual([0, 0]);
  });

  it.each(['read', 'write'] as const)(
    'unbinds in the middle of a stream (%s) and leaves nothing',
    (direction) => {
      const rig = rigWith(device);
      let ended = false;
      rig.driver?.startIo(
        { sizeBytes: 9000, depth: 2, count: 0, direction, intervalNs: 0 },
        () => (ended = true),
      );
      for (let i = 0; i < 1000; i++) rig.scheduler.step();
      if (rig.driver !== undefined) rig.scheduler.start(rig.driver.remove());
      settle(rig);
      expect([ended, rig.live(), rig.pagesHeld()]).toEqual([true, 0, 0]);
    },
  );

  it('goes on when nothing could be mapped for a while', () => {
    const rig = rigWith(device);
    net(rig).up();
    rig.mapsFail = true;
    rig.scheduler.after(50e6, () => (rig.mapsFail = false));
    expect(runIo(rig, { sizeBytes: 1000, count: 2000 })).toMatchObject({
      requests: 2000,
      failures: 0,
      corrupted: 0,
    });
    rig.mapsFail = true;
    rig.scheduler.after(50e6, () => (rig.mapsFail = false));
    const sent = runIo(rig, { sizeBytes: 1000, count: 200, direction: 'write' });
    expect(sent.requests).toBe(200);
    expect(sent.failures).toBeGreaterThan(10);
    expect(sent.failures).toBeLessThan(100);
  });

  it('begins anew when a function that was gone at a stop comes back', () => {
    const rig = rigWith(device);
    const { device: model } = rig;
    let ended = 0;
    rig.driver?.startIo(
      { sizeBytes: 124_993, depth: 3, count: 3, direction: 'write', intervalNs: 0 },
      () => ended++,
    );
    for (let i = 0; i < 20; i++) rig.scheduler.step();
    rig.device = undefined;
    rig.driver?.stopIo();
    expect(ended).toBe(1);
    model?.reset();
    rig.device = model;
    settle(rig);
    expect(runIo(rig, { count: 10, direction: 'write' })).toMatchObject({
      requests: 10,
      failures: 0,
      corrupted: 0,
    });
  });

  it('keeps the distance between messages that the plan asks for', () => {
    for (const direction of ['read', 'write'] as const) {
      const rig = rigWith(device);
      net(rig).up();
      const start = rig.scheduler.clock.nowNs;
      runIo(rig, { sizeBytes: 1000, count: 21, intervalNs: 1e6, direction });
      expect(Math.floor((rig.scheduler.clock.nowNs - start) / 1e6)).toBe(20);
    }
  });
});

it.each(['read', 'write'] as const)(
  'one wrong page in the middle of a jumbo frame is noticed (%s)',
  (direction) => {
    const rig = rigWith('nic', { ioPageBytes: 4096 });
    net(rig).up();
    rig.sabotage(3 * 40 + 1, 'wrong-page');
    const figures = runIo(rig, { sizeBytes: 8976, depth: 4, count: 600, direction });
    expect(figures).toMatchObject({ requests: 600, failures: 0, corrupted: 1 });
  },
);

it('e1000 copies small frames and keeps their buffers mapped; e1000e maps anew', () => {
  for (const [device, unmaps] of [
    ['e1000', 0],
    ['e1000e', 300],
  ] as const) {
    const rig = rigWith(device);
    net(rig).up();
    expect(runIo(rig, { sizeBytes: 100, count: 300 })).toMatchObject({ requests: 300, corrupted: 0, unmaps });
  }
});

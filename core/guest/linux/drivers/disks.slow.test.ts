import { describe, expect, it } from 'vitest';
import { deviceCatalogue } from '../../../device/index.ts';
import type { IoFigures, IoRequestPlan } from '../types.ts';
import { driverFor } from './index.ts';
import { createRig, interrupt, probe, runIo, settle, type Rig, type RigOptions } from './test-rig.ts';

const attach = (rig: Rig, device: string): void => {
  const { bus, scheduler, realMemory } = rig;
  rig.device = deviceCatalogue
    .get(device)
    ?.create({ bus, realMemory, scheduler, raiseInterrupt: () => interrupt(rig), seed: 42 });
};

const rigWith = (device: string, options: Partial<RigOptions> = {}): Rig => {
  const defaultWindow = deviceCatalogue.get(device)?.dmaMaskBits === 32;
  const rig = createRig({ pageBytes: 65536, ioPageBytes: 4096, merge: true, defaultWindow, ...options });
  attach(rig, device);
  const driver = driverFor(device);
  if (driver === undefined) expect.unreachable();
  expect(probe(rig, driver)).toBe(0);
  return rig;
};

/** Disks that go through the IOMMU. */
const disks = ['ahci', 'virtio-blk', 'xhci', 'ohci'];
const kernels: readonly RigOptions[] = [
  { pageBytes: 65536, ioPageBytes: 65536, merge: true },
  { pageBytes: 65536, ioPageBytes: 4096, merge: true },
  { pageBytes: 4096, ioPageBytes: 65536, merge: true },
  { pageBytes: 4096, ioPageBytes: 4096, merge: false },
  { pageBytes: 4096, ioPageBytes: 2097152, merge: false },
];
const sizes = [512, 4096, 65536, 524288, 2097152];
const endless: IoRequestPlan = { sizeBytes: 4096, depth: 1, count: 0, direction: 'read', intervalNs: 0 };

describe('the masks of the disk drivers', () => {
  it.each([
    ['ahci', 64, '010601', 'sata'],
    ['xhci', 64, '0c0330', 'usb-xhci'],
    ['ohci', 32, '0c0310', 'usb-ohci'],
    ['virtio-blk', 64, '010000', 'scsi'],
    ['virtio-blk-noiommu', 64, '010000', 'scsi'],
  ])('%s asks for %d bits; class %s, node %s', (device, bits, classCode, nodeName) => {
    const driver = driverFor(device);
    const entry = deviceCatalogue.get(device);
    expect([driver?.dmaMaskBits, driver?.coherentMaskBits]).toEqual([bits, bits]);
    expect([entry?.dmaMaskBits, entry?.coherentMaskBits]).toEqual([bits, bits]);
    expect([entry?.classCode.toString(16).padStart(6, '0'), entry?.nodeName]).toEqual([classCode, nodeName]);
  });
});

describe.each(disks)('a disk behind %s', (device) => {
  describe.each(kernels)('$pageBytes-byte pages, $ioPageBytes-byte I/O pages, merging $merge', (options) => {
    it.each(sizes)('reads and writes %d bytes a request, all intact', (sizeBytes) => {
      const rig = rigWith(device, options);
      // Slabs grow once, for the headers and tables of four requests.
      runIo(rig, { sizeBytes, depth: 4, count: 4, direction: 'write' });
      const before = [rig.live(), rig.pagesHeld()];
      for (const direction of ['read', 'write', 'read'] as const) {
        const figures = runIo(rig, { sizeBytes, depth: 4, count: 12, direction });
        expect(figures).toMatchObject({ requests: 12, bytes: 12 * sizeBytes, failures: 0, corrupted: 0 });
        expect(figures.maps).toBe(figures.unmaps);
      }
      expect(rig.log.filter((line) => line.startsWith('err'))).toEqual([]);
      expect([rig.live(), rig.pagesHeld()]).toEqual(before);
    });
  });

  it.each(['read', 'write'] as const)('notices one wrong TCE in a %s', (direction) => {
    const rig = rigWith(device);
    // The last entry that a request of 64 KiB maps for its data.
    let last = -1;
    for (let entry = 0; entry < 24; entry++) {
      rig.sabotage(entry, 'wrong-page');
      const { corrupted, failures } = runIo(rig, { sizeBytes: 65536, count: 1, direction });
      rig.sabotage(-1, 'wrong-page');
      if (corrupted + failures > 0) last = entry;
    }
    expect(last).toBeGreaterThanOrEqual(15);
  });

  it('refuses to write through a TCE that only reads', () => {
    const rig = rigWith(device);
    rig.sabotage(9, 'read-only');
    expect(runIo(rig, { sizeBytes: 65536, count: 1 })).toMatchObject({ failures: 1 });
  });

  it('waits when nothing can be mapped, and goes on when it can', () => {
    const rig = rigWith(device);
    rig.mapsFail = true;
    rig.scheduler.after(1e9, () => (rig.mapsFail = false));
    expect(runIo(rig, { count: 3 })).toMatchObject({ requests: 3, failures: 0, corrupted: 0 });
    expect(rig.scheduler.clock.nowNs).toBeGreaterThan(1e9);
  });

  it('is reset when it lost its commands, and works again', () => {
    const rig = rigWith(device);
    let figures: IoFigures | undefined;
    rig.driver?.startIo({ ...endless, count: 4 }, (ended) => (figures = { ...ended }));
    rig.device?.reset();
    settle(rig);
    expect(figures).toMatchObject({ requests: 4, failures: 1, corrupted: 0 });
    expect(rig.log.some((line) => line.includes('timed out, resetting'))).toBe(true);
    expect(runIo(rig, { count: 10, depth: 4 })).toMatchObject({ requests: 10, failures: 0, corrupted: 0 });
  });

  it('stops at once when it is gone', () => {
    const rig = rigWith(device);
    let ended = false;
    rig.driver?.startIo(endless, () => (ended = true));
    for (let i = 0; i < 50; i++) rig.scheduler.step();
    rig.device = undefined;
    rig.driver?.stopIo();
    expect(ended).toBe(true);
    settle(rig);
    expect(runIo(rig, { count: 1 })).toMatchObject({ requests: 0, failures: 1 });
  });

  it('leaves nothing mapped and no page held after an unbind, in the middle of its work too', () => {
    const rig = rigWith(device);
    let ended = false;
    rig.driver?.startIo({ ...endless, depth: 8, sizeBytes: 262144 }, () => (ended = true));
    for (let i = 0; i < 40; i++) rig.scheduler.step();
    expect(rig.live()).toBeGreaterThan(0);
    if (rig.driver !== undefined) rig.scheduler.start(rig.driver.remove());
    settle(rig);
    expect([ended, rig.live(), rig.pagesHeld()]).toEqual([true, 0, 0]);
  });

  it('is not bound where there is nothing, or no memory', () => {
    const driver = driverFor(device);
    if (driver === undefined) expect.unreachable();
    const empty = createRig({ pageBytes: 65536, ioPageBytes: 4096, merge: true });
    expect(probe(empty, driver)).toBe(-19);
    const poor = createRig({ pageBytes: 65536, ioPageBytes: 4096, merge: true });
    attach(poor, device);
    poor.mapsFail = true;
    expect(probe(poor, driver)).toBe(-12);
    expect([empty.live(), empty.pagesHeld(), poor.live(), poor.pagesHeld()]).toEqual([0, 0, 0, 0]);
  });
});

describe.each(['ahci', 'virtio-blk'])('a command of one interrupt, on %s,', (device) => {
  it('finds after its timeout what a lost interrupt hid', () => {
    const rig = rigWith(device);
    rig.losesInterrupts = true;
    expect(runIo(rig, { count: 1 })).toMatchObject({ requests: 1, failures: 0, corrupted: 0 });
    expect(rig.scheduler.clock.nowNs).toBeGreaterThan(30e9);
  });
});

describe.each(['xhci', 'ohci'])('a command of three interrupts, on %s,', (device) => {
  it('is given up when they are lost, and the device is reset', () => {
    const rig = rigWith(device);
    rig.losesInterrupts = true;
    expect(runIo(rig, { count: 1 })).toMatchObject({ requests: 1, failures: 1, corrupted: 0 });
    rig.losesInterrupts = false;
    expect(runIo(rig, { count: 3 })).toMatchObject({ requests: 3, failures: 0, corrupted: 0 });
  });
});

describe.each(['ahci', 'virtio-blk', 'xhci'])('data out of reach, on %s,', (device) => {
  it('fails the request that meets a missing TCE, and goes on with the next', () => {
    const rig = rigWith(device);
    rig.sabotage(7, 'not-mapped');
    const figures = runIo(rig, { sizeBytes: 65536, count: 5 });
    expect(figures).toMatchObject({ requests: 5, failures: 1, corrupted: 0 });
    expect(rig.log.some((line) => line.startsWith('err: ') && line.includes('I/O error'))).toBe(true);
    expect(runIo(rig, { sizeBytes: 65536, count: 5 })).toMatchObject({ requests: 5, failures: 0 });
  });
});

describe('data out of reach, on ohci,', () => {
  it('stops the controller, which is reset, and the next request goes well', () => {
    const rig = rigWith('ohci');
    rig.sabotage(7, 'not-mapped');
    const figures = runIo(rig, { sizeBytes: 65536, count: 5 });
    expect(figures).toMatchObject({ requests: 5, failures: 1, corrupted: 0 });
    expect(rig.log.filter((line) => line.startsWith('err'))).toEqual([
      'err: OHCI Unrecoverable Error, disabled',
    ]);
    expect(rig.scheduler.clock.nowNs).toBeLessThan(30e9);
  });
});

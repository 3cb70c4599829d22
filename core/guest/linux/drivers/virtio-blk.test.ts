import { describe, expect, it } from 'vitest';
import { createVirtioBlk, createVirtioBlkNoIommu } from '../../../device/virtio-blk.ts';
import type { Driver } from '../types.ts';
import { createRig, interrupt, probe, runIo, settle, type Rig } from './test-rig.ts';
import { virtioBlkDriver, virtioBlkNoIommuDriver } from './virtio-blk.ts';

const rigWith = (create: typeof createVirtioBlk): Rig => {
  const rig = createRig({ pageBytes: 65536, ioPageBytes: 4096, merge: true });
  const { bus, realMemory, scheduler } = rig;
  rig.device = create({ bus, realMemory, scheduler, raiseInterrupt: () => interrupt(rig), seed: 5 });
  return rig;
};

/** Notes every call of the DMA API as `map to-device 16`, `unmap to-device 16`, `coherent 4096`. */
const noted = (rig: Rig): string[] => {
  const calls: string[] = [];
  const { dma } = rig;
  const mapPage = dma.mapPage.bind(dma);
  const unmapPage = dma.unmapPage.bind(dma);
  const allocCoherent = dma.allocCoherent.bind(dma);
  dma.mapPage = (dev, address, bytes, direction) => {
    calls.push(`map ${direction} ${bytes}`);
    return mapPage(dev, address, bytes, direction);
  };
  dma.unmapPage = (dev, hi, lo, bytes, direction) => {
    calls.push(`unmap ${direction} ${bytes}`);
    unmapPage(dev, hi, lo, bytes, direction);
  };
  dma.allocCoherent = (dev, bytes) => {
    const address = allocCoherent(dev, bytes);
    calls.splice(-1, 1, `coherent ${bytes}`);
    return address;
  };
  return calls;
};

const bound = (rig: Rig, driver: Driver): Rig => {
  expect(probe(rig, driver)).toBe(0);
  return rig;
};

/** A request as recorded in 61-64k_1g_ddwoff_virtio-blk-iommu: header, data, status, table; undone from the table on. */
const request = (header: string, data: readonly string[], status: string, tableBytes: number): string[] => {
  const pieces = [header, ...data, status];
  return [
    ...pieces.map((piece) => `map ${piece}`),
    `map to-device ${tableBytes}`,
    `unmap to-device ${tableBytes}`,
    ...pieces.map((piece) => `unmap ${piece}`),
  ];
};

describe('virtio_blk with VIRTIO_F_ACCESS_PLATFORM', () => {
  it('takes one ring and reads the first page, as recorded', () => {
    const rig = rigWith(createVirtioBlk);
    const calls = noted(rig);
    bound(rig, virtioBlkDriver);
    expect(calls).toEqual([
      'coherent 6790',
      ...request('to-device 16', ['from-device 65536'], 'from-device 1', 48),
    ]);
  });

  it('maps header, data, status and table of a request', () => {
    const rig = bound(rigWith(createVirtioBlk), virtioBlkDriver);
    const calls = noted(rig);
    expect(runIo(rig, { sizeBytes: 65536, count: 1 })).toMatchObject({ maps: 4, unmaps: 4, corrupted: 0 });
    expect(calls).toEqual(request('to-device 16', ['from-device 65536'], 'from-device 1', 48));
    calls.length = 0;
    runIo(rig, { sizeBytes: 131072, count: 1, direction: 'write' });
    expect(calls).toEqual(
      request('to-device 16', ['to-device 65536', 'to-device 65536'], 'from-device 1', 64),
    );
  });

  it('is given up by its device when the ring is out of reach, until it is reset', () => {
    const rig = bound(rigWith(createVirtioBlk), virtioBlkDriver);
    // Header, status and data are there, the table is not.
    rig.sabotage(18, 'not-mapped');
    expect(runIo(rig, { sizeBytes: 65536, count: 1 })).toMatchObject({ failures: 1 });
    expect(rig.scheduler.clock.nowNs).toBeGreaterThan(30e9);
    expect(runIo(rig, { sizeBytes: 65536, count: 3 })).toMatchObject({ requests: 3, failures: 0 });
  });
});

describe('virtio_blk without VIRTIO_F_ACCESS_PLATFORM', () => {
  it('maps nothing at all, and needs no mapping to work', () => {
    const rig = rigWith(createVirtioBlkNoIommu);
    rig.mapsFail = true;
    const calls = noted(rig);
    bound(rig, virtioBlkNoIommuDriver);
    for (const direction of ['write', 'read'] as const) {
      const figures = runIo(rig, { sizeBytes: 262144, depth: 8, count: 40, direction });
      expect(figures).toMatchObject({ requests: 40, failures: 0, corrupted: 0, maps: 0, unmaps: 0 });
    }
    expect([calls, rig.live()]).toEqual([[], 0]);
    if (rig.driver !== undefined) rig.scheduler.start(rig.driver.remove());
    settle(rig);
    expect(rig.pagesHeld()).toBe(0);
  });

  it('sets both masks to 64 bits all the same: the window is made', () => {
    const rig = rigWith(createVirtioBlkNoIommu);
    const masks: number[] = [];
    const setMasks = rig.dma.setMasks.bind(rig.dma);
    rig.dma.setMasks = (dev, streaming, coherent) => {
      masks.push(streaming, coherent);
      return setMasks(dev, streaming, coherent);
    };
    bound(rig, virtioBlkNoIommuDriver);
    expect(masks).toEqual([64, 64]);
  });
});

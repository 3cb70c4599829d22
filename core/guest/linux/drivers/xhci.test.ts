import { describe, expect, it } from 'vitest';
import { createXhciController } from '../../../device/xhci.ts';
import { createRig, interrupt, probe, runIo, settle, type Rig } from './test-rig.ts';
import { xhciDriver } from './xhci.ts';

const rigWith = (scratchpads = 0): Rig => {
  const rig = createRig({ pageBytes: 65536, ioPageBytes: 65536, merge: true });
  const { bus, scheduler } = rig;
  rig.device = createXhciController(
    { bus, scheduler, raiseInterrupt: () => interrupt(rig), seed: 1 },
    2 ** 20,
    scratchpads,
  );
  return rig;
};

/** Notes what the driver asks of the DMA API. */
const noted = (rig: Rig): string[] => {
  const calls: string[] = [];
  const { dma } = rig;
  const mapPage = dma.mapPage.bind(dma);
  const mapSg = dma.mapSg.bind(dma);
  const allocCoherent = dma.allocCoherent.bind(dma);
  let inner = false;
  dma.mapPage = (dev, address, bytes, direction) => {
    if (!inner) calls.push(`${direction} ${bytes}`);
    return mapPage(dev, address, bytes, direction);
  };
  dma.mapSg = (dev, sg, direction) => {
    inner = true;
    calls.push(`${direction} ${sg.lengths.join('+')}`);
    const segments = mapSg(dev, sg, direction);
    inner = false;
    return segments;
  };
  dma.allocCoherent = (dev, bytes) => {
    inner = true;
    calls.push(`coherent ${bytes}`);
    const address = allocCoherent(dev, bytes);
    inner = false;
    return address;
  };
  return calls;
};

describe('the xhci driver', () => {
  it('takes four pieces of memory for the controller and one for usb-storage, then asks who the disk is', () => {
    const rig = rigWith();
    const calls = noted(rig);
    expect(probe(rig, xhciDriver)).toBe(0);
    expect(calls).toEqual([
      'coherent 2056', // device context base addresses
      'coherent 65536', // ring segments
      'coherent 16', // event ring segment table
      'coherent 65536', // contexts
      'coherent 65536', // command and status of usb-storage
      'from-device 36', // INQUIRY
      'from-device 8', // READ CAPACITY
      'from-device 65536', // first page
    ]);
  });

  it('lends scratchpads to a controller that wants them', () => {
    const rig = rigWith(2);
    const calls = noted(rig);
    expect(probe(rig, xhciDriver)).toBe(0);
    expect(calls.slice(3, 6)).toEqual(['coherent 16', 'coherent 4096', 'coherent 4096']);
    expect(runIo(rig, { sizeBytes: 65536, count: 5 })).toMatchObject({ failures: 0, corrupted: 0 });
    if (rig.driver !== undefined) rig.scheduler.start(rig.driver.remove());
    settle(rig);
    expect([rig.live(), rig.pagesHeld()]).toEqual([0, 0]);
  });

  it('maps only the data of a command, once', () => {
    const rig = rigWith();
    expect(probe(rig, xhciDriver)).toBe(0);
    const calls = noted(rig);
    expect(runIo(rig, { sizeBytes: 65536, count: 3, direction: 'write' })).toMatchObject({
      maps: 3,
      unmaps: 3,
    });
    expect(calls).toEqual(Array<string>(3).fill('to-device 65536'));
  });

  it('goes round its rings many times', () => {
    const rig = rigWith();
    expect(probe(rig, xhciDriver)).toBe(0);
    expect(runIo(rig, { sizeBytes: 1_000_000, count: 400 })).toMatchObject({
      requests: 400,
      corrupted: 0,
      failures: 0,
    });
  });

  it('recovers the endpoint after data that could not be reached: no reset of the controller', () => {
    const rig = rigWith();
    expect(probe(rig, xhciDriver)).toBe(0);
    rig.sabotage(2, 'not-mapped');
    expect(runIo(rig, { sizeBytes: 65536, count: 8 })).toMatchObject({ requests: 8, failures: 1 });
    expect(rig.log.some((line) => line.includes('resetting'))).toBe(false);
    expect(rig.log.filter((line) => line.startsWith('err'))).toEqual([
      'err: sda: I/O error, READ sector 256, 128 blocks: data: error',
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { createOhci } from '../../../device/ohci.ts';
import { ohciDriver } from './ohci.ts';
import { createRig, interrupt, probe, runIo, type Rig } from './test-rig.ts';

const rigWithOhci = (): Rig => {
  const rig = createRig({ pageBytes: 65536, ioPageBytes: 4096, merge: false, defaultWindow: true });
  const { bus, scheduler } = rig;
  rig.device = createOhci({ bus, scheduler, raiseInterrupt: () => interrupt(rig), seed: 1 });
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
  const outermost = <T>(line: string, act: () => T): T => {
    if (!inner) calls.push(line);
    const before = inner;
    inner = true;
    const result = act();
    inner = before;
    return result;
  };
  dma.mapPage = (dev, address, bytes, direction) =>
    outermost(`${direction} ${bytes}`, () => mapPage(dev, address, bytes, direction));
  dma.mapSg = (dev, sg, direction) =>
    outermost(`${direction} ${sg.lengths.join('+')}`, () => mapSg(dev, sg, direction));
  dma.allocCoherent = (dev, bytes) => outermost(`coherent ${bytes}`, () => allocCoherent(dev, bytes));
  return calls;
};

describe('the ohci driver', () => {
  it('takes its memory, maps setup packets and answers by themselves, then what the disk says', () => {
    const rig = rigWithOhci();
    const calls = noted(rig);
    expect(probe(rig, ohciDriver)).toBe(0);
    expect(calls).toEqual([
      'coherent 256', // communications area
      'coherent 65536', // endpoint descriptors
      'coherent 65536', // transfer descriptors
      'coherent 65536', // command and status of usb-storage
      'to-device 8', // GET_DESCRIPTOR
      'from-device 18',
      'to-device 8', // SET_ADDRESS
      'to-device 8', // SET_CONFIGURATION
      'from-device 36', // INQUIRY
      'from-device 8', // READ CAPACITY
      'from-device 65536', // first page
    ]);
  });

  it('cuts a megabyte into nine requests of at most 120 KiB, as recorded', () => {
    const rig = rigWithOhci();
    expect(probe(rig, ohciDriver)).toBe(0);
    const calls = noted(rig);
    expect(runIo(rig, { sizeBytes: 1024 * 1024, count: 1 })).toMatchObject({
      maps: 9,
      unmaps: 9,
      corrupted: 0,
    });
    expect(calls[0]).toBe('from-device 65536+57344');
  });

  it('moves no faster than full speed: a megabyte takes most of a second', () => {
    const rig = rigWithOhci();
    expect(probe(rig, ohciDriver)).toBe(0);
    const before = rig.scheduler.clock.nowNs;
    runIo(rig, { sizeBytes: 1024 * 1024, count: 1 });
    const seconds = (rig.scheduler.clock.nowNs - before) / 1e9;
    expect([seconds > 0.8, seconds < 1]).toEqual([true, true]);
  });
});

import { describe, expect, it } from 'vitest';
import { createAhci } from '../../../device/ahci.ts';
import { ahciDriver } from './ahci.ts';
import { createRig, interrupt, probe } from './test-rig.ts';

describe('the ahci driver', () => {
  it('takes coherent memory for each of six ports, then maps IDENTIFY DEVICE and the first page', () => {
    const rig = createRig({ pageBytes: 65536, ioPageBytes: 4096, merge: true });
    const { bus, scheduler, dma } = rig;
    rig.device = createAhci({ bus, scheduler, raiseInterrupt: () => interrupt(rig), seed: 1 });
    const calls: string[] = [];
    const mapSg = dma.mapSg.bind(dma);
    const allocCoherent = dma.allocCoherent.bind(dma);
    dma.mapSg = (dev, sg, direction) => {
      calls.push(`${direction} ${sg.lengths.join('+')}`);
      return mapSg(dev, sg, direction);
    };
    dma.allocCoherent = (dev, bytes) => {
      calls.push(`coherent ${bytes}`);
      return allocCoherent(dev, bytes);
    };
    expect(probe(rig, ahciDriver)).toBe(0);
    // 32 headers, 256 bytes of FISes, 32 tables with 168 PRDs.
    expect(calls).toEqual([
      ...Array<string>(6).fill('coherent 91392'),
      'from-device 512',
      'from-device 65536',
    ]);
  });
});

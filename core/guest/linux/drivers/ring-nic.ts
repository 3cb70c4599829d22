// Network drivers of ring NICs. `e1000` (drivers/net/ethernet/intel/e1000) has a 32-bit mask and so stays on the default window;
// `e1000e` takes 64 bits. `vfnet` is the lab's generic driver of an SR-IOV virtual function: it stands for the vendors' VF drivers
// (64-bit mask, jumbo frames, every buffer mapped and unmapped by itself) and claims to be none of them.

import type { Driver } from '../types.ts';
import { createNicAdapter, type NicHabits } from './nic-adapter.ts';
import { bindNet } from './net-driver.ts';

export type { NetDriver } from './net-driver.ts';

const EIO = -5;

interface RingNic extends NicHabits {
  readonly name: string;
  readonly device: string;
  readonly maskBits: number;
}

const standardFrames: NicHabits = { frameBytes: 1512, bufferBytes: 2048, rxMapBytes: 1522, copybreak: 0 };
const jumboFrames: NicHabits = { frameBytes: 9000, bufferBytes: 16384, rxMapBytes: 9216, copybreak: 0 };

export const e1000Driver = ringNicDriver({
  name: 'e1000',
  device: 'e1000',
  maskBits: 32,
  ...standardFrames,
  copybreak: 256,
});
export const e1000eDriver = ringNicDriver({
  name: 'e1000e',
  device: 'e1000e',
  maskBits: 64,
  ...standardFrames,
});
export const vfnetDriver = ringNicDriver({ name: 'vfnet', device: 'nic', maskBits: 64, ...jumboFrames });

function ringNicDriver(nic: RingNic): Driver {
  return {
    name: nic.name,
    devices: [nic.device],
    dmaMaskBits: nic.maskBits,
    coherentMaskBits: nic.maskBits,
    *probe(context) {
      const { dmaMaskBits = nic.maskBits, coherentMaskBits = nic.maskBits } = context.masks ?? {};
      const error = yield* context.dma.setMasks(context.dev, dmaMaskBits, coherentMaskBits);
      if (error < 0) {
        context.log('err', 'No usable DMA configuration, aborting');
        return EIO;
      }
      return bindNet(context, nic, createNicAdapter, true);
    },
  };
}

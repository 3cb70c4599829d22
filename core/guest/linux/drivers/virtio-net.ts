// The `virtio_net` driver (drivers/net/virtio_net.c) over virtio-pci, with VIRTIO_F_ACCESS_PLATFORM and without.

import type { Driver } from '../types.ts';
import { bindNet } from './net-driver.ts';
import type { NicHabits } from './nic-adapter.ts';
import { createVirtioNetAdapter } from './virtio-net-adapter.ts';

const EIO = -5;

const habits: NicHabits = { frameBytes: 1512, bufferBytes: 2048, rxMapBytes: 1536, copybreak: 0 };

const virtioNet = (device: string): Driver => ({
  name: 'virtio-pci',
  devices: [device],
  dmaMaskBits: 64,
  coherentMaskBits: 64,
  *probe(context) {
    const error = yield* context.dma.setMasks(context.dev, 64, 64);
    if (error < 0) return EIO;
    return bindNet(context, habits, createVirtioNetAdapter);
  },
});

export const virtioNetDriver = virtioNet('virtio-net');
export const virtioNetNoIommuDriver = virtioNet('virtio-net-noiommu');

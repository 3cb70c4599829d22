// `ohci-pci` (drivers/usb/host/ohci-pci.c) with a storage device behind it. It asks for no mask: PCI's 32 bits stay, and with them the
// default window.

import type { Driver } from '../types.ts';
import { probeDisk } from './disk-driver.ts';
import { createOhciHost } from './ohci-host.ts';
import type { UsbLimits } from './usb-host.ts';
import { createUsbDisk } from './usb-storage.ts';

/** usb-storage: 240 sectors a request. */
const limits: UsbLimits = { maxTransferBytes: 240 * 512, maxSegments: 128 };

export const ohciDriver: Driver = {
  name: 'ohci-pci',
  devices: ['ohci'],
  dmaMaskBits: 32,
  coherentMaskBits: 32,
  *probe(context) {
    const error = yield* context.dma.setMasks(context.dev, 32, 32);
    if (error < 0) return error;
    return yield* probeDisk(context, (ports) => createUsbDisk(ports, createOhciHost(context), limits));
  },
};

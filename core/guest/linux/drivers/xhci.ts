// `xhci_hcd` (drivers/usb/host/xhci-pci.c) with a storage device behind it: 64-bit masks where HCCPARAMS1.AC64 says so.

import { HCC_AC64, XHCI_HCCPARAMS1 } from '../../../abi/xhci.ts';
import type { Driver } from '../types.ts';
import { probeDisk } from './disk-driver.ts';
import type { UsbLimits } from './usb-host.ts';
import { createUsbDisk } from './usb-storage.ts';
import { createXhciHost } from './xhci-host.ts';

/** SuperSpeed: 2048 sectors a request. Segments: what a transfer ring of two segments holds, each cut in two. */
const limits: UsbLimits = { maxTransferBytes: 1024 * 1024, maxSegments: 128 };

export const xhciDriver: Driver = {
  name: 'xhci_hcd',
  devices: ['xhci'],
  dmaMaskBits: 64,
  coherentMaskBits: 64,
  *probe(context) {
    const bits = (context.mmio.read32(context.dev.fn, XHCI_HCCPARAMS1) & HCC_AC64) !== 0 ? 64 : 32;
    const error = yield* context.dma.setMasks(context.dev, bits, bits);
    if (error < 0) return error;
    return yield* probeDisk(context, (ports) => createUsbDisk(ports, createXhciHost(context), limits));
  },
};

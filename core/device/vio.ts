// What can be put below /vdevice: a virtual device is its file and one row here.

import type { DeviceEntry } from './index.ts';
import { createLogicalLan } from './logical-lan.ts';

const entries: readonly DeviceEntry[] = [
  {
    device: 'l-lan',
    title: 'Virtual Ethernet adapter, driven by hcalls; a window of 4K pages of its own',
    create: createLogicalLan,
    vendor: 0,
    deviceId: 0,
    classCode: 0,
    nodeName: 'l-lan',
    dmaMaskBits: 64,
    coherentMaskBits: 64,
  },
];

export const vioCatalogue: ReadonlyMap<string, DeviceEntry> = new Map(
  entries.map((entry) => [entry.device, entry]),
);

// The drivers that the Linux model has: a new driver is its file and one entry here.

import type { Driver } from '../types.ts';
import { ahciDriver } from './ahci.ts';
import { ibmvethDriver } from './ibmveth.ts';
import { nvmeDriver } from './nvme.ts';
import { ohciDriver } from './ohci.ts';
import { virtioBlkDriver, virtioBlkNoIommuDriver } from './virtio-blk.ts';
import { virtioNetDriver, virtioNetNoIommuDriver } from './virtio-net.ts';
import { xhciDriver } from './xhci.ts';
import { e1000Driver, e1000eDriver, vfnetDriver } from './ring-nic.ts';

export const DRIVERS: readonly Driver[] = [
  nvmeDriver,
  vfnetDriver,
  e1000Driver,
  e1000eDriver,
  ahciDriver,
  virtioBlkDriver,
  virtioBlkNoIommuDriver,
  virtioNetDriver,
  virtioNetNoIommuDriver,
  xhciDriver,
  ohciDriver,
  ibmvethDriver,
];

/** The driver that binds to `device` (FunctionConfig.device); undefined when none does, as for pci-testdev. */
export function driverFor(device: string): Driver | undefined {
  return DRIVERS.find((driver) => driver.devices.includes(device));
}

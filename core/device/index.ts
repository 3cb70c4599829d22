// What can be put behind a PCI function: a new device is its file and one row here.

import type { CreateDevice } from './types.ts';
import { createAhci } from './ahci.ts';
import { createNic } from './nic.ts';
import { createNvme } from './nvme.ts';
import { createOhci } from './ohci.ts';
import { createTestdev } from './testdev.ts';
import { createVirtioBlk, createVirtioBlkNoIommu } from './virtio-blk.ts';
import { createVirtioNet, createVirtioNetNoIommu } from './virtio-net.ts';
import { createXhci } from './xhci.ts';

export interface DeviceEntry {
  /** Name in commands and scenarios (FunctionConfig.device). */
  readonly device: string;
  /** One line for people. */
  readonly title: string;
  readonly create: CreateDevice;
  readonly vendor: number;
  readonly deviceId: number;
  readonly classCode: number;
  /** Name of its device tree node, without unit address. */
  readonly nodeName: string;
  /** DMA masks that its Linux driver asks for; 32 (PCI's default) where no driver binds. */
  readonly dmaMaskBits: number;
  readonly coherentMaskBits: number;
  /** It reaches guest real memory past the IOMMU (DeviceHost.realMemory): a virtio device without VIRTIO_F_ACCESS_PLATFORM. */
  readonly bypassesIommu?: boolean;
}

const entries: readonly DeviceEntry[] = [
  {
    device: 'nvme',
    title: 'NVMe drive, one namespace of 1 TiB',
    create: createNvme,
    vendor: 0x1b36,
    deviceId: 0x0010,
    classCode: 0x010802,
    nodeName: 'mass-storage',
    dmaMaskBits: 64,
    coherentMaskBits: 64,
  },
  {
    // It stands for no vendor's adapter: 0xfffe is nobody's vendor number.
    device: 'nic',
    title: 'Virtual function of an SR-IOV network adapter, 10 Gbit/s',
    create: (host) => createNic(host, { kind: 'nic', nsPerByte: 0.8 }),
    vendor: 0xfffe,
    deviceId: 0x0001,
    classCode: 0x020000,
    nodeName: 'ethernet',
    dmaMaskBits: 64,
    coherentMaskBits: 64,
  },
  {
    device: 'e1000',
    title: 'Intel 82540EM network adapter (32-bit DMA), 1 Gbit/s',
    create: (host) => createNic(host, { kind: 'e1000', nsPerByte: 8 }),
    vendor: 0x8086,
    deviceId: 0x100e,
    classCode: 0x020000,
    nodeName: 'ethernet',
    dmaMaskBits: 32,
    coherentMaskBits: 32,
  },
  {
    device: 'e1000e',
    title: 'Intel 82574L network adapter (64-bit DMA), 1 Gbit/s',
    create: (host) => createNic(host, { kind: 'e1000e', nsPerByte: 8 }),
    vendor: 0x8086,
    deviceId: 0x10d3,
    classCode: 0x020000,
    nodeName: 'ethernet',
    dmaMaskBits: 64,
    coherentMaskBits: 64,
  },
  {
    device: 'ahci',
    title: 'AHCI adapter with a SATA disk of 1 TiB',
    create: createAhci,
    vendor: 0x8086,
    deviceId: 0x2922,
    classCode: 0x010601,
    nodeName: 'sata',
    dmaMaskBits: 64,
    coherentMaskBits: 64,
  },
  {
    device: 'xhci',
    title: 'xHCI USB controller with a mass storage device of 1 TiB',
    create: createXhci,
    vendor: 0x1b36,
    deviceId: 0x000d,
    classCode: 0x0c0330,
    nodeName: 'usb-xhci',
    dmaMaskBits: 64,
    coherentMaskBits: 64,
  },
  {
    device: 'ohci',
    title: 'OHCI USB controller (32-bit DMA) with a mass storage device of 1 TiB',
    create: createOhci,
    vendor: 0x106b,
    deviceId: 0x003f,
    classCode: 0x0c0310,
    nodeName: 'usb-ohci',
    dmaMaskBits: 32,
    coherentMaskBits: 32,
  },
  {
    device: 'virtio-blk',
    title: 'virtio block device of 1 TiB, behind the IOMMU (iommu_platform=on)',
    create: createVirtioBlk,
    vendor: 0x1af4,
    deviceId: 0x1042,
    classCode: 0x010000,
    nodeName: 'scsi',
    dmaMaskBits: 64,
    coherentMaskBits: 64,
  },
  {
    // Recorded as QEMU's transitional device.
    device: 'virtio-blk-noiommu',
    title: 'virtio block device of 1 TiB, past the IOMMU: no TCE is used',
    create: createVirtioBlkNoIommu,
    vendor: 0x1af4,
    deviceId: 0x1001,
    classCode: 0x010000,
    nodeName: 'scsi',
    dmaMaskBits: 64,
    coherentMaskBits: 64,
    bypassesIommu: true,
  },
  {
    device: 'virtio-net',
    title: 'virtio network device, behind the IOMMU (iommu_platform=on)',
    create: createVirtioNet,
    vendor: 0x1af4,
    deviceId: 0x1041,
    classCode: 0x020000,
    nodeName: 'ethernet',
    dmaMaskBits: 64,
    coherentMaskBits: 64,
  },
  {
    // As QEMU's transitional device.
    device: 'virtio-net-noiommu',
    title: 'virtio network device, past the IOMMU: no TCE is used',
    create: createVirtioNetNoIommu,
    vendor: 0x1af4,
    deviceId: 0x1000,
    classCode: 0x020000,
    nodeName: 'ethernet',
    dmaMaskBits: 64,
    coherentMaskBits: 64,
    bypassesIommu: true,
  },
  {
    device: 'pci-testdev',
    title: 'Test function without driver and DMA',
    create: createTestdev,
    vendor: 0x1b36,
    deviceId: 0x0005,
    classCode: 0x00ff00,
    nodeName: 'legacy-device',
    dmaMaskBits: 32,
    coherentMaskBits: 32,
  },
];

export const deviceCatalogue: ReadonlyMap<string, DeviceEntry> = new Map(
  entries.map((entry) => [entry.device, entry]),
);

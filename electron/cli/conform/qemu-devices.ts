// What QEMU's `-device` kinds are on the bus: identity and device tree node. The recorded kinds are as recorded; the others
// as QEMU's sources have them (include/hw/pci/pci_ids.h, hw/ppc/spapr_pci.c dt_name_from_class).

export interface QemuPciKind {
  readonly vendor: number;
  readonly deviceId: number;
  readonly classCode: number;
}

const kinds: Readonly<Record<string, readonly [vendor: number, deviceId: number, classCode: number]>> = {
  nvme: [0x1b36, 0x0010, 0x010802],
  'pci-testdev': [0x1b36, 0x0005, 0x00ff00],
  e1000: [0x8086, 0x100e, 0x020000],
  e1000e: [0x8086, 0x10d3, 0x020000],
  'e1000-82544gc': [0x8086, 0x1008, 0x020000],
  'e1000-82545em': [0x8086, 0x100f, 0x020000],
  sungem: [0x106b, 0x0021, 0x020000],
  rtl8139: [0x10ec, 0x8139, 0x020000],
  tulip: [0x1011, 0x0019, 0x020000],
  pcnet: [0x1022, 0x2000, 0x020000],
  ne2k_pci: [0x10ec, 0x8029, 0x020000],
  vmxnet3: [0x15ad, 0x07b0, 0x020000],
  i82550: [0x8086, 0x1209, 0x020000],
  i82551: [0x8086, 0x1209, 0x020000],
  i82557a: [0x8086, 0x1229, 0x020000],
  i82557b: [0x8086, 0x1229, 0x020000],
  i82557c: [0x8086, 0x1229, 0x020000],
  i82558a: [0x8086, 0x1229, 0x020000],
  i82558b: [0x8086, 0x1229, 0x020000],
  i82559a: [0x8086, 0x1229, 0x020000],
  i82559b: [0x8086, 0x1229, 0x020000],
  i82559c: [0x8086, 0x1229, 0x020000],
  i82559er: [0x8086, 0x1209, 0x020000],
  i82562: [0x8086, 0x1209, 0x020000],
  i82801: [0x8086, 0x2449, 0x020000],
  'virtio-net-pci': [0x1af4, 0x1041, 0x020000],
  'virtio-blk-pci': [0x1af4, 0x1042, 0x010000],
  'virtio-serial-pci': [0x1af4, 0x1043, 0x078000],
  'virtio-rng-pci': [0x1af4, 0x1044, 0x00ff00],
  'virtio-balloon-pci': [0x1af4, 0x1045, 0x00ff00],
  'virtio-scsi-pci': [0x1af4, 0x1048, 0x010000],
  lsi53c810: [0x1000, 0x0001, 0x010000],
  lsi53c895a: [0x1000, 0x0012, 0x010000],
  mptsas1068: [0x1000, 0x0054, 0x010000],
  megasas: [0x1000, 0x0060, 0x010400],
  'megasas-gen2': [0x1000, 0x0079, 0x010400],
  pvscsi: [0x15ad, 0x07c0, 0x010000],
  am53c974: [0x1022, 0x2020, 0x010000],
  dc390: [0x1022, 0x2020, 0x010000],
  'ich9-ahci': [0x8086, 0x2922, 0x010601],
  'pci-ohci': [0x106b, 0x003f, 0x0c0310],
  'piix3-usb-uhci': [0x8086, 0x7020, 0x0c0300],
  'piix4-usb-uhci': [0x8086, 0x7112, 0x0c0300],
  'sdhci-pci': [0x1b36, 0x0007, 0x080501],
  'intel-hda': [0x8086, 0x2668, 0x040300],
  AC97: [0x8086, 0x2415, 0x040100],
  'usb-ehci': [0x8086, 0x24cd, 0x0c0320],
  'ich9-usb-ehci1': [0x8086, 0x293a, 0x0c0320],
  'qemu-xhci': [0x1b36, 0x000d, 0x0c0330],
  'nec-usb-xhci': [0x1033, 0x0194, 0x0c0330],
};

/** Undefined: this table does not have the kind. */
export function qemuPciKind(kind: string): QemuPciKind | undefined {
  const row = kinds[kind];
  return row && { vendor: row[0], deviceId: row[1], classCode: row[2] };
}

const subclassNames: Readonly<Record<number, string>> = {
  0x0100: 'scsi',
  0x0101: 'ide',
  0x0102: 'fdc',
  0x0103: 'ipi',
  0x0104: 'raid',
  0x0105: 'ata',
  0x0106: 'sata',
  0x0107: 'sas',
  0x0200: 'ethernet',
  0x0201: 'token-ring',
  0x0202: 'fddi',
  0x0203: 'atm',
  0x0204: 'isdn',
  0x0300: 'vga',
  0x0400: 'video',
  0x0401: 'sound',
  0x0500: 'memory',
  0x0501: 'flash',
  0x0700: 'serial',
  0x0805: 'sd-host-controller',
  0x0c00: 'firewire',
  0x0c04: 'fibre-channel',
};

const usbNames: Readonly<Record<number, string>> = {
  0x00: 'usb-uhci',
  0x10: 'usb-ohci',
  0x20: 'usb-ehci',
  0x30: 'usb-xhci',
};

const classNames: readonly string[] = [
  'legacy-device',
  'mass-storage',
  'network',
  'display',
  'multimedia-device',
  'memory-controller',
  'unknown-bridge',
  'communication-controller',
  'system-peripheral',
  'input-controller',
  'docking-station',
  'cpu',
  'serial-bus',
];

/** The device tree name that QEMU gives a class code. */
export function nodeNameOf(classCode: number): string {
  const subclass = classCode >>> 8;
  if (subclass === 0x0c03) return usbNames[classCode & 0xff] ?? 'usb-unknown';
  return subclassNames[subclass] ?? classNames[subclass >>> 8] ?? 'unknown';
}

/** VIO kinds: their node name. All of these do DMA. QEMU numbers them from 0x71000002, after console and NVRAM. */
const vioNames: Readonly<Record<string, string>> = { 'spapr-vlan': 'l-lan', 'spapr-vscsi': 'v-scsi' };

export const firstVioUnit = 0x7100_0002;

export function vioNodeName(kind: string): string | undefined {
  return vioNames[kind];
}

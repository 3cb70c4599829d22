// Which driver a kernel module brings, the name it has in the log, and which DMA masks it asks for, in order: read off the
// recorded logs (one "iommu: …" line per request) and the drivers' sources for those that no recording shows.

export type MaskRequest =
  /** dma_set_mask_and_coherent(): the coherent one cannot fail once the streaming one went well. */
  | { readonly ask: 'both'; readonly bits: number }
  | { readonly ask: 'streaming' | 'coherent'; readonly bits: number }
  /** dma_get_required_mask(): tries the mask that all of RAM needs. */
  | { readonly ask: 'required' };

export interface LinuxModule {
  /** As `lspci -k` and dev_info() spell it. */
  readonly driver: string;
  readonly masks: readonly MaskRequest[];
  /** After a refusal: what the driver asks for before it gives up. */
  readonly fallback?: readonly MaskRequest[];
}

const both = (bits: number): readonly MaskRequest[] => [{ ask: 'both', bits }];
const streaming = (bits: number): readonly MaskRequest[] => [{ ask: 'streaming', bits }];

const virtio: LinuxModule = { driver: 'virtio-pci', masks: both(64), fallback: both(32) };

const modules: Readonly<Record<string, LinuxModule>> = {
  nvme: { driver: 'nvme', masks: both(64) },
  e1000: { driver: 'e1000', masks: both(32) },
  e1000e: { driver: 'e1000e', masks: both(64) },
  '8139cp': { driver: '8139cp', masks: both(64), fallback: both(32) },
  '8139too': { driver: '8139too', masks: [] },
  tulip: { driver: 'tulip', masks: [] },
  pcnet32: { driver: 'pcnet32', masks: streaming(32) },
  e100: { driver: 'e100', masks: streaming(32) },
  vmxnet3: { driver: 'vmxnet3', masks: both(64) },
  virtio_pci: virtio,
  virtio_blk: virtio,
  virtio_net: virtio,
  virtio_scsi: virtio,
  virtio_rng: virtio,
  virtio_console: virtio,
  virtio_balloon: virtio,
  sym53c8xx: { driver: 'sym53c8xx', masks: streaming(40), fallback: streaming(32) },
  megaraid_sas: {
    driver: 'megaraid_sas',
    masks: [
      { ask: 'streaming', bits: 63 },
      { ask: 'coherent', bits: 32 },
    ],
    fallback: both(32),
  },
  mptsas: { driver: 'mptsas', masks: [{ ask: 'required' }, { ask: 'both', bits: 32 }] },
  ahci: { driver: 'ahci', masks: both(64) },
  xhci_pci: { driver: 'xhci_hcd', masks: both(64), fallback: both(32) },
  ohci_pci: { driver: 'ohci-pci', masks: [] },
  uhci_hcd: { driver: 'uhci_hcd', masks: [] },
  ehci_pci: { driver: 'ehci-pci', masks: [] },
  // 64 bits for Sun's own chip alone; QEMU's is Apple's.
  sungem: { driver: 'gem', masks: streaming(32) },
  am53c974: { driver: 'am53c974', masks: both(32) },
  // QEMU's controller says that it cannot address 64 bits.
  sdhci_pci: { driver: 'sdhci-pci', masks: both(32) },
  snd_hda_intel: { driver: 'snd_hda_intel', masks: both(64), fallback: both(32) },
  vmw_pvscsi: { driver: 'vmw_pvscsi', masks: both(64), fallback: both(32) },
};

/** Devices that a module's driver asks less for than for its others. */
const byKind: Readonly<Record<string, LinuxModule>> = {
  // No dual address cycles (FE_DAC in sym_hipd.c).
  lsi53c810: { driver: 'sym53c8xx', masks: streaming(32) },
};

/**
 * The driver behind a module, for a kind of device. One that the table does not have is taken by its masks: PCI's default of 32 bits needs no call.
 */
export function linuxModule(
  name: string,
  kind: string,
  dmaMaskBits: number | undefined,
  coherentMaskBits: number | undefined,
): LinuxModule {
  const known = byKind[kind] ?? modules[name.replaceAll('-', '_')] ?? modules[name];
  if (known !== undefined) return known;
  const streamingBits = dmaMaskBits ?? 32;
  const coherentBits = coherentMaskBits ?? 32;
  if (streamingBits === 32 && coherentBits === 32) return { driver: name, masks: [] };
  if (streamingBits === coherentBits) return { driver: name, masks: both(streamingBits) };
  const masks: MaskRequest[] = [{ ask: 'streaming', bits: streamingBits }];
  if (coherentBits !== 32) masks.push({ ask: 'coherent', bits: coherentBits });
  return { driver: name, masks };
}

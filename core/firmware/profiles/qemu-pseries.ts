// QEMU 7.2.22, machine type pseries, TCG: values read in its source and verified by recorded calls.

import { u64 } from '../../base/u64.ts';
import { assumed, documented, observed, verified } from './graded.ts';
import type { PlatformProfile, SlotClass } from './profile.ts';

const CALLS = 'recorded calls on QEMU 7.2.22 (oracle/calls, probe_*)';
const TREE = 'device tree of recorded guests on QEMU 7.2.22';
const IOMMU = `hw/ppc/spapr_iommu.c; ${CALLS}`;
const DDW = `hw/ppc/spapr_rtas_ddw.c; ${CALLS}`;
const TOKENS = `include/hw/ppc/spapr.h; ${TREE}`;
const BENCH = 'measured: bare-metal loop of hcalls under TCG, calls per CPU second';

const phb: SlotClass = {
  id: 'qemu-phb',
  title: 'PCI host bridge (spapr-pci-host-bridge)',
  isVf: false,
  phbs: 'configured',
  values: {
    ddw: verified(true, `${DDW}; property ddw`),
    maxWindows: verified(2, DDW),
    defaultStart: verified(u64(0), `${TREE}; property dma_win_addr`),
    defaultSizeBytes: verified(0x4000_0000, `${TREE}; property dma_win_size`),
    ddwStart: verified(u64(0x0800_0000_0000_0000n), `${DDW}; property dma64_win_addr`),
    pageShifts: verified([12, 16, 21, 24], `${DDW}; property pgsz = 0x1211000`),
    queryPageMask: verified(0x107, DDW),
    blockTces: verified(0x20_0000_0000, `${DDW}: a constant, not a limit`),
    blockEnforced: verified(false, DDW),
    minTces: verified(0, DDW),
    migrationMask: verified(0, DDW),
    defaultLiobn: verified(
      { base: 0x8000_0000, perIndex: 0x100, perAdapter: 0 },
      `${TOKENS} (SPAPR_PCI_LIOBN)`,
    ),
    ddwLiobn: verified({ base: 0x8000_0001, perIndex: 0x100, perAdapter: 0 }, `${TOKENS} (SPAPR_PCI_LIOBN)`),
    buidLow: verified({ base: 0x2000_0000, perIndex: 1, perAdapter: 0 }, TREE),
    domain: verified({ base: 0, perIndex: 1, perAdapter: 0 }, TREE),
    drcIndex: verified({ base: 0x2000_0000, perIndex: 1, perAdapter: 0 }, TREE),
    drcNumber: verified({ base: 0, perIndex: 1, perAdapter: 0 }, TREE),
    bus: verified(0, TREE),
  },
};

export const qemuPseries: PlatformProfile = {
  id: 'qemu-pseries',
  title: 'QEMU pseries 7.2',
  story:
    'QEMU offers two windows per bridge with pages up to 16M and never runs out of TCEs; a wrong DMA is dropped without a word.',
  make: {
    hypervisor: verified('QEMU', CALLS),
    processor: documented(
      'any',
      'hw/ppc/spapr_pci.c: windows and pages are properties of the PHB, not of the CPU',
    ),
    mmu: verified('radix', 'recordings: "radix-mmu: Page sizes from device-tree", POWER9'),
    firmwareLevels: verified(['7.2.22'], CALLS),
  },
  tce: {
    partitionBounds: verified(false, IOMMU),
    allOrNothing: verified(false, IOMMU),
    stuffLimit: verified(0, IOMMU),
    zeroCountStatus: verified(-4, IOMMU),
    listMustBeMemory: verified(false, IOMMU),
    negativeLiobnIsMtt: verified(false, IOMMU),
    hideForeignAddresses: verified(false, IOMMU),
  },
  ddw: {
    createFullStatus: verified(-1, DDW),
    slotOrder: verified([0, 1], `${DDW}: the first free table object`),
    firstWindowAtDefaultStart: verified(true, DDW),
    slotKeepsDefaultFlag: verified(true, `${DDW}: quirk, LoPAR restores the default window`),
    secondWindowShift: verified(0, `${DDW}: quirk, two windows at one address`),
    tableEntriesEnd: verified(2 ** 32, DDW),
    defaultLessensBlock: verified(false, DDW),
    sixOutputQuery: verified(true, DDW),
    checksConfigAddress: verified(false, DDW),
    fiveOutputBlock: verified(0x8000_0000, DDW),
    limitedStart: verified(undefined, `${DDW}: a fourth argument of reset is refused`),
  },
  rtas: {
    carrier: verified('H_RTAS', 'hw/ppc/spapr_hcall.c h_rtas; recorded calls'),
    bufferAddressBits: documented(60, 'QEMU ppc64_phys_to_real'),
  },
  tokens: {
    'display-character': verified(0x2000, TOKENS),
    'read-pci-config': verified(0x2014, TOKENS),
    'write-pci-config': verified(0x2015, TOKENS),
    'ibm,read-pci-config': verified(0x2016, TOKENS),
    'ibm,write-pci-config': verified(0x2017, TOKENS),
    'ibm,set-eeh-option': verified(0x2020, TOKENS),
    'ibm,get-config-addr-info2': verified(0x2021, TOKENS),
    'ibm,read-slot-reset-state2': verified(0x2022, TOKENS),
    'ibm,set-slot-reset': verified(0x2023, TOKENS),
    'ibm,configure-pe': verified(0x2024, TOKENS),
    'ibm,slot-error-detail': verified(0x2025, TOKENS),
    'ibm,query-pe-dma-window': verified(0x2026, TOKENS),
    'ibm,create-pe-dma-window': verified(0x2027, TOKENS),
    'ibm,remove-pe-dma-window': verified(0x2028, TOKENS),
    'ibm,reset-pe-dma-window': verified(0x2029, TOKENS),
  },
  dma: { faultPolicy: verified('drop', `${IOMMU}: recorded transfers of the edu device`) },
  eeh: {
    available: verified(
      false,
      'hw/ppc/spapr_pci.c spapr_phb_eeh_available: only functions of the host have it',
    ),
    fundamentalReset: verified(false, 'no reset is done'),
  },
  costs: {
    hcallNs: observed(310, BENCH),
    stuffTceNs: observed(12, BENCH),
    listTceNs: observed(29, BENCH),
    rtasNs: assumed(2_000, 'a few hcalls and their memory accesses'),
    rtasTableNs: assumed(20_000, 'allocating and mapping a table'),
  },
  vio: { windowBytes: verified(0x1000_0000, TREE) },
  tree: {
    compatible: verified(['qemu,pseries', 'IBM,pSeries'], 'hw/ppc/spapr.c spapr_build_fdt'),
    model: verified('IBM pSeries (emulated by qemu)', 'hw/ppc/spapr.c spapr_build_fdt'),
    hypertasFunctions: verified(
      [
        'hcall-pft',
        'hcall-term',
        'hcall-dabr',
        'hcall-interrupt',
        'hcall-tce',
        'hcall-vio',
        'hcall-splpar',
        'hcall-join',
        'hcall-bulk',
        'hcall-set-mode',
        'hcall-sprg0',
        'hcall-copy',
        'hcall-debug',
        'hcall-vphn',
        'hcall-multi-tce',
        'hcall-hpt-resize',
        'hcall-watchdog',
      ],
      TREE,
    ),
    tokensInRtas: verified(
      [
        'display-character',
        'read-pci-config',
        'write-pci-config',
        'ibm,read-pci-config',
        'ibm,write-pci-config',
        'ibm,set-eeh-option',
        'ibm,get-config-addr-info2',
        'ibm,read-slot-reset-state2',
        'ibm,set-slot-reset',
        'ibm,configure-pe',
        'ibm,slot-error-detail',
        'ibm,query-pe-dma-window',
        'ibm,create-pe-dma-window',
        'ibm,remove-pe-dma-window',
        'ibm,reset-pe-dma-window',
      ],
      TREE,
    ),
    extensionSixOutputs: verified(true, TREE),
    pciConfigSpaceType: verified(true, TREE),
    peTotalMsi: verified(0xd00, TREE),
    otherTokens: verified({ 'power-off': 0x2003, 'ibm,query-interrupt-source-number': 0x2018 }, TREE),
    ranges: verified(
      {
        io: {
          space: 0x0100_0000,
          bus: 0n,
          busStep: 0n,
          cpu: 0x2000_0000_0000n,
          cpuStep: 0x1_0000n,
          size: 0x1_0000n,
        },
        mem32: {
          space: 0x0200_0000,
          bus: 0x8000_0000n,
          busStep: 0n,
          cpu: 0x2000_8000_0000n,
          cpuStep: 0x8000_0000n,
          size: 0x8000_0000n,
        },
        mem64: {
          space: 0x0300_0000,
          bus: 0x2100_0000_0000n,
          busStep: 0x100_0000_0000n,
          cpu: 0x2100_0000_0000n,
          cpuStep: 0x100_0000_0000n,
          size: 0x100_0000_0000n,
        },
      },
      TREE,
    ),
    memory: verified('memory-nodes', `hw/ppc/spapr.c spapr_dt_memory; ${TREE}`),
  },
  slotClasses: [phb],
};

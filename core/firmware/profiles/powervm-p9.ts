// PowerVM on POWER9: LoPAR's rules, values from published logs, and what is inferred, each marked as such.

import { u64 } from '../../base/u64.ts';
import { assumed, documented, observed } from './graded.ts';
import type { PlatformProfile, SlotClass } from './profile.ts';

const LPAR = 'LoPAR ch_lpar_option';
const DDW = 'LoPAR sec_rtas_dma_window';
const MANUAL = 'IBM 9040-MR9 system manual';
const LOG_DEDICATED = 'log: 8375-42A, FW950.80, linuxppc-dev 2025-11 (query: lb=1000000 ps=3 wn=1)';
const LOG_VF =
  'log: mlx5 VF 4005:01:00.0 on POWER9, linuxppc-dev 2020-06 (windows 0, block 400000, sizes 3, migration 3)';
const LOG_CREATE = 'log: NVMe 0121:50:00.0, linuxppc-dev 2021-10 (liobn 0x70000121, start 8000000 0)';
const HDDW = `${MANUAL}, "I/O Adapter Enlarged Capacity"; IBM: Enabling 64-bit Huge DMA`;
const GIB = 2 ** 30;
const NO_SAMPLE = 'no public sample: an opaque number of our own';

const shared = {
  ddw: documented(true, DDW),
  defaultStart: documented(u64(0), `${DDW} R1-4: below 4 GB`),
  defaultSizeBytes: documented(0x8000_0000, `${MANUAL}: 2 GB for every slot`),
  ddwStart: observed(u64(0x0800_0000_0000_0000n), LOG_CREATE),
  pageShifts: observed([12, 16], LOG_DEDICATED),
  queryPageMask: observed(0x3, LOG_DEDICATED),
  blockEnforced: documented(true, DDW),
  minTces: assumed(0, 'no minimum is documented'),
};

const dedicated: SlotClass = {
  id: 'dedicated',
  title: 'Dedicated slot',
  isVf: false,
  phbs: 'own',
  values: {
    ...shared,
    maxWindows: observed(2, LOG_DEDICATED),
    blockTces: observed(0x100_0000, LOG_DEDICATED),
    blockByMemory: documented(
      [
        { below: 64 * GIB, tces: 0x40_0000 },
        { below: 128 * GIB, tces: 0x80_0000 },
      ],
      `${MANUAL}: 16, 32 or 64 GB of 4K pages for under 64 GB, under 128 GB and more of installed memory`,
    ),
    migrationMask: assumed(0x3, 'as logged on a VF'),
    defaultLiobn: assumed({ base: 0x6000_0010, perIndex: 1, perAdapter: 0 }, NO_SAMPLE),
    ddwLiobn: observed(
      { base: 0x7000_0010, perIndex: 1, perAdapter: 0 },
      `${LOG_CREATE}: 0x70000000 | PHB number`,
    ),
    buidLow: observed({ base: 0x2000_0010, perIndex: 1, perAdapter: 0 }, 'log: PHB 391, BUID 20000187'),
    domain: observed({ base: 0x10, perIndex: 1, perAdapter: 0 }, 'logs: 0010:, 001b:, 0121: are PHB numbers'),
    drcIndex: assumed({ base: 0x2000_0010, perIndex: 1, perAdapter: 0 }, 'the PHB number, as on QEMU'),
    drcNumber: observed({ base: 0x10, perIndex: 1, perAdapter: 0 }, 'log: PHB 391 is 0187:'),
    bus: observed(1, 'log: 0010:01:00.0'),
  },
};

const dedicatedHddw: SlotClass = {
  ...dedicated,
  id: 'dedicated-hddw',
  title: 'Dedicated slot with enlarged capacity (HDDW)',
  numberedAs: dedicated.id,
  values: {
    ...dedicated.values,
    enlarged: documented(
      { pageShift: 16, leastBytes: 32 * GIB },
      `${HDDW}: all installed memory in 64K pages, at least 32 GB, where that is more than the normal capacity; log: lb=4000000 on one slot`,
    ),
  },
};

/** 16 bits of a domain hold three adapters of 0x4000 numbers: the fourth follows 0x400 behind the first, and so on. */
const COLUMNS = { count: 3, perRow: 0x400 };
const MANY = 'more than three adapters: ours, no sample';

const sriovVf: SlotClass = {
  id: 'sriov-vf',
  title: 'SR-IOV logical port (VF)',
  isVf: true,
  phbs: 'own',
  values: {
    ...shared,
    maxWindows: observed(1, `${LOG_VF}; kernel commit ff5163bb: default or DDW, never both`),
    pageShifts: observed([12, 16], LOG_VF),
    queryPageMask: observed(0x3, LOG_VF),
    blockTces: observed(0x40_0000, LOG_VF),
    migrationMask: observed(0x3, LOG_VF),
    defaultLiobn: assumed(
      { base: 0x6000_0000, perIndex: 1, perAdapter: 0x4000, columns: COLUMNS },
      NO_SAMPLE,
    ),
    ddwLiobn: assumed(
      { base: 0x7000_0000, perIndex: 1, perAdapter: 0x4000, columns: COLUMNS },
      'log: 0x70000016 on a VF, whose rule is not known; here 0x70000000 | domain',
    ),
    buidLow: observed(
      { base: 0x2900_0000, perIndex: 1, perAdapter: 0x4000, columns: COLUMNS },
      `${LOG_VF}; ${MANY}`,
    ),
    domain: assumed(
      { base: 0, perIndex: 1, perAdapter: 0x4000, columns: COLUMNS },
      `logs: 400f is port 2700400f, 8005 is port 27008005; ${MANY}`,
    ),
    drcIndex: assumed(
      {
        base: 0x2000_1000,
        perIndex: 1,
        perAdapter: 0x40,
        beyond: { index: 0x40, base: 0x2000_2000, perAdapter: 0x400 },
      },
      'the number of the DRC name',
    ),
    drcNumber: assumed(
      {
        base: 0x1000,
        perIndex: 1,
        perAdapter: 0x40,
        beyond: { index: 0x40, base: 0x2000, perAdapter: 0x400 },
      },
      'HMC capture: port 27008005 is PHB 4229; 64 apart cannot number the 120 ports of an adapter: the rest is ours',
    ),
    bus: observed(1, LOG_VF),
  },
};

export const powervmP9: PlatformProfile = {
  id: 'powervm-p9',
  title: 'PowerVM on POWER9',
  story:
    'POWER9 knows I/O pages of 4K and 64K only, and a VF has one window: to get the 64-bit one Linux must give the default one up.',
  make: {
    hypervisor: observed('PowerVM (pHyp)', LOG_DEDICATED),
    processor: observed('POWER9', LOG_DEDICATED),
    mmu: assumed('hash', 'PowerVM gives POWER9 partitions hash page tables; not in a log here'),
    firmwareLevels: observed(['FW950.80'], LOG_DEDICATED),
  },
  system: {
    installedMemoryBytes: assumed(
      4096 * GIB,
      'a big machine: its enlarged slots get the block that one log shows (lb=4000000)',
    ),
  },
  tce: {
    partitionBounds: documented(
      true,
      `${LPAR} H_PUT_TCE: logical address outside the partition is H_PARAMETER`,
    ),
    allOrNothing: documented(true, `${LPAR} H_PUT_TCE_INDIRECT, H_STUFF_TCE: checks precede all stores`),
    stuffLimit: assumed(0, `${LPAR} says 512 (H_P4); on P9 its enforcement is reported, not logged: off`),
    zeroCountStatus: assumed(0, `${LPAR}: nothing to store is no error`),
    listMustBeMemory: documented(true, `${LPAR} H_PUT_TCE_INDIRECT`),
    negativeLiobnIsMtt: documented(
      true,
      `${LPAR} H_PUT_TCE_INDIRECT: MTT option not negotiated is H_FUNCTION`,
    ),
    hideForeignAddresses: documented(true, `${LPAR} H_GET_TCE: H_PARTIAL`),
  },
  ddw: {
    createFullStatus: documented(-3, `${DDW}: too many windows`),
    slotOrder: assumed([1, 0], 'the dynamic window has a LIOBN of its own'),
    firstWindowAtDefaultStart: observed(
      false,
      `${LOG_CREATE}; VF logs: DDW at 0x800000000000000 after removal of the default`,
    ),
    slotKeepsDefaultFlag: documented(
      false,
      `${DDW} R1-3: the last window that is not the default brings it back`,
    ),
    secondWindowShift: assumed(58, 'windows must not overlap; where a second one lies is not known'),
    tableEntriesEnd: assumed(2 ** 32, 'far above any block'),
    defaultLessensBlock: observed(false, `${LOG_VF}: the same block with and without the default window`),
    sixOutputQuery: observed(true, 'log: lb= printed by kernels that use the 6-output query'),
    checksConfigAddress: observed(
      true,
      'log: NVMe 0187:c0:00.0 after DLPAR, query for b00000 returned -3, lb=0 ps=0 wn=0',
    ),
    fiveOutputBlock: assumed(0, 'the block cut to 32 bits'),
    limitedStart: documented(undefined, 'PAPR 2.13 is newer than POWER9 firmware'),
  },
  rtas: {
    carrier: documented('direct', 'LoPAR: RTAS is entered by a call, not by an hcall of the guest'),
    bufferAddressBits: assumed(60, 'not visible: RTAS is not entered through an hcall'),
  },
  tokens: {
    'ibm,query-pe-dma-window': observed(0x53, LOG_DEDICATED),
    'ibm,create-pe-dma-window': observed(0x54, LOG_CREATE),
    'ibm,remove-pe-dma-window': assumed(0x55, 'the next number; no log shows it'),
    'ibm,reset-pe-dma-window': assumed(0x56, 'the next number; no log shows it'),
    'ibm,set-eeh-option': assumed(0x40, NO_SAMPLE),
    'ibm,get-config-addr-info2': assumed(0x41, NO_SAMPLE),
    'ibm,read-slot-reset-state2': assumed(0x42, NO_SAMPLE),
    'ibm,set-slot-reset': assumed(0x43, NO_SAMPLE),
    'ibm,configure-pe': assumed(0x44, NO_SAMPLE),
    'ibm,slot-error-detail': assumed(0x45, NO_SAMPLE),
  },
  dma: {
    faultPolicy: documented('freeze', 'LoPAR ch_io_topology (EEH): DMA and MMIO of the PE are stopped'),
  },
  eeh: {
    available: documented(true, 'LoPAR ch_io_topology: EEH is required'),
    fundamentalReset: assumed(true, 'LoPAR makes it an option of each PE'),
  },
  costs: {
    hcallNs: assumed(250, 'an hcall without a context switch'),
    stuffTceNs: assumed(2, 'stores to the table'),
    listTceNs: assumed(4, 'translation of each address and the store'),
    rtasNs: assumed(20_000, 'RTAS is serialised and slow'),
    rtasTableNs: assumed(200_000, 'a table is prepared or cleared'),
  },
  vio: { windowBytes: observed(0x1000_0000, 'kernel documentation: vtpm@30000003, ibm,my-dma-window') },
  tree: {
    compatible: documented(['IBM,pSeries'], 'LoPAR app_papr_binding'),
    model: observed('IBM,8375-42A', LOG_DEDICATED),
    hypertasFunctions: documented(
      [
        'hcall-pft',
        'hcall-term',
        'hcall-sprg0',
        'hcall-interrupt',
        'hcall-tce',
        'hcall-vio',
        'hcall-splpar',
        'hcall-join',
        'hcall-bulk',
        'hcall-set-mode',
        'hcall-copy',
        'hcall-debug',
        'hcall-vphn',
        'hcall-multi-tce',
        'hcall-migrate',
      ],
      'LoPAR sec_rtas_environment: function sets',
    ),
    tokensInRtas: documented(
      [
        'ibm,set-eeh-option',
        'ibm,get-config-addr-info2',
        'ibm,read-slot-reset-state2',
        'ibm,set-slot-reset',
        'ibm,configure-pe',
        'ibm,slot-error-detail',
      ],
      `LoPAR sec_rtas_call_defn; the DDW tokens are in the bridge's node (${DDW} R1-3)`,
    ),
    extensionSixOutputs: observed(true, 'log: block and page sizes of the 6-output query'),
    pciConfigSpaceType: documented(true, 'LoPAR app_papr_binding: extended configuration space'),
    peTotalMsi: observed(0x80, 'log: ibm,pe-total-#msi of an NVMe slot'),
    otherTokens: assumed({}, 'not modelled'),
    ranges: observed(
      {
        io: undefined,
        mem32: {
          space: 0x0200_0000,
          bus: 0x8000_0000n,
          busStep: 0n,
          cpu: 0x400_8000_0000n,
          cpuStep: 0x8000_0000n,
          size: 0x8000_0000n,
        },
        mem64: {
          space: 0x0300_0000,
          bus: 0x6_2040_0000_0000n,
          busStep: 0x10_0000_0000n,
          cpu: 0x440_0000_0000n,
          cpuStep: 0x10_0000_0000n,
          size: 0x10_0000_0000n,
        },
      },
      'boot logs: MMIO 0x40080000000 -> 0x80000000, 0x44000000000 -> 0x6204000000000; the distance between PHBs is ours',
    ),
    memory: documented('first-lmb', 'LoPAR app_papr_binding: memory@0 is the RMA, other LMBs are dynamic'),
  },
  slotClasses: [dedicated, sriovVf, dedicatedHddw],
};

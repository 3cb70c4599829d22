// `plan` of a recording's scenario.json: the machine, typed and checked, and the steps of each kernel's life.

import type { FirmwareLimits } from '../../../core/index.ts';
import { Fields, RecordingError } from './scenario-fields.ts';
import type { PlanStep } from './scenario-steps.ts';
import { readStep } from './scenario-steps.ts';

export interface PlanPhb {
  readonly index: number;
  readonly buid: bigint;
  readonly ddw: boolean;
  readonly pgsz: bigint;
  readonly dmaWinAddr: bigint;
  readonly dmaWinSize: bigint;
  readonly dma64WinAddr: bigint;
}

export interface PlanDevice {
  readonly kind: string;
  readonly phb: number;
  readonly slot: number;
  /** `0000:00:01.0`. */
  readonly address: string;
  /** Driver module; null where none binds. */
  readonly module: string | null;
  /** As the driver set them; absent where the recording could not tell. */
  readonly dmaMaskBits: number | undefined;
  readonly coherentMaskBits: number | undefined;
  /** virtio only. */
  readonly iommuPlatform: boolean | undefined;
}

export interface PlanMachine {
  readonly firmwareBase: string;
  readonly limits: FirmwareLimits | undefined;
  /** `uname -r`: 6.1.0-50-powerpc64le. */
  readonly kernel: string;
  readonly pageBytes: number;
  readonly cpus: number;
  readonly bootArgs: readonly string[];
  readonly iommuDebugMessages: boolean;
  readonly ramBytes: number;
  readonly maxmemBytes: number | undefined;
  readonly memorySlots: number | undefined;
  readonly nvdimms: number;
  readonly phbs: readonly PlanPhb[];
  readonly pciDevices: readonly PlanDevice[];
  readonly vioDevices: readonly string[];
}

export type { PlanStep } from './scenario-steps.ts';

export interface Plan {
  readonly machine: PlanMachine;
  readonly epochs: readonly (readonly PlanStep[])[];
}

export function readPlan(scenario: Fields): Plan {
  if (!scenario.has('plan')) throw new RecordingError(`${scenario.where} has no plan.`);
  const plan = scenario.object('plan');
  const epochs = plan.array('epochs').map((epoch, i) => {
    const where = `${plan.where}.epochs[${i}]`;
    if (!Array.isArray(epoch)) throw new RecordingError(`${where} must be a list of steps.`);
    return epoch.map((step, k) => readStep(new Fields(step, `${where}[${k}]`)));
  });
  return { machine: readMachine(plan.object('machine')), epochs };
}

function readMachine(m: Fields): PlanMachine {
  const firmware = m.object('firmware');
  const optional = (name: string): number | undefined => (m.has(name) ? m.integer(name) : undefined);
  return {
    firmwareBase: firmware.string('base'),
    limits: firmware.has('limits') ? readLimits(firmware.object('limits')) : undefined,
    kernel: m.string('kernel'),
    pageBytes: m.integer('page_bytes'),
    cpus: m.integer('cpus'),
    bootArgs: m.strings('boot_args'),
    iommuDebugMessages: m.boolean('iommu_debug_messages'),
    ramBytes: m.integer('ram_bytes'),
    maxmemBytes: optional('maxmem_bytes'),
    memorySlots: optional('memory_slots'),
    nvdimms: m.array('nvdimm').length,
    phbs: m.objects('phbs').map(readPhb),
    pciDevices: m.objects('pci_devices').map(readDevice),
    vioDevices: m.objects('vio_devices').map((d) => d.string('kind')),
  };
}

function readPhb(p: Fields): PlanPhb {
  return {
    index: p.integer('index'),
    buid: p.hex('buid'),
    ddw: p.boolean('ddw'),
    pgsz: p.hex('pgsz'),
    dmaWinAddr: p.hex('dma_win_addr'),
    dmaWinSize: p.hex('dma_win_size'),
    dma64WinAddr: p.hex('dma64_win_addr'),
  };
}

function readDevice(d: Fields): PlanDevice {
  return {
    kind: d.string('kind'),
    phb: d.integer('phb'),
    slot: d.integer('slot'),
    address: d.string('address'),
    module: d.has('module') ? d.string('module') : null,
    dmaMaskBits: d.has('dma_mask_bits') ? d.integer('dma_mask_bits') : undefined,
    coherentMaskBits: d.has('coherent_mask_bits') ? d.integer('coherent_mask_bits') : undefined,
    iommuPlatform: d.has('iommu_platform') ? d.boolean('iommu_platform') : undefined,
  };
}

function readLimits(l: Fields): FirmwareLimits {
  const failure = (name: string): { rc: number; count: number; skip: number } | null => {
    if (!l.has(name)) return null;
    const f = l.object(name);
    return { rc: f.integer('rc'), count: f.integer('count'), skip: f.has('skip') ? f.integer('skip') : 0 };
  };
  return {
    maxWindows: l.integer('max_windows'),
    blockTces: l.count('block_tces'),
    blockSharedWithDefault: l.boolean('block_shared_with_default'),
    pageMask: l.count('page_mask'),
    strict: l.boolean('strict'),
    createBusy9901: l.integer('create_busy_9901'),
    createFail: failure('create_fail'),
    inject: failure('inject'),
    limited: l.boolean('limited'),
    minTces: l.count('min_tces'),
    ddwStart: l.string('ddw_start'),
    ddwStartLimitedMode: l.has('ddw_start_limited_mode') ? l.string('ddw_start_limited_mode') : null,
  };
}

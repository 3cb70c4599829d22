// The machine of a recorded scenario with the lab's own devices and drivers, for `run` and `compare`.

import { deviceCatalogue, fail, isBootArg, kernelByRelease, ok, validateConfig } from '../../core/index.ts';
import type { FunctionConfig, MachineConfig, Result } from '../../core/index.ts';
import type { PlanDevice, PlanMachine, PlanStep } from './conform/scenario-plan.ts';
import { hex } from './conform/scenario-text.ts';
import type { PlayedFunction } from './scenario-commands.ts';

/** QEMU's names of devices that the lab has under the names of their kinds. */
const DEVICE_OF_KIND: Readonly<Record<string, string>> = {
  'ich9-ahci': 'ahci',
  'qemu-xhci': 'xhci',
  'pci-ohci': 'ohci',
};
const VIRTIO: Readonly<Record<string, string>> = {
  'virtio-blk-pci': 'virtio-blk',
  'virtio-net-pci': 'virtio-net',
};
const VIO_OF_KIND: Readonly<Record<string, string>> = { 'spapr-vlan': 'l-lan' };
/** What stands in a slot whose device the lab does not have. */
const STAND_IN = 'pci-testdev';

export interface PlayedMachine {
  readonly config: MachineConfig;
  readonly functions: readonly PlayedFunction[];
  /** Kernel arguments and devices that the model does not have. */
  readonly notModelled: readonly string[];
}

/** Errors: `unknown-kernel`, and those of a configuration. */
export function playedMachine(machine: PlanMachine, steps: readonly PlanStep[]): Result<PlayedMachine> {
  const kernel = kernelByRelease(machine.kernel);
  if (kernel === undefined) return fail('unknown-kernel', `the lab has no kernel ${machine.kernel}`);
  const functions = functionsOf(machine, steps);
  const vio = machine.vioDevices.flatMap((kind, n) => {
    const device = VIO_OF_KIND[kind];
    return device === undefined ? [] : [{ id: `vio${n}`, device }];
  });
  const memoryBytes = machine.ramBytes;
  const config = validateConfig({
    profile: 'qemu-pseries',
    kernel: kernel.id,
    pageBytes: machine.pageBytes,
    cpus: machine.cpus,
    minMemoryBytes: memoryBytes,
    memoryBytes,
    maxMemoryBytes: machine.maxmemBytes ?? memoryBytes,
    lmbBytes: 2 ** 28,
    bootArgs: machine.bootArgs.filter(isBootArg),
    iommuDebugMessages: machine.iommuDebugMessages,
    functions: functions.map((fn) => fn.config),
    seed: 1,
    phbs: machine.phbs.map((phb) => ({
      index: phb.index,
      pgsz: hex(phb.pgsz),
      ddw: phb.ddw,
      dmaWinAddr: hex(phb.dmaWinAddr),
      dmaWinSize: hex(phb.dmaWinSize),
      dma64WinAddr: hex(phb.dma64WinAddr),
    })),
    hasDynamicMemory: machine.maxmemBytes !== undefined,
    ...(vio.length === 0 ? {} : { vio }),
    ...(machine.nvdimms === 0 ? {} : { nvdimms: machine.nvdimms }),
    ...(machine.limits === undefined ? {} : { limits: machine.limits }),
  });
  if (!config.ok) return config;
  return ok({ config: config.value, functions, notModelled: notModelled(machine) });
}

function notModelled(machine: PlanMachine): readonly string[] {
  return [
    ...machine.bootArgs.filter((argument) => !isBootArg(argument)),
    ...machine.pciDevices
      .filter((device) => device.kind !== STAND_IN && deviceOf(device) === STAND_IN)
      .map(({ kind }) => kind),
    ...machine.vioDevices.filter((kind) => VIO_OF_KIND[kind] === undefined),
  ];
}

/** In the order in which the script loads their drivers: at boot they are probed in this order. */
function functionsOf(machine: PlanMachine, steps: readonly PlanStep[]): readonly PlayedFunction[] {
  const loads = steps.map((step) => (step.do === 'load' ? step.modules : []));
  const loadOf = ({ module }: PlanDevice): number => {
    const at = loads.findIndex((modules) => module !== null && modules.includes(module));
    return at < 0 ? loads.length : at;
  };
  const numbers = new Map<string, number>();
  return machine.pciDevices
    .map((recorded): PlayedFunction => {
      const { kind, phb, slot } = recorded;
      const number = numbers.get(kind) ?? 0;
      numbers.set(kind, number + 1);
      const config: FunctionConfig = {
        id: `${stemOf(kind)}${number}`,
        device: deviceOf(recorded),
        slotClass: 'qemu-phb',
        phb,
        slot,
      };
      return { config, recorded };
    })
    .sort((a, b) => loadOf(a.recorded) - loadOf(b.recorded));
}

/** An identifier from a device's name. */
function stemOf(kind: string): string {
  const plain = kind.toLowerCase().replace(/[^a-z0-9-]/g, '-');
  return plain.replace(/^[^a-z]/, 'd');
}

function deviceOf({ kind, iommuPlatform }: PlanDevice): string {
  const virtio = VIRTIO[kind];
  if (virtio !== undefined) return iommuPlatform === true ? virtio : `${virtio}-noiommu`;
  const device = DEVICE_OF_KIND[kind] ?? kind;
  return deviceCatalogue.has(device) ? device : STAND_IN;
}

// What a machine is made of, as plain data: the header of a session file and the form of the LPAR panel.

import type { FirmwareLimits } from '../firmware/limits.ts';
import type { QemuPhbOptions } from '../firmware/phb-spec.ts';
import type { SystemConfig } from '../system/types.ts';

export type * from '../system/types.ts';

/** One PHB of a QEMU machine; for PowerVM machines PHBs come from functions and the profile's slot classes. */
export interface QemuPhbConfig extends QemuPhbOptions {
  readonly index: number;
}

export interface FunctionConfig {
  /** `vf0`, `nvme0`: unique in the machine. */
  readonly id: string;
  /** `nvme`, `nic` and what drivers know; `pci-testdev` has no driver. */
  readonly device: string;
  /** `qemu-phb`, `dedicated`, `sriov-vf`. */
  readonly slotClass: string;
  /** qemu-phb only: PHB index and PCI slot (device number). */
  readonly phb?: number;
  readonly slot?: number;
  /** PowerVM only: the number of the slot's PHB, which Linux shows as the domain, and the bus that the function is on. */
  readonly domain?: number;
  readonly bus?: number;
  /** Location code, as the HMC and `ibm,loc-code` have it. */
  readonly locCode?: string;
  /** Name of its device tree node, such as `pci1014,683`; default: that of the device. */
  readonly nodeName?: string;
  /** Masks the driver sets; default: what the driver of the device asks for. */
  readonly dmaMaskBits?: number;
  readonly coherentMaskBits?: number;
}

/** A virtual device below /vdevice (QEMU machines). Unit addresses go by the order: 0x71000002 is the first, as in recordings. */
export interface VioConfig {
  /** `veth0`: unique among the machine's functions too. */
  readonly id: string;
  /** `l-lan`. */
  readonly device: string;
}

export interface MachineConfig {
  /** `qemu-pseries`, `powervm-p9`. */
  readonly profile: string;
  /** `5.13`, `5.15`, `6.1.176`. */
  readonly kernel: string;
  /** Base page of the guest kernel: 4096 or 65536. */
  readonly pageBytes: number;
  readonly cpus: number;
  /** Bytes. min <= memory <= maxMemory. */
  readonly minMemoryBytes: number;
  readonly memoryBytes: number;
  readonly maxMemoryBytes: number;
  /** 256 MiB unless said otherwise. */
  readonly lmbBytes: number;
  /** Kernel arguments that the model knows: `disable_ddw`, `multitce=off`, `iommu=novmerge`. */
  readonly bootArgs: readonly string[];
  /** `dyndbg` on iommu.c and dma-iommu.c: dev_dbg lines are printed too. */
  readonly iommuDebugMessages: boolean;
  readonly functions: readonly FunctionConfig[];
  /** Seed of the deterministic random numbers (buffer addresses, payloads). */
  readonly seed: number;
  /** Memory of the whole managed system (PowerVM gives slots their TCEs by it); absent: the profile's. */
  readonly installedMemoryBytes?: number;
  /** QEMU machines only. */
  readonly phbs?: readonly QemuPhbConfig[];
  readonly limits?: FirmwareLimits;
  readonly vio?: readonly VioConfig[];
  /** NVDIMMs: nodes of persistent memory (`ibm,pmemory`) that may lie anywhere above RAM. */
  readonly nvdimms?: number;
  /** QEMU: false when no maxmem was given (no dynamic-memory node in the device tree). */
  readonly hasDynamicMemory?: boolean;
  /** PowerVM: the managed system around the guest. Absent: the standard one (system/standard-system.ts), as it is before any act. */
  readonly system?: SystemConfig;
}

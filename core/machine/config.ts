// What a machine is made of, as plain data: the header of a session file and the form of the LPAR panel.

/** Limits of an instrumented QEMU firmware (the oracle's `plan.machine.firmware.limits`): PowerVM-like, rule by rule. */
export interface FirmwareLimits {
  readonly maxWindows: number;
  readonly blockTces: number;
  readonly blockSharedWithDefault: boolean;
  /** Query bits offered. */
  readonly pageMask: number;
  readonly strict: boolean;
  /** The first n creates that get that far answer 9901. */
  readonly createBusy9901: number;
  readonly createFail: { readonly rc: number; readonly count: number; readonly skip: number } | null;
  readonly inject: { readonly rc: number; readonly count: number; readonly skip: number } | null;
  readonly limited: boolean;
  readonly minTces: number;
  /** Hex strings: 64-bit bus addresses. */
  readonly ddwStart: string;
  readonly ddwStartLimitedMode: string | null;
}

/** One PHB of a QEMU machine; for PowerVM machines PHBs come from functions and the profile's slot classes. */
export interface QemuPhbConfig {
  readonly index: number;
  /** Bit n set = I/O pages of 2^n bytes (QEMU's `pgsz`), hex string. */
  readonly pgsz: string;
  readonly ddw: boolean;
  readonly dmaWinAddr: string;
  readonly dmaWinSize: string;
  readonly dma64WinAddr: string;
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
}

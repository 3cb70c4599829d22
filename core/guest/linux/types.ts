// What the parts of the Linux model hand each other: kernel build (data), device, DMA API, driver.

import type { FunctionAddress, GuestMemoryPort, MmioPort } from '../../abi/ports.ts';
import type { DmaMode } from '../../trace/events.ts';
import type { TraceSink } from '../../trace/sink.ts';
import type { Scheduler, Task } from '../../time/scheduler.ts';

/** enum dma_data_direction. */
export type DmaDirection = 'bidirectional' | 'to-device' | 'from-device';

/** A PCI function as the guest kernel knows it. */
export interface LinuxDevice {
  readonly fn: FunctionAddress;
  /** Path of its node in the device tree. */
  readonly path: string;
  readonly vendor: number;
  readonly deviceId: number;
  driver: string | null;
  dmaMaskBits: number;
  coherentMaskBits: number;
  mode: DmaMode;
  /** dma_set_max_seg_size(): a driver may raise it before it maps scatter lists. 64 KiB (PCI core) when absent. */
  maxSegBytes?: number;
}

/**
 * The DMA API of one booted kernel (kernel/dma/mapping.c over dma-iommu.c). Handles are two int32 halves, because the 64-bit
 * window starts at 2^59: after a successful map they are in `handleHi` and `handleLo`.
 * Guest real addresses are numbers. Every call does its hcalls at once and advances the virtual clock by their cost.
 */
export interface DmaApi {
  handleHi: number;
  handleLo: number;
  /** dma_set_mask_and_coherent: where enable_ddw() happens. 0 or a negative errno (-5). */
  setMasks(dev: LinuxDevice, dmaMaskBits: number, coherentMaskBits: number): Generator<number, number, void>;
  /** dma_map_page/dma_map_single. False: the mapping failed (DMA_MAPPING_ERROR). */
  mapPage(dev: LinuxDevice, address: number, bytes: number, direction: DmaDirection, cpu?: number): boolean;
  unmapPage(
    dev: LinuxDevice,
    handleHi: number,
    handleLo: number,
    bytes: number,
    direction: DmaDirection,
  ): void;
  /**
   * dma_map_sg: maps `count` elements; fills `dmaHi`, `dmaLo`, `dmaBytes` with the (possibly merged) segments; returns their
   * number, or a negative errno (0 on old kernels) when it failed and nothing is mapped.
   */
  mapSg(dev: LinuxDevice, sg: ScatterList, direction: DmaDirection, cpu?: number): number;
  unmapSg(dev: LinuxDevice, sg: ScatterList, direction: DmaDirection): void;
  /** dma_alloc_coherent of zeroed memory: its guest real address, or undefined. Handle as above. */
  allocCoherent(dev: LinuxDevice, bytes: number): number | undefined;
  freeCoherent(dev: LinuxDevice, address: number, bytes: number, handleHi: number, handleLo: number): void;
}

export interface ScatterList {
  /** Elements as given: guest real address and length of each. */
  readonly addresses: number[];
  readonly lengths: number[];
  /** Filled by mapSg. */
  readonly dmaHi: number[];
  readonly dmaLo: number[];
  readonly dmaBytes: number[];
}

/** The kernel's page allocator: deterministic, physical addresses that a session reproduces. */
export interface PageAllocator {
  /** 2^order kernel pages, naturally aligned; undefined when RAM is full. */
  alloc(order: number): number | undefined;
  free(address: number, order: number): void;
  readonly pageBytes: number;
}

/** What a driver works with. */
export interface DriverContext {
  readonly dev: LinuxDevice;
  readonly dma: DmaApi;
  readonly pages: PageAllocator;
  readonly memory: GuestMemoryPort;
  readonly mmio: MmioPort;
  readonly trace: TraceSink;
  readonly scheduler: Scheduler;
  /** Max segment size and boundary that the driver set; page size of the kernel. */
  readonly pageBytes: number;
  /** A line of this driver in the kernel log: printed as "<driver> <fn>: text" (dev_info and its like). */
  log(level: 'err' | 'warn' | 'info' | 'debug', text: string): void;
  /** pci_channel_offline(): the platform has cut the function off, and recovery is under way or has failed. */
  channelOffline?(): boolean;
  /** plpar_hcall of a virtual device's driver: r4.. as int32 halves, upper first. The status. */
  hcall?(opcode: number, halves: readonly number[]): number;
  /** A deterministic stream of its own for payloads. */
  random(): number;
  /** Masks that the driver sets instead of its own: a device that can address less. */
  readonly masks?: DriverMasks | undefined;
  /** This kernel's block drivers map each segment of a request by mapPage (dma_map_phys, 7.x) instead of by mapSg. */
  readonly mapsEachSegment?: boolean;
}

export interface DriverMasks {
  readonly dmaMaskBits: number;
  readonly coherentMaskBits: number;
}

export interface IoRequestPlan {
  readonly sizeBytes: number;
  readonly depth: number;
  /** 0 = until stopped. */
  readonly count: number;
  readonly direction: 'read' | 'write';
  readonly intervalNs: number;
  /** CPU that maps and unmaps: chooses the pool of an iommu_table. Default 0. */
  readonly cpu?: number;
}

export interface IoFigures {
  requests: number;
  bytes: number;
  maps: number;
  unmaps: number;
  failures: number;
  /** Payloads whose hash did not match: a wrong TCE shows here. */
  corrupted: number;
}

/** pci_ers_result_t, as Linux prints it. */
export type PciErsResult = 'none' | 'recovered' | 'need reset' | 'disconnect';

/** struct pci_error_handlers: a driver that can have its device reset under it. */
export interface PciErrorHandlers {
  /** The device is cut off; all that was mapped for it stays mapped until the driver unmaps it. */
  errorDetected(state: 'frozen' | 'permanent failure'): PciErsResult;
  /** The slot was reset: the device is as at power-on. */
  slotReset(): PciErsResult;
  /** Back to work; ends when the device does again what it did before, or is given up. */
  resume(): Task;
}

/** A bound driver instance. */
export interface BoundDriver {
  /** From the machine: the device raised its interrupt. */
  interrupt(): void;
  /** Starts I/O; `done` runs when `count` requests are complete or after stopIo() once the last one came back. */
  startIo(plan: IoRequestPlan, done: (figures: IoFigures) => void): void;
  stopIo(): void;
  readonly figures: IoFigures;
  /** Absent: the driver knows nothing of PCI errors; its function is unplugged and plugged in again. */
  readonly errorHandlers?: PciErrorHandlers;
  /** Unbind: frees all that it mapped. */
  remove(): Task;
}

export interface Driver {
  /** Module name as `lspci -k` shows it. */
  readonly name: string;
  /** Devices (FunctionConfig.device) that it drives. */
  readonly devices: readonly string[];
  readonly dmaMaskBits: number;
  readonly coherentMaskBits: number;
  /** probe(): returns the bound driver or a negative errno. */
  probe(context: DriverContext): Generator<number, BoundDriver | number, void>;
}

// The facade of one booted Linux kernel: what the machine may ask of it. It touches the platform only through GuestPorts.

import type { DtNode, FunctionAddress, GuestPorts } from '../../abi/ports.ts';
import { invariant } from '../../base/invariant.ts';
import type { Scheduler, Task } from '../../time/scheduler.ts';
import type { DmaMode, PlanStep } from '../../trace/events.ts';
import type { TraceSink } from '../../trace/sink.ts';
import type { KernelBuild } from './kernels/kernel-build.ts';
import type { BoundDriver, DmaApi, Driver, LinuxDevice, PageAllocator } from './types.ts';

export interface LinuxGuestOptions {
  readonly ports: GuestPorts;
  readonly trace: TraceSink;
  readonly scheduler: Scheduler;
  readonly kernel: KernelBuild;
  /** 4096 or 65536. */
  readonly pageBytes: number;
  readonly cpus: number;
  readonly bootArgs: readonly string[];
  /** dyndbg of iommu.c and dma-iommu.c: the debug lines are printed too. */
  readonly iommuDebugMessages: boolean;
  readonly seed: number;
}

/** The last decision of enable_ddw() for a function. */
export interface DdwPlanRecord {
  readonly fn: FunctionAddress;
  readonly mode: DmaMode;
  readonly steps: readonly PlanStep[];
}

/** One kernel's life, from boot to reset: make a new object for the next one. */
export class LinuxGuest {
  readonly options: LinuxGuestOptions;

  constructor(options: LinuxGuestOptions) {
    this.options = options;
  }

  /** The DMA API; valid after boot(). */
  get dma(): DmaApi {
    return notYet('dma');
  }

  get pages(): PageAllocator {
    return notYet('pages');
  }

  /** Takes a copy of the device tree, sets up VIO and PCI buses (default tables cleared) and devices. Binds no driver. */
  boot(): Task {
    return notYet('boot');
  }

  /** DLPAR add: a PHB node as the firmware hands it over (child of the root); its bus is scanned, its devices set up. */
  addPhb(_node: DtNode): Task {
    return notYet('addPhb');
  }

  /** DLPAR remove: unbinds the drivers below `path`, detaches the nodes; a dynamic window is cleared and removed. */
  removePhb(_path: string): Task {
    return notYet('removePhb');
  }

  /** Binds `driver` to a function: driver.probe(). Emits driver-bound or driver-failed. */
  probe(_fn: FunctionAddress, _driver: Driver): Task {
    return notYet('probe');
  }

  /** Unbinds the function's driver, if it has one. */
  unbind(_fn: FunctionAddress): Task {
    return notYet('unbind');
  }

  /** The function raised its interrupt. */
  interrupt(_fn: FunctionAddress): void {
    notYet('interrupt');
  }

  /** PCI functions found so far, in the order of the scan. */
  devices(): readonly LinuxDevice[] {
    return notYet('devices');
  }

  device(_fn: FunctionAddress): LinuxDevice | undefined {
    return notYet('device');
  }

  boundDriver(_fn: FunctionAddress): BoundDriver | undefined {
    return notYet('boundDriver');
  }

  /** The live tree, edited by the kernel (a copy of the platform's, taken at boot). */
  deviceTree(): DtNode {
    return notYet('deviceTree');
  }

  /** How this kernel uses a window: a 1:1 map, a dynamic table, its default table, or not at all. */
  windowUse(_liobn: number): DmaMode {
    return notYet('windowUse');
  }

  /** The last plan of each function that asked for a 64-bit mask. */
  plans(): ReadonlyMap<FunctionAddress, DdwPlanRecord> {
    return notYet('plans');
  }
}

function notYet(what: string): never {
  invariant(false, `LinuxGuest.${what} is not built yet`);
  throw new Error(what);
}

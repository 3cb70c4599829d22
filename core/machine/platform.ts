// What stands below the guest: memory, firmware, and devices behind PCI functions. Built from a configuration and a profile.

import type { DeviceModel, FunctionAddress, GuestPorts, MmioPort } from '../abi/ports.ts';
import type { U64 } from '../base/u64.ts';
import type { DeviceEntry } from '../device/index.ts';
import type { EndpointView, FirmwareApi, PhbSpec } from '../firmware/types.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';
import { realMemoryBus } from '../memory/real-memory-bus.ts';
import type { Scheduler } from '../time/scheduler.ts';
import type { FunctionDescription } from '../trace/events.ts';
import type { TraceSink } from '../trace/sink.ts';
import type { FunctionConfig } from './config.ts';
import type { PartitionMemory } from './partition-memory.ts';

/** Where a function sits: one PHB may carry several (QEMU), or just it (PowerVM). */
export interface PlacedFunction {
  readonly config: FunctionConfig;
  readonly description: FunctionDescription;
  readonly entry: DeviceEntry;
  readonly phb: PhbSpec;
  readonly device: DeviceModel;
  /** The error state of its PE. */
  readonly endpoint: EndpointView;
}

/** A PHB with the functions below it, as placement works it out. */
export interface PhbPlan {
  readonly phb: PhbSpec;
  readonly functions: readonly {
    readonly config: FunctionConfig;
    readonly entry: DeviceEntry;
    readonly fn: FunctionAddress;
  }[];
}

export interface PlatformParts {
  readonly memory: GuestMemory;
  readonly partitionMemory: PartitionMemory;
  readonly firmware: FirmwareApi;
  readonly scheduler: Scheduler;
  readonly trace: TraceSink;
  /** Seed of what media hold. */
  readonly seed: number;
  /** The function's interrupt line went up. */
  readonly interrupt: (fn: FunctionAddress) => void;
}

export class Platform {
  readonly memory: GuestMemory;
  readonly partitionMemory: PartitionMemory;
  readonly firmware: FirmwareApi;
  private readonly parts: PlatformParts;
  private readonly byId = new Map<string, PlacedFunction>();
  private readonly byFn = new Map<FunctionAddress, PlacedFunction>();
  /** Functions whose interrupt line is up and not yet seen by the guest. */
  private readonly raised = new Set<FunctionAddress>();

  constructor(parts: PlatformParts) {
    this.parts = parts;
    this.memory = parts.memory;
    this.partitionMemory = parts.partitionMemory;
    this.firmware = parts.firmware;
  }

  functions(): readonly PlacedFunction[] {
    return [...this.byId.values()];
  }

  find(id: string): PlacedFunction | undefined {
    return this.byId.get(id);
  }

  /** Functions that share the PHB, and with it the windows. */
  onSamePhb(placed: PlacedFunction): readonly PlacedFunction[] {
    return this.functions().filter((other) => other.phb.buid === placed.phb.buid);
  }

  /** The PHB and its functions appear: functions first, so that whoever reads the trace knows whose windows these are. */
  addPhb({ phb, functions }: PhbPlan): readonly PlacedFunction[] {
    const descriptions = functions.map(({ config, fn }): FunctionDescription => {
      const { id, slotClass, device } = config;
      return { id, fn, slotClass, device, buid: phb.buid, defaultLiobn: phb.pe.defaultWindow.liobn };
    });
    for (const description of descriptions) this.parts.trace.emit({ kind: 'function-added', description });
    this.firmware.addPhb(phb);
    return functions.flatMap(({ config, entry, fn }, n) => {
      const description = descriptions[n];
      if (description === undefined) return [];
      const device = this.createDevice(phb, fn, entry, this.byId.size);
      if (phb.vio !== undefined) this.firmware.connectVio(phb.vio.unit, device);
      const endpoint = this.firmware.endpoint(phb.buid);
      const placed: PlacedFunction = { config, description, entry, phb, device, endpoint };
      this.byId.set(config.id, placed);
      this.byFn.set(fn, placed);
      return [placed];
    });
  }

  /** The PHB leaves with all below it. */
  removePhb(phb: PhbSpec): void {
    for (const placed of this.functions()) {
      if (placed.phb.buid !== phb.buid) continue;
      placed.device.reset();
      this.byId.delete(placed.config.id);
      this.byFn.delete(placed.description.fn);
      this.parts.trace.emit({ kind: 'function-removed', description: placed.description });
    }
    this.firmware.removePhb(phb.buid);
  }

  /** Partition reset: devices and windows as at power-on, memory zero. */
  reset(): void {
    for (const placed of this.functions()) placed.device.reset();
    // Their alarms went with the scheduler's: a line left up would never be seen again.
    this.raised.clear();
    this.firmware.reset();
    this.memory.clear();
  }

  ports(): GuestPorts {
    const { firmware, memory } = this;
    return {
      hcall: firmware.hcallPort,
      rtas: firmware.rtasPort,
      memory,
      mmio: this.mmio(),
      deviceTree: () => firmware.deviceTree(),
    };
  }

  /** What a kernel does to devices before it hands over to the next (device_shutdown): they stop, windows stay. */
  quietDevices(): void {
    for (const placed of this.functions()) placed.device.reset();
  }

  /** A slot reset: the PE's functions are as at power-on. */
  resetFunctions(buid: U64): void {
    for (const { phb, device } of this.byId.values()) if (phb.buid === buid) device.reset();
  }

  /** Loads from a function that is not there, or cut off, give all ones, stores go nowhere, as on the bus. */
  private mmio(): MmioPort {
    const reached = (fn: FunctionAddress): DeviceModel | undefined => {
      const placed = this.byFn.get(fn);
      return placed === undefined || placed.endpoint.mmioStopped ? undefined : placed.device;
    };
    return {
      read32: (fn, offset) => reached(fn)?.read32(offset) ?? -1,
      write32: (fn, offset, value) => reached(fn)?.write32(offset, value),
    };
  }

  private createDevice(phb: PhbSpec, fn: FunctionAddress, entry: DeviceEntry, number: number): DeviceModel {
    const { firmware, scheduler, interrupt, seed } = this.parts;
    const endpoint = firmware.endpoint(phb.buid);
    return entry.create({
      bus: firmware.dmaBus(phb.buid, fn),
      ...(entry.bypassesIommu === true ? { realMemory: realMemoryBus(this.memory) } : {}),
      scheduler,
      seed: (seed + number) >>> 0,
      raiseInterrupt: () => {
        // A line that is up already does not rise again; the guest sees it after the piece at work is done.
        // It is a message, a DMA write: from a stopped PE it goes nowhere.
        if (this.raised.has(fn) || endpoint.frozen) return;
        this.raised.add(fn);
        scheduler.after(0, () => {
          this.raised.delete(fn);
          interrupt(fn);
        });
      },
    });
  }
}

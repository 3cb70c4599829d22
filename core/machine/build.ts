// From a configuration to the objects of a machine: memory, firmware by its profile, devices, and the guest kernel.

import type { FunctionAddress } from '../abi/ports.ts';
import { invariant } from '../base/invariant.ts';
import { Firmware } from '../firmware/firmware.ts';
import { findProfile } from '../firmware/profiles/index.ts';
import type { PlatformProfile } from '../firmware/profiles/profile.ts';
import type { MemoryLayout } from '../firmware/tree/layout.ts';
import { LinuxGuest } from '../guest/linux/guest.ts';
import { kernelById } from '../guest/linux/kernels/index.ts';
import { GuestMemory } from '../memory/guest-memory.ts';
import type { VirtualClock } from '../time/clock.ts';
import type { Scheduler } from '../time/scheduler.ts';
import type { TraceSink } from '../trace/sink.ts';
import type { FunctionConfig, MachineConfig } from './config.ts';
import { phbPlans, placesBeside, placesOf } from './placement.ts';
import type { KernelStart } from './life.ts';
import { PartitionMemory } from './partition-memory.ts';
import { Platform } from './platform.ts';
import type { PhbPlan } from './platform.ts';
import { vioPlans } from './vio.ts';

/** The profile of a valid configuration. */
export function profileOf(config: MachineConfig): PlatformProfile {
  const profile = findProfile(config.profile);
  invariant(profile !== undefined, `no profile ${config.profile}`);
  return profile;
}

/** All PHBs of a valid configuration with their functions. */
export function plansOf(config: MachineConfig): readonly PhbPlan[] {
  const profile = profileOf(config);
  const places = placesOf(config, profile);
  invariant(places.ok, 'the configuration was not checked');
  return [...phbPlans(config, profile, places.value), ...vioPlans(config, profile)];
}

/** The PHBs that functions added to a standing platform come with; `config` has them already. */
export function plansBeside(
  fns: readonly FunctionConfig[],
  config: MachineConfig,
  platform: Platform,
): readonly PhbPlan[] {
  const present = platform.functions().map(({ phb }) => phb);
  const profile = profileOf(config);
  const places = placesBeside(fns, profile, config, present);
  const indices = new Set(places.map(({ index }) => index));
  const phbs = (config.phbs ?? []).filter((phb) => indices.has(phb.index));
  return phbPlans(config, profile, places, phbs);
}

/** Whether the tree says that memory can be added; a configuration may say so itself (a recorded QEMU without maxmem). */
export function hasDynamicMemory(config: MachineConfig): boolean {
  return config.hasDynamicMemory ?? true;
}

function layoutOf(config: MachineConfig): MemoryLayout {
  return {
    ramBytes: config.memoryBytes,
    maxBytes: config.maxMemoryBytes,
    lmbBytes: config.lmbBytes,
    hasDynamicMemory: hasDynamicMemory(config),
    added: [],
    nvdimms: config.nvdimms ?? 0,
  };
}

export interface Surroundings {
  readonly clock: VirtualClock;
  readonly scheduler: Scheduler;
  readonly trace: TraceSink;
  readonly interrupt: (fn: FunctionAddress) => void;
}

/** A platform at power-on: PHBs and functions there, nothing booted. */
export function buildPlatform(config: MachineConfig, around: Surroundings): Platform {
  const { clock, scheduler, trace, interrupt } = around;
  const memory = new GuestMemory(config.memoryBytes);
  const profile = profileOf(config);
  // Firmware resets functions, and the platform that has them is built on the firmware.
  const built: { platform?: Platform } = {};
  const layout = layoutOf(config);
  const firmware = new Firmware({
    profile,
    memory,
    layout,
    clock,
    trace,
    limits: config.limits,
    resetFunctions: (buid) => built.platform?.resetFunctions(buid),
  });
  const partitionMemory = new PartitionMemory({
    memory,
    layout,
    tell: (changed) => firmware.setLayout(changed),
    byDimm: profile.tree.memory.value === 'memory-nodes',
  });
  const { seed } = config;
  const platform = new Platform({ memory, partitionMemory, firmware, scheduler, trace, seed, interrupt });
  built.platform = platform;
  for (const plan of plansOf(config)) platform.addPhb(plan);
  return platform;
}

/** A kernel that has not begun to boot. */
export function buildGuest(
  config: MachineConfig,
  { ports, options }: KernelStart,
  scheduler: Scheduler,
  trace: TraceSink,
): LinuxGuest {
  const kernel = kernelById(config.kernel);
  invariant(kernel !== undefined, `no kernel ${config.kernel}`);
  const { pageBytes, cpus, bootArgs, iommuDebugMessages, seed } = config;
  return new LinuxGuest({
    ports,
    trace,
    scheduler,
    kernel,
    pageBytes,
    cpus,
    bootArgs,
    iommuDebugMessages,
    seed,
    mmu: profileOf(config).make.mmu.value,
    ...options,
  });
}

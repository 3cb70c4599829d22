// `vf add`: the configuration with more functions. On QEMU they go to the PHBs that are there; a running guest gets PHBs with them.

import { invariant } from '../base/invariant.ts';
import type { PlatformProfile, SlotClass } from '../firmware/profiles/profile.ts';
import type { FunctionConfig, MachineConfig, QemuPhbConfig } from './config.ts';
import { plainPhb } from './placement.ts';

/** PCI slots 1 to 31 of a PHB's bus. */
const SLOTS_OF_A_BUS = 31;

/** The kind of slot that functions are added to: the named one, else a VF where the platform has them. */
export function growingSlotClass(profile: PlatformProfile, named?: string): SlotClass {
  const { slotClasses } = profile;
  const slotClass =
    slotClasses.find((row) => row.id === named) ?? slotClasses.find((row) => row.isVf) ?? slotClasses[0];
  invariant(slotClass !== undefined, `${profile.id} has no slot class`);
  return slotClass;
}

export interface Growth {
  readonly count: number;
  readonly device: string;
  /** Another slot class than the usual one. */
  readonly slotClass?: string | undefined;
  /** Each function comes with a PHB of its own where PHBs are configured: only PHBs can be added to a running QEMU guest. */
  readonly hotplug?: boolean;
}

/** `vf0`, `vf1`, … on VF slots, else `nvme0`, …: the lowest numbers that are free. */
export function withMoreFunctions(
  config: MachineConfig,
  profile: PlatformProfile,
  growth: Growth,
): MachineConfig {
  const { count, device, hotplug = false } = growth;
  const slotClass = growingSlotClass(profile, growth.slotClass);
  const stem = slotClass.isVf ? 'vf' : device;
  const ids = new Set(config.functions.map((fn) => fn.id));
  let grown = config;
  for (let added = 0, number = 0; added < count; number++) {
    const id = `${stem}${number}`;
    if (ids.has(id)) continue;
    added++;
    grown = withFunction(grown, { id, device, slotClass: slotClass.id }, slotClass, hotplug);
  }
  return grown;
}

function withFunction(
  config: MachineConfig,
  fn: FunctionConfig,
  slotClass: SlotClass,
  hotplug: boolean,
): MachineConfig {
  const { functions, phbs = [] } = config;
  if (slotClass.phbs === 'own') return { ...config, functions: [...functions, fn] };
  const onPhb = (index: number): number =>
    functions.filter((other) => (other.phb ?? phbs[0]?.index) === index).length;
  const roomy = hotplug ? undefined : phbs.find(({ index }) => onPhb(index) < SLOTS_OF_A_BUS);
  if (roomy !== undefined) return { ...config, functions: [...functions, { ...fn, phb: roomy.index }] };
  const phb = plainPhb(slotClass, freeIndex(phbs));
  return { ...config, functions: [...functions, { ...fn, phb: phb.index, slot: 1 }], phbs: [...phbs, phb] };
}

/** The configuration without a function; `phbIndex`: the PHB that leaves with it. */
export function withoutFunction(config: MachineConfig, id: string, phbIndex?: number): MachineConfig {
  const functions = config.functions.filter((fn) => fn.id !== id);
  if (config.phbs === undefined) return { ...config, functions };
  return { ...config, functions, phbs: config.phbs.filter((phb) => phb.index !== phbIndex) };
}

function freeIndex(phbs: readonly QemuPhbConfig[]): number {
  const taken = new Set(phbs.map((phb) => phb.index));
  let index = 0;
  while (taken.has(index)) index++;
  return index;
}

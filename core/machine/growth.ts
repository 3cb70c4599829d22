// `vf add`: the configuration with more functions. On QEMU each comes with a PHB of its own, as PHB hotplug has it.

import { invariant } from '../base/invariant.ts';
import type { PlatformProfile, SlotClass } from '../firmware/profiles/profile.ts';
import type { FunctionConfig, MachineConfig, QemuPhbConfig } from './config.ts';
import { plainPhb } from './placement.ts';

/** The kind of slot that functions are added to: the named one, else a VF where the platform has them. */
export function growingSlotClass(profile: PlatformProfile, named?: string): SlotClass {
  const { slotClasses } = profile;
  const slotClass =
    slotClasses.find((row) => row.id === named) ?? slotClasses.find((row) => row.isVf) ?? slotClasses[0];
  invariant(slotClass !== undefined, `${profile.id} has no slot class`);
  return slotClass;
}

/** `vf0`, `vf1`, … on VF slots, else `nvme0`, …: the lowest numbers that are free. */
export function withMoreFunctions(
  config: MachineConfig,
  profile: PlatformProfile,
  count: number,
  device: string,
  slotName?: string,
): MachineConfig {
  const slotClass = growingSlotClass(profile, slotName);
  const stem = slotClass.isVf ? 'vf' : device;
  const ids = new Set(config.functions.map((fn) => fn.id));
  const functions: FunctionConfig[] = [...config.functions];
  const phbs: QemuPhbConfig[] = [...(config.phbs ?? [])];
  for (let added = 0, number = 0; added < count; number++) {
    const id = `${stem}${number}`;
    if (ids.has(id)) continue;
    added++;
    if (slotClass.phbs === 'own') {
      functions.push({ id, device, slotClass: slotClass.id });
      continue;
    }
    const index = freeIndex(phbs);
    phbs.push(plainPhb(slotClass, index));
    functions.push({ id, device, slotClass: slotClass.id, phb: index, slot: 1 });
  }
  return slotClass.phbs === 'own' ? { ...config, functions } : { ...config, functions, phbs };
}

/** The configuration without a function; on QEMU its PHB goes with it (removal takes the PHB). */
export function withoutFunction(
  config: MachineConfig,
  id: string,
  phbIndex: number | undefined,
): MachineConfig {
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

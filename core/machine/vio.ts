// Virtual devices of a configuration: their unit addresses, their windows, and what cannot be done to them.

import { invariant } from '../base/invariant.ts';
import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { u64 } from '../base/u64.ts';
import { vioCatalogue } from '../device/vio.ts';
import type { PlatformProfile } from '../firmware/profiles/profile.ts';
import type { PhbSpec } from '../firmware/types.ts';
import type { Command } from './commands.ts';
import type { MachineConfig, VioConfig } from './config.ts';
import type { MachineView } from './machine-view.ts';
import { usesConfiguredPhbs } from './placement.ts';
import type { PhbPlan } from './platform.ts';

/** SPAPR_VIO_REG_BASE of QEMU; console and NVRAM have the first two units. */
const FIRST_UNIT = 0x7100_0002;
const PAGE_SHIFT = 12;

export const VIO_SLOT = 'vio';
/** Commands that only a function in a PCI slot can be given. */
const FOR_PCI: readonly string[] = ['vf-remove', 'pci-remove', 'pe-freeze'];

/** Each virtual device as a slot of its own. */
export function vioPlans(config: MachineConfig, profile: PlatformProfile): readonly PhbPlan[] {
  return (config.vio ?? []).map((vio, n) => vioPlan(vio, FIRST_UNIT + n, profile.vio.windowBytes.value));
}

function vioPlan({ id, device }: VioConfig, unit: number, windowBytes: number): PhbPlan {
  const entry = vioCatalogue.get(device);
  invariant(entry !== undefined, `${id} was not checked`);
  const config = { id, device, slotClass: VIO_SLOT };
  // dev_name() of a VIO device is its unit address.
  const fn = unit.toString(16);
  return { phb: vioSlot(entry.nodeName, unit, windowBytes), functions: [{ config, entry, fn }] };
}

function vioSlot(nodeName: string, unit: number, windowBytes: number): PhbSpec {
  return {
    buid: u64(unit),
    domain: 0,
    index: 0,
    slotClass: VIO_SLOT,
    functions: [],
    vf: false,
    vio: { nodeName, unit },
    pe: {
      ddw: false,
      maxWindows: 1,
      defaultWindow: { liobn: unit, start: u64(0n), sizeBytes: windowBytes, pageShift: PAGE_SHIFT },
      ddwLiobn: 0,
      ddwStart: u64(0n),
      pageShifts: [PAGE_SHIFT],
      queryPageMask: 0,
      blockTces: windowBytes / 2 ** PAGE_SHIFT,
      blockEnforced: false,
      minTces: 0,
      migrationMask: 0,
    },
  };
}

/** Errors: `vio`. */
export function checkVioConfig(config: MachineConfig, profile: PlatformProfile): Result<true> {
  const { vio = [], functions } = config;
  if (vio.length > 0 && !usesConfiguredPhbs(profile)) {
    return fail(
      'vio',
      `virtual devices are modelled as QEMU has them, not for ${profile.id}`,
      'leave out vio',
    );
  }
  const ids = new Set(functions.map(({ id }) => id));
  for (const { id, device } of vio) {
    if (ids.has(id)) return fail('vio', `two devices are called ${id}`, 'give each its own id');
    ids.add(id);
    if (vioCatalogue.has(device)) continue;
    const known = [...vioCatalogue.keys()].join(', ');
    return fail('vio', `${id}: there is no virtual device "${device}"`, `choose one of: ${known}`);
  }
  return ok(true);
}

/** What is done to PCI functions and their slots cannot be done to a virtual device. Errors: `is-virtual`. */
export function checkVirtual({ platform }: MachineView, command: Command): Result<true> {
  if (!('id' in command) || command.id === undefined || !FOR_PCI.includes(command.do)) return ok(true);
  if (platform.find(command.id)?.phb.vio === undefined) return ok(true);
  return fail(
    'is-virtual',
    `${command.id} is a virtual device: it is in no PCI slot and in no PE`,
    'change the configuration while off',
  );
}

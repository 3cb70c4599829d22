// The platforms. A new one: its data file, a line here.

import type { Graded } from '../../base/graded.ts';
import { powervmP10 } from './powervm-p10.ts';
import { powervmP11 } from './powervm-p11.ts';
import { powervmP8 } from './powervm-p8.ts';
import { powervmP9 } from './powervm-p9.ts';
import type { PlatformProfile, SlotClass } from './profile.ts';
import { qemuPseries } from './qemu-pseries.ts';

export const PROFILES: readonly PlatformProfile[] = [
  qemuPseries,
  powervmP8,
  powervmP9,
  powervmP10,
  powervmP11,
];

export function findProfile(id: string): PlatformProfile | undefined {
  return PROFILES.find((profile) => profile.id === id);
}

export function findSlotClass(profile: PlatformProfile, id: string): SlotClass | undefined {
  return profile.slotClasses.find((slotClass) => slotClass.id === id);
}

/** A graded value under its path: `slotClasses.sriov-vf.blockTces`. */
export interface ProfileValue {
  readonly path: string;
  readonly graded: Graded<unknown>;
}

/** All values of a profile, in the order in which it is written. */
export function profileValues(profile: PlatformProfile): readonly ProfileValue[] {
  const {
    make,
    tce,
    ddw,
    rtas,
    tokens,
    dma,
    eeh,
    costs,
    vio,
    tree,
    system = {},
    footnotes = {},
    slotClasses,
  } = profile;
  return [
    ...Object.entries({
      make,
      tce,
      ddw,
      rtas,
      tokens,
      dma,
      eeh,
      costs,
      vio,
      tree,
      system,
      footnotes,
    }).flatMap(([group, values]) => valuesOf(group, values)),
    ...slotClasses.flatMap((slotClass) => valuesOf(`slotClasses.${slotClass.id}`, slotClass.values)),
  ];
}

function valuesOf(group: string, values: object): readonly ProfileValue[] {
  const entries = Object.entries(values as Readonly<Record<string, Graded<unknown>>>);
  return entries.map(([name, graded]) => ({ path: `${group}.${name}`, graded }));
}

// Where functions go: from configuration and profile to PHBs, numbers and window rules. On PowerVM each function has a PHB of its own,
// numbered by the rules of its slot class; on QEMU the configuration names PHBs, and a PHB may carry several functions.

import { invariant } from '../base/invariant.ts';
import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { strings } from '../devtree/build.ts';
import { deviceCatalogue } from '../device/index.ts';
import type { DeviceEntry } from '../device/index.ts';
import { findSlotClass } from '../firmware/profiles/index.ts';
import { placeOfDomain, phbNames, phbSpec, plainQemuOptions } from '../firmware/phb-spec.ts';
import type { PhbRequest } from '../firmware/phb-spec.ts';
import type { PlatformProfile, SlotClass } from '../firmware/profiles/profile.ts';
import type { PhbSpec } from '../firmware/types.ts';
import type { FunctionConfig, MachineConfig, QemuPhbConfig } from './config.ts';
import type { PhbPlan } from './platform.ts';

/** Everything that one function's place is made of. */
export interface Place {
  readonly config: FunctionConfig;
  readonly entry: DeviceEntry;
  readonly slotClass: SlotClass;
  /** PHB index (QEMU), or the number of the function in its slot class (PowerVM). */
  readonly index: number;
  /** SR-IOV adapter of a VF, when it is not the first. */
  readonly adapter?: number;
  /** PCI device number on the PHB's bus. */
  readonly slot: number;
}

/** True when the configuration names its PHBs (QEMU). */
export function usesConfiguredPhbs(profile: PlatformProfile): boolean {
  return profile.slotClasses.some((slotClass) => slotClass.phbs === 'configured');
}

/** A place for each function of the configuration, in its order. Errors: `functions`. */
export function placesOf(config: MachineConfig, profile: PlatformProfile): Result<readonly Place[]> {
  const taken = new Set<string>();
  const places: Place[] = [];
  for (const fn of config.functions) {
    const place = placeOf(fn, profile, config, taken);
    if (!place.ok) return place;
    taken.add(keyOf(place.value));
    places.push(place.value);
  }
  return ok(places);
}

/** Where functions go beside PHBs that are there already. */
export function placesBeside(
  fns: readonly FunctionConfig[],
  profile: PlatformProfile,
  config: MachineConfig,
  present: readonly PhbSpec[],
): readonly Place[] {
  const taken = new Set(
    present.flatMap(({ slotClass: id, index, adapter = 1, functions }) => {
      const slotClass = findSlotClass(profile, id);
      return slotClass === undefined
        ? []
        : functions.map(({ slot }) => keyOf({ slotClass, index, adapter, slot }));
    }),
  );
  return fns.map((fn) => {
    const place = placeOf(fn, profile, config, taken);
    invariant(place.ok, `${fn.id} has no place`);
    taken.add(keyOf(place.value));
    return place.value;
  });
}

const keyOf = ({
  slotClass,
  index,
  adapter = 1,
  slot,
}: Pick<Place, 'slotClass' | 'index' | 'adapter' | 'slot'>): string =>
  `${slotClass.numberedAs ?? slotClass.id} ${adapter} ${index} ${slot}`;

function placeOf(
  fn: FunctionConfig,
  profile: PlatformProfile,
  config: MachineConfig,
  taken: ReadonlySet<string>,
): Result<Place> {
  const slotClass = findSlotClass(profile, fn.slotClass);
  const entry = deviceCatalogue.get(fn.device);
  invariant(slotClass !== undefined && entry !== undefined, `${fn.id} was not checked`);
  if (slotClass.phbs === 'own') {
    if (fn.phb !== undefined || fn.slot !== undefined) {
      return fail(
        'functions',
        `${fn.id}: ${profile.id} gives each function a PHB of its own`,
        'leave out phb and slot',
      );
    }
    return ownPlace(fn, entry, slotClass, taken);
  }
  if (fn.domain !== undefined || fn.bus !== undefined) {
    return fail(
      'functions',
      `${fn.id}: ${profile.id} numbers domains and buses by its PHBs`,
      'use phb and slot',
    );
  }
  const index = fn.phb ?? config.phbs?.[0]?.index ?? 0;
  const slot = fn.slot ?? freeSlot(slotClass, index, config, taken);
  if (slot === undefined) return fail('functions', `PHB ${index} has no free slot for ${fn.id}`, 'add a PHB');
  if (taken.has(keyOf({ slotClass, index, slot }))) {
    return fail('functions', `${fn.id}: slot ${slot} of PHB ${index} is taken`, 'choose another slot');
  }
  return ok({ config: fn, entry, slotClass, index, slot });
}

/** A PHB of its own: the one whose domain is asked for, else one that is free. */
function ownPlace(
  fn: FunctionConfig,
  entry: DeviceEntry,
  slotClass: SlotClass,
  taken: ReadonlySet<string>,
): Result<Place> {
  const { id, domain } = fn;
  const common = { config: fn, entry, slotClass, slot: 0 };
  if (domain === undefined) return ok({ ...common, index: freeNumber(id, slotClass, taken) });
  const place = placeOfDomain(slotClass, domain);
  const text = domain.toString(16).padStart(4, '0');
  if (place === undefined)
    return fail(
      'functions',
      `${id}: no slot of the kind "${slotClass.id}" has the domain ${text}`,
      'choose another',
    );
  const { index, adapter } = place;
  if (taken.has(keyOf({ slotClass, index, adapter, slot: 0 })))
    return fail('functions', `${id}: the domain ${text} is taken`, 'choose another');
  return ok(adapter === 1 ? { ...common, index } : { ...common, index, adapter });
}

function freeNumber(id: string, slotClass: SlotClass, taken: ReadonlySet<string>): number {
  const isFree = (index: number): boolean => !taken.has(keyOf({ slotClass, index, slot: 0 }));
  const named = Number(/(\d{1,4})$/.exec(id)?.[1] ?? -1);
  if (named >= 0 && isFree(named)) return named;
  let index = 0;
  while (!isFree(index)) index++;
  return index;
}

/** Slots that others ask for by number are left to them. */
function freeSlot(
  slotClass: SlotClass,
  index: number,
  config: MachineConfig,
  taken: ReadonlySet<string>,
): number | undefined {
  const asked = new Set(
    config.functions.filter((fn) => (fn.phb ?? config.phbs?.[0]?.index) === index).map((fn) => fn.slot),
  );
  for (let slot = 1; slot < 32; slot++) {
    if (!asked.has(slot) && !taken.has(keyOf({ slotClass, index, slot }))) return slot;
  }
  return undefined;
}

/** PHBs with their functions, in the order in which the platform shows them; `phbs`: those of the configuration that are meant. */
export function phbPlans(
  config: MachineConfig,
  profile: PlatformProfile,
  places: readonly Place[],
  phbs = config.phbs ?? [],
): readonly PhbPlan[] {
  if (usesConfiguredPhbs(profile)) return phbs.map((phb) => qemuPhb(phb, config, profile, places));
  const installedMemoryBytes = installedMemory(config, profile);
  return places.map((place) => phbPlan(place.slotClass, place, [place], { installedMemoryBytes }));
}

/** Memory of the managed system: what the configuration says, else the profile's, but never less than the partition has. */
export function installedMemory(config: MachineConfig, profile: PlatformProfile): number | undefined {
  const usual = profile.system?.installedMemoryBytes.value;
  return (
    config.installedMemoryBytes ?? (usual === undefined ? undefined : Math.max(usual, config.memoryBytes))
  );
}

function qemuPhb(
  qemu: QemuPhbConfig,
  config: MachineConfig,
  profile: PlatformProfile,
  places: readonly Place[],
): PhbPlan {
  const slotClass = profile.slotClasses[0];
  invariant(slotClass !== undefined, `${profile.id} has no slot class`);
  const limits = config.limits === undefined ? {} : { limits: config.limits };
  const here = places.filter((place) => place.index === qemu.index);
  return phbPlan(slotClass, qemu, here, { qemu, ...limits });
}

function phbPlan(
  slotClass: SlotClass,
  { index, adapter }: Pick<Place, 'index' | 'adapter'>,
  places: readonly Place[],
  options: Pick<PhbRequest, 'qemu' | 'limits' | 'installedMemoryBytes'> = {},
): PhbPlan {
  const where = adapter === undefined ? { index } : { index, adapter };
  const names = phbNames(slotClass, { ...where, bus: places[0]?.config.bus });
  const functions = places.map(({ config, entry, slot }) => ({
    config,
    entry,
    slot,
    fn: names.functionAddress(slot),
  }));
  const specs = functions.map(({ config, entry, slot, fn }) => ({
    fn,
    bus: names.bus,
    slot,
    vendor: entry.vendor,
    deviceId: entry.deviceId,
    classCode: entry.classCode,
    nodeName: config.nodeName ?? entry.nodeName,
    ...(config.locCode === undefined ? {} : { properties: locCodeProperty(config.locCode) }),
  }));
  return { phb: phbSpec({ slotClass, ...where, functions: specs, ...options }), functions };
}

const locCodeProperty = (code: string): ReadonlyMap<string, Uint8Array> =>
  new Map([['ibm,loc-code', strings(code)]]);

/** A PHB as QEMU makes it when nothing is said about it. */
export function plainPhb(slotClass: SlotClass, index: number): QemuPhbConfig {
  return { index, ...plainQemuOptions(slotClass) };
}

// The same LPAR under another kernel or on another platform: what must change does, with a sentence; all else stays.

import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { findProfile, findSlotClass, PROFILES } from '../firmware/profiles/index.ts';
import type { PlatformProfile } from '../firmware/profiles/profile.ts';
import { kernelById, kernelByRelease, KERNELS } from '../guest/linux/kernels/index.ts';
import type { FunctionConfig, MachineConfig } from './config.ts';
import { growingSlotClass } from './growth.ts';
import { plainPhb, usesConfiguredPhbs } from './placement.ts';

export interface VariantConfig {
  /** Not yet checked: a kernel may not come with this configuration's pages. */
  readonly config: MachineConfig;
  /** Sentences: what is not as it was. */
  readonly notes: readonly string[];
}

/** The build that a person means: its id, or a release such as `6.12`. Errors: `unknown-kernel`. */
export function kernelNamed(name: string): Result<string> {
  const kernel = kernelById(name) ?? kernelByRelease(name);
  if (kernel !== undefined) return ok(kernel.id);
  const ids = KERNELS.map(({ id }) => id).join(', ');
  return fail('unknown-kernel', `there is no kernel "${name}"`, `choose from: ${ids}`);
}

/** Errors: `unknown-profile`. */
export function profileNamed(name: string): Result<string> {
  if (findProfile(name) !== undefined) return ok(name);
  const ids = PROFILES.map(({ id }) => id).join(', ');
  return fail('unknown-profile', `there is no platform "${name}"`, `choose from: ${ids}`);
}

/** `base` with another kernel, on another platform. Functions keep their names, so that commands still find them. Errors: `unknown-profile`. */
export function variantOf(base: MachineConfig, kernel: string, profileName: string): Result<VariantConfig> {
  const profile = findProfile(profileName);
  if (profile === undefined) return fail('unknown-profile', `there is no platform "${profileName}"`);
  const moved =
    findProfile(base.profile) === profile ? { config: base, notes: [] } : onPlatform(base, profile);
  return ok({ config: { ...moved.config, kernel }, notes: moved.notes });
}

function onPlatform(base: MachineConfig, profile: PlatformProfile): VariantConfig {
  const { phbs, limits, hasDynamicMemory: _dynamic, system, ...common } = base;
  // The managed system goes along to another HMC.
  const kept = system === undefined || usesConfiguredPhbs(profile) ? {} : { system };
  const moved = base.functions.map((fn, n) => functionOn(fn, n, profile, phbs === undefined));
  const config = { ...common, ...kept, profile: profile.id, functions: moved };
  const notes = [
    ...slotNotes(base.functions, moved),
    ...(system !== undefined && usesConfiguredPhbs(profile)
      ? ['there is no HMC: partitions and adapters are left out, logical ports became functions']
      : []),
    ...(limits === undefined ? [] : ['the limits of the instrumented firmware are left out']),
  ];
  if (!usesConfiguredPhbs(profile)) return { config, notes };
  const slotClass = growingSlotClass(profile);
  const indices = [...new Set(moved.map((fn) => fn.phb ?? 0))];
  const own = (indices.length === 0 ? [0] : indices).map((index) => plainPhb(slotClass, index));
  return { config: { ...config, phbs: phbs ?? own }, notes };
}

/** A slot of the same kind where the platform has it; a PHB to itself where it had one. */
function functionOn(
  { phb, slot, ...fn }: FunctionConfig,
  index: number,
  profile: PlatformProfile,
  ownPhb: boolean,
): FunctionConfig {
  const slotClass = findSlotClass(profile, fn.slotClass) ?? growingSlotClass(profile);
  const placed = { ...fn, slotClass: slotClass.id };
  if (slotClass.phbs === 'own') return placed;
  return { ...onConfiguredPhb(placed), ...phbOf({ phb, slot, index, ownPhb }) };
}

/** QEMU numbers domains and buses by its PHBs, and has no slots with location codes. */
function onConfiguredPhb({
  domain: _domain,
  bus: _bus,
  locCode: _code,
  ...fn
}: FunctionConfig): FunctionConfig {
  return fn;
}

function phbOf(where: {
  readonly phb: number | undefined;
  readonly slot: number | undefined;
  readonly index: number;
  readonly ownPhb: boolean;
}): Pick<FunctionConfig, 'phb' | 'slot'> {
  const { phb, slot, index, ownPhb } = where;
  if (ownPhb) return { phb: index, slot: 1 };
  return { ...(phb === undefined ? {} : { phb }), ...(slot === undefined ? {} : { slot }) };
}

function slotNotes(before: readonly FunctionConfig[], after: readonly FunctionConfig[]): readonly string[] {
  const changes = before.flatMap(({ slotClass }, n) => {
    const now = after[n]?.slotClass ?? slotClass;
    return now === slotClass ? [] : [`slots of the kind ${slotClass} became ${now}`];
  });
  return [...new Set(changes)];
}

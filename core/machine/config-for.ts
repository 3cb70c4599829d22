// A configuration for a platform, from another one: what the platform needs is added, what it does not know is left out.

import { fail } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { findProfile, PROFILES } from '../firmware/profiles/index.ts';
import { kernelById } from '../guest/linux/kernels/index.ts';
import type { MachineConfig } from './config.ts';
import { growingSlotClass, withMoreFunctions } from './growth.ts';
import { plainPhb, usesConfiguredPhbs } from './placement.ts';
import { validateConfig } from './validate.ts';

/**
 * `base` on the platform `profileId` with `fields` changed and `count` functions added. Functions of another platform do not come along.
 * Errors: those of a configuration.
 */
export function configFor(
  base: MachineConfig,
  profileId: string,
  fields: Partial<MachineConfig>,
  count = 0,
  device = 'nic',
): Result<MachineConfig> {
  const profile = findProfile(profileId);
  if (profile === undefined) {
    const ids = PROFILES.map((row) => row.id).join(', ');
    return fail('unknown-profile', `there is no platform "${profileId}"`, `choose one of: ${ids}`);
  }
  const { phbs, limits, hasDynamicMemory, system, ...common } = base;
  const same = findProfile(base.profile) === profile;
  const kept = same
    ? { ...common, ...optional({ phbs, limits, hasDynamicMemory, system }) }
    : { ...common, functions: [] };
  const own =
    usesConfiguredPhbs(profile) && (!same || phbs === undefined)
      ? { phbs: [plainPhb(growingSlotClass(profile), 0)] }
      : {};
  const config = { ...kept, ...own, ...fields, profile: profileId };
  const fitted = { ...config, pageBytes: fields.pageBytes ?? fittingPage(config) };
  // Checked before functions are added: a function needs a device that is there.
  const checked = validateConfig(fitted);
  if (!checked.ok || count === 0) return checked;
  return validateConfig(withMoreFunctions(fitted, profile, { count, device }));
}

/** The base page of `config` where its kernel comes with it, else the kernel's first. */
function fittingPage({ kernel, pageBytes }: MachineConfig): number {
  const sizes = kernelById(kernel)?.pageBytes.value ?? [];
  return sizes.includes(pageBytes) ? pageBytes : (sizes[0] ?? pageBytes);
}

type Optional = Partial<Pick<MachineConfig, 'phbs' | 'limits' | 'hasDynamicMemory' | 'system'>>;

/** Leaves out what is undefined: an absent field and an undefined one are not the same in a file. */
function optional(fields: { readonly [K in keyof Optional]: Optional[K] | undefined }): Optional {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Optional;
}

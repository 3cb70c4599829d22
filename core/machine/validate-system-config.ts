// Does the managed system of a configuration go with its functions? Each VF of the guest with a location is a logical port of its, each
// dedicated function with one a slot of its, and the other way round.

import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { placeOfDomain } from '../firmware/phb-spec.ts';
import type { PlatformProfile } from '../firmware/profiles/profile.ts';
import { portId } from '../system/lookup.ts';
import { DEFAULT_ADAPTER } from '../system/standard-system.ts';
import { validateSystem } from '../system/validate-system.ts';
import type { FunctionConfig, MachineConfig } from './config.ts';
import { guestPorts, managedSystem } from './managed-system.ts';
import type { ManagedSystem } from './managed-system.ts';

type Check = Result<true>;
const fine: Check = ok(true);

/** Errors: `system`, `functions`. */
export function checkSystemConfig(config: MachineConfig, profile: PlatformProfile): Check {
  const managed = managedSystem(config, profile);
  if (!managed.ok) {
    return config.system === undefined
      ? fine
      : fail('system', `${profile.id} has no managed system`, 'leave out system');
  }
  if (config.system !== undefined) {
    const valid = validateSystem(config.system, managed.value.vf);
    if (!valid.ok) return valid;
  }
  return checkFunctions(config, managed.value);
}

const keyOf = ({ slotClass, domain = 0 }: Pick<FunctionConfig, 'slotClass' | 'domain'>): string =>
  `${slotClass} ${domain}`;

function checkFunctions({ functions }: MachineConfig, managed: ManagedSystem): Check {
  const { system, vf } = managed;
  const owned = new Map<string, string>([
    ...guestPorts(managed).map(
      ({ domain }) => [keyOf({ slotClass: vf.id, domain }), `logical port ${portId(domain)}`] as const,
    ),
    ...system.slots
      .filter(({ owner }) => owner === system.guest)
      .map(({ bus, name }) => [keyOf({ slotClass: 'dedicated', domain: bus }), `slot ${name}`] as const),
  ]);
  const located = new Set(functions.filter(({ locCode }) => locCode !== undefined).map(keyOf));
  for (const fn of functions) {
    if (fn.locCode !== undefined && !owned.has(keyOf(fn))) {
      const hint = 'leave out locCode, or give the guest the logical port';
      return fail(
        'functions',
        `${fn.id} has a location, but the guest has no logical port or slot there`,
        hint,
      );
    }
    if (fn.locCode !== undefined || fn.slotClass !== vf.id || fn.domain === undefined) continue;
    const place = placeOfDomain(vf, fn.domain);
    if (place !== undefined && place.adapter !== DEFAULT_ADAPTER) {
      const what = `the domain ${fn.domain.toString(16).padStart(4, '0')} is that of logical port ${portId(fn.domain)}`;
      return fail(
        'functions',
        `${fn.id}: ${what}, which the guest has not`,
        'choose another, or add the logical port',
      );
    }
  }
  const missing = [...owned].find(([key]) => !located.has(key));
  return missing === undefined
    ? fine
    : fail(
        'system',
        `the guest has ${missing[1]}, but no function for it`,
        'add the function, or leave out the port',
      );
}

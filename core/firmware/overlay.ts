// The rules that a firmware runs by: its profile's, with a recording's limits over them (oracle README, section 4).

import { ungraded } from '../base/graded.ts';
import { u64 } from '../base/u64.ts';
import type { FirmwareLimits } from './limits.ts';
import type { PlatformProfile } from './profiles/profile.ts';
import type { DdwRules, TceRules } from './profiles/rules.ts';

/** LoPAR's limit of one H_STUFF_TCE. */
const STRICT_STUFF_LIMIT = 512;

export function tceRules(profile: PlatformProfile, limits: FirmwareLimits | undefined): TceRules {
  const rules = ungraded(profile.tce);
  if (limits?.strict !== true) return rules;
  return { ...rules, partitionBounds: true, allOrNothing: true, stuffLimit: STRICT_STUFF_LIMIT };
}

export function ddwRules(profile: PlatformProfile, limits: FirmwareLimits | undefined): DdwRules {
  const rules = ungraded(profile.ddw);
  if (limits === undefined) return rules;
  return {
    ...rules,
    createFullStatus: -3,
    slotOrder: [1, 0],
    firstWindowAtDefaultStart: false,
    slotKeepsDefaultFlag: false,
    secondWindowShift: 58,
    defaultLessensBlock: !limits.blockSharedWithDefault,
    fiveOutputBlock: 0,
    limitedStart: limits.limited ? u64(BigInt(limits.ddwStartLimitedMode ?? limits.ddwStart)) : undefined,
  };
}

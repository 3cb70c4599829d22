// Which machines a comparison has: every named kernel on every named platform.

import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { MachineConfig } from '../machine/config.ts';
import { kernelNamed, profileNamed } from '../machine/variant.ts';

export interface CompareNames {
  /** Ids or releases; absent: the configuration's own. */
  readonly kernels?: readonly string[];
  readonly profiles?: readonly string[];
}

export interface Side {
  readonly label: string;
  readonly kernel: string;
  readonly profile: string;
}

/** Each is a whole machine. */
export const MAX_COMPARED = 8;

/** Errors: `unknown-kernel`, `unknown-profile`, `named-twice`, `nothing-to-compare`, `too-many`. */
export function sidesOf(
  config: MachineConfig,
  { kernels = [config.kernel], profiles = [config.profile] }: CompareNames,
): Result<readonly Side[]> {
  const kernelIds = resolved(kernels, kernelNamed);
  if (!kernelIds.ok) return kernelIds;
  const profileIds = resolved(profiles, profileNamed);
  if (!profileIds.ok) return profileIds;
  const sides = profileIds.value.flatMap((profile) =>
    kernelIds.value.map((kernel) => ({
      kernel,
      profile,
      label: labelOf(kernel, profile, kernelIds.value, profileIds.value),
    })),
  );
  if (sides.length < 2)
    return fail(
      'nothing-to-compare',
      'a comparison needs two or more kernels or platforms',
      'name another one',
    );
  if (sides.length > MAX_COMPARED)
    return fail(
      'too-many',
      `${sides.length} machines are more than the ${MAX_COMPARED} that are compared at once`,
      'name fewer',
    );
  return ok(sides);
}

function labelOf(
  kernel: string,
  profile: string,
  kernels: readonly string[],
  profiles: readonly string[],
): string {
  if (profiles.length === 1) return kernel;
  return kernels.length === 1 ? profile : `${kernel} on ${profile}`;
}

/** The ids that are meant. Errors: a name that is none, and two names for the same. */
function resolved(
  names: readonly string[],
  resolve: (name: string) => Result<string>,
): Result<readonly string[]> {
  const meant = new Map<string, string>();
  for (const name of names) {
    const id = resolve(name);
    if (!id.ok) return id;
    const other = meant.get(id.value);
    if (other !== undefined) {
      const what =
        other === name
          ? `"${name}" is named twice`
          : `"${other}" and "${name}" are the same build here: ${id.value}`;
      return fail('named-twice', what, 'name each once');
    }
    meant.set(id.value, name);
  }
  return ok([...meant.keys()]);
}

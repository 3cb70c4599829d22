// `ddw-lab vfio matrix`: which VFIO programs can have huge pages, by kernel, platform and page size, worked out by running them.

import { fail, KERNEL_IDS, ok, parseSize, PROFILE_IDS, VfioMatrixRun } from '../../core/index.ts';
import type { Result, VfioMatrixOptions } from '../../core/index.ts';
import { parseOptions } from './options.ts';
import type { Output } from './output.ts';
import { EXIT_OK } from './usage.ts';
import { vfioMatrixLines } from './vfio-lines.ts';

const OPTIONS = {
  json: { type: 'boolean' },
  kernel: { type: 'string', multiple: true },
  profile: { type: 'string', multiple: true },
  memory: { type: 'string' },
  'driver-first': { type: 'boolean' },
} as const;

/** Most memory that a program of the matrix may map: its partition has 64 GiB. */
const MOST_BYTES = 32 * 2 ** 30;

export function vfioVerb(args: readonly string[], output: Output): Promise<Result<number>> {
  return Promise.resolve(vfio(args, output));
}

function vfio(args: readonly string[], output: Output): Result<number> {
  const parsed = parseOptions(args, OPTIONS);
  if (!parsed.ok) return parsed;
  const { values, positionals } = parsed.value;
  if (positionals.length !== 1 || positionals[0] !== 'matrix')
    return fail('bad-arguments', 'vfio takes one word, what to work out', 'type: ddw-lab vfio matrix');
  const kernels = known('kernel', values.kernel, KERNEL_IDS);
  if (!kernels.ok) return kernels;
  const profiles = known('profile', values.profile, PROFILE_IDS);
  if (!profiles.ok) return profiles;
  const bytes = memoryOf(values.memory);
  if (!bytes.ok) return bytes;
  const options: VfioMatrixOptions = {
    ...(kernels.value === undefined ? {} : { kernels: kernels.value }),
    ...(profiles.value === undefined ? {} : { profiles: profiles.value }),
    bytes: bytes.value,
    driverFirst: values['driver-first'] === true,
  };
  const matrix = new VfioMatrixRun(options).all();
  output.out(
    values.json === true ? `${JSON.stringify(matrix, null, 2)}\n` : `${vfioMatrixLines(matrix).join('\n')}\n`,
  );
  return ok(EXIT_OK);
}

function known(
  what: string,
  given: readonly string[] | undefined,
  ids: readonly string[],
): Result<readonly string[] | undefined> {
  const strange = given?.find((id) => !ids.includes(id));
  if (strange === undefined) return ok(given);
  return fail('bad-arguments', `there is no ${what} "${strange}"`, `choose one of: ${ids.join(', ')}`);
}

function memoryOf(text: string | undefined): Result<number> {
  if (text === undefined) return ok(2 ** 30);
  const bytes = parseSize(text);
  if (bytes !== undefined && bytes >= 65_536 && bytes <= MOST_BYTES) return ok(bytes);
  return fail('bad-arguments', `"${text}" is no amount of memory for a program here`, 'give 64K to 32G');
}

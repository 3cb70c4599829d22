// Is this configuration a machine? Shapes first, then what platform and kernel allow: the first mistake, in a sentence.

import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { sizeText } from '../base/quantities.ts';
import { deviceCatalogue } from '../device/index.ts';
import { findProfile, PROFILES } from '../firmware/profiles/index.ts';
import type { PlatformProfile } from '../firmware/profiles/profile.ts';
import { CRASHKERNEL } from '../guest/linux/crash-area.ts';
import { KERNELS, kernelById } from '../guest/linux/kernels/index.ts';
import type { FunctionConfig, MachineConfig } from './config.ts';
import { placesOf, usesConfiguredPhbs } from './placement.ts';
import { checkShape } from './shape.ts';
import { configShape } from './shapes.ts';
import { checkVioConfig } from './vio.ts';

/** Kernel arguments that the guest model knows. */
export const BOOT_ARGS = ['disable_ddw', 'multitce=off', 'iommu=novmerge', 'iommu=vmerge'];

type Check = Result<true>;
const fine: Check = ok(true);

/**
 * A valid configuration from anything. Errors: `bad-value`, `unknown-field`, `unknown-profile`, `unknown-kernel`, `page-size`, `memory`,
 * `boot-args`, `functions`, `phbs`, `vio`.
 */
export function validateConfig(value: unknown): Result<MachineConfig> {
  const shaped = checkShape(configShape, value, 'config');
  if (!shaped.ok) return shaped;
  const config = shaped.value;
  const profile = findProfile(config.profile);
  if (profile === undefined) {
    return fail(
      'unknown-profile',
      `there is no platform "${config.profile}"`,
      choices(PROFILES.map((row) => row.id)),
    );
  }
  const checks = [checkKernel, checkMemory, checkBootArgs, checkPhbs, checkVioConfig];
  for (const check of checks) {
    const result = check(config, profile);
    if (!result.ok) return result;
  }
  const functions = checkFunctions(config, profile);
  return functions.ok ? ok(config) : functions;
}

const choices = (names: readonly string[]): string => `choose one of: ${names.join(', ')}`;

function checkKernel(config: MachineConfig): Check {
  const kernel = kernelById(config.kernel);
  if (kernel === undefined) {
    return fail(
      'unknown-kernel',
      `there is no kernel "${config.kernel}"`,
      choices(KERNELS.map((row) => row.id)),
    );
  }
  const sizes = kernel.pageBytes.value;
  if (sizes.includes(config.pageBytes)) return fine;
  return fail(
    'page-size',
    `kernel ${kernel.id} does not come with pages of ${sizeText(config.pageBytes)}`,
    choices(sizes.map(sizeText)),
  );
}

function checkMemory(config: MachineConfig): Check {
  const { minMemoryBytes, memoryBytes, maxMemoryBytes, lmbBytes } = config;
  if ((lmbBytes & (lmbBytes - 1)) !== 0)
    return fail('memory', `a memory block of ${lmbBytes} bytes is no power of two`, 'choose 256M');
  const amounts = [
    ['minimum memory', minMemoryBytes],
    ['memory', memoryBytes],
    ['maximum memory', maxMemoryBytes],
  ] as const;
  for (const [what, bytes] of amounts) {
    if (bytes % lmbBytes === 0) continue;
    const hint = `choose a multiple, such as ${sizeText(Math.max(1, Math.round(bytes / lmbBytes)) * lmbBytes)}`;
    return fail(
      'memory',
      `the ${what} of ${sizeText(bytes)} is no multiple of the memory block of ${sizeText(lmbBytes)}`,
      hint,
    );
  }
  if (minMemoryBytes > memoryBytes) {
    return fail(
      'memory',
      `the memory of ${sizeText(memoryBytes)} is below the minimum of ${sizeText(minMemoryBytes)}`,
      'lower the minimum or raise the memory',
    );
  }
  if (memoryBytes > maxMemoryBytes) {
    return fail(
      'memory',
      `the memory of ${sizeText(memoryBytes)} is above the maximum of ${sizeText(maxMemoryBytes)}`,
      'raise the maximum or lower the memory',
    );
  }
  const { installedMemoryBytes: installed } = config;
  if (installed !== undefined && memoryBytes > installed) {
    return fail(
      'memory',
      `the memory of ${sizeText(memoryBytes)} is above the ${sizeText(installed)} installed in the managed system`,
      'raise installed-memory or lower the memory',
    );
  }
  return fine;
}

function checkBootArgs(config: MachineConfig): Check {
  const unknown = config.bootArgs.find(
    (argument) => !BOOT_ARGS.includes(argument) && !CRASHKERNEL.test(argument),
  );
  if (unknown === undefined) return fine;
  return fail(
    'boot-args',
    `the guest model does not know the kernel argument "${unknown}"`,
    choices([...BOOT_ARGS, 'crashkernel=768M']),
  );
}

function checkPhbs(config: MachineConfig, profile: PlatformProfile): Check {
  if (!usesConfiguredPhbs(profile)) {
    if (config.phbs === undefined && config.limits === undefined) return fine;
    return fail('phbs', `${profile.id} makes its PHBs from the functions`, 'leave out phbs and limits');
  }
  const { phbs } = config;
  if (phbs === undefined) {
    return fail('phbs', `${profile.id} needs to be told its PHBs`, 'add phbs to the configuration');
  }
  const indices = new Set(phbs.map((phb) => phb.index));
  if (indices.size < phbs.length) return fail('phbs', 'two PHBs have the same index', 'give each its own');
  return fine;
}

function checkFunctions(config: MachineConfig, profile: PlatformProfile): Check {
  const ids = new Set<string>();
  for (const fn of config.functions) {
    if (ids.has(fn.id)) return fail('functions', `two functions are called ${fn.id}`, 'give each its own id');
    ids.add(fn.id);
    const one = checkFunction(fn, config, profile);
    if (!one.ok) return one;
  }
  const places = placesOf(config, profile);
  return places.ok ? fine : places;
}

function checkFunction(fn: FunctionConfig, config: MachineConfig, profile: PlatformProfile): Check {
  if (!deviceCatalogue.has(fn.device)) {
    return fail(
      'functions',
      `${fn.id}: there is no device "${fn.device}"`,
      choices([...deviceCatalogue.keys()]),
    );
  }
  const classes = profile.slotClasses.map((row) => row.id);
  if (!classes.includes(fn.slotClass)) {
    return fail(
      'functions',
      `${fn.id}: ${profile.id} has no slot of the kind "${fn.slotClass}"`,
      choices(classes),
    );
  }
  const indices = (config.phbs ?? []).map((phb) => phb.index);
  if (fn.phb !== undefined && !indices.includes(fn.phb)) {
    return fail('functions', `${fn.id}: there is no PHB ${fn.phb}`, choices(indices.map(String)));
  }
  return fine;
}

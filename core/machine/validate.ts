// Is this configuration a machine? Shapes first, then what platform and kernel allow: the first mistake, in a sentence.

import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { sizeText } from '../base/quantities.ts';
import { deviceCatalogue } from '../device/index.ts';
import { findProfile, PROFILES } from '../firmware/profiles/index.ts';
import type { PlatformProfile } from '../firmware/profiles/profile.ts';
import { CRASHKERNEL } from '../guest/linux/crash-area.ts';
import { HUGE_PAGE_ARGUMENT } from '../guest/linux/process/huge-pages.ts';
import { KERNELS, kernelById } from '../guest/linux/kernels/index.ts';
import type { FunctionConfig, MachineConfig } from './config.ts';
import { placesOf, usesConfiguredPhbs } from './placement.ts';
import { checkShape } from './shape.ts';
import { configShape } from './shapes.ts';
import { checkSystemConfig } from './validate-system-config.ts';
import { checkVioConfig } from './vio.ts';

/** Kernel arguments that the guest model knows. */
/** Boot arguments that mean something to DMA, beside crashkernel=. */
export const BOOT_ARGS = ['disable_ddw', 'multitce=off', 'iommu=novmerge', 'iommu=vmerge'];

/** Whether the model knows the argument. */
export const isBootArg = (argument: string): boolean =>
  BOOT_ARGS.includes(argument) || CRASHKERNEL.test(argument) || HUGE_PAGE_ARGUMENT.test(argument);

type Check = Result<true>;
const fine: Check = ok(true);

/**
 * A valid configuration from anything. Errors: `bad-value`, `unknown-field`, `unknown-profile`, `unknown-kernel`, `page-size`, `memory`,
 * `boot-args`, `functions`, `phbs`, `vio`, `system`.
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
  const failed = configChecks(config, profile).find(({ result }) => !result.ok);
  if (failed !== undefined && !failed.result.ok) return failed.result;
  const functions = checkFunctions(config, profile);
  if (!functions.ok) return functions;
  const system = checkSystemConfig(config, profile);
  return system.ok ? ok(config) : system;
}

/** Each check of the fields that a form has, with the field that it is about; the functions' own are not among them. */
export function configChecks(
  config: MachineConfig,
  profile: PlatformProfile,
): readonly { readonly field: string; readonly result: Check }[] {
  return [
    ...checkKernel(config),
    ...checkMemory(config),
    { field: 'bootArgs', result: checkBootArgs(config) },
    { field: 'phbs', result: checkPhbs(config, profile) },
    { field: 'vio', result: checkVioConfig(config, profile) },
  ];
}

type FieldCheck = ReturnType<typeof configChecks>[number];

const choices = (names: readonly string[]): string => `choose one of: ${names.join(', ')}`;

function checkKernel(config: MachineConfig): readonly FieldCheck[] {
  const kernel = kernelById(config.kernel);
  if (kernel === undefined) {
    const message = `there is no kernel "${config.kernel}"`;
    return [
      { field: 'kernel', result: fail('unknown-kernel', message, choices(KERNELS.map((row) => row.id))) },
    ];
  }
  const sizes = kernel.pageBytes.value;
  if (sizes.includes(config.pageBytes)) return [];
  const message = `kernel ${kernel.id} does not come with pages of ${sizeText(config.pageBytes)}`;
  return [{ field: 'pageBytes', result: fail('page-size', message, choices(sizes.map(sizeText))) }];
}

const AMOUNTS = [
  ['minimum memory', 'minMemoryBytes'],
  ['memory', 'memoryBytes'],
  ['maximum memory', 'maxMemoryBytes'],
] as const;

function checkMemory(config: MachineConfig): readonly FieldCheck[] {
  const { lmbBytes } = config;
  if ((lmbBytes & (lmbBytes - 1)) !== 0) {
    const result = fail('memory', `a memory block of ${lmbBytes} bytes is no power of two`, 'choose 256M');
    return [{ field: 'lmbBytes', result }];
  }
  return [
    ...AMOUNTS.map(([what, field]) => ({ field, result: checkBlocks(what, config[field], lmbBytes) })),
    { field: 'memoryBytes', result: checkBetween(config) },
    { field: 'memoryBytes', result: checkInstalled(config) },
  ];
}

function checkBlocks(what: string, bytes: number, lmbBytes: number): Check {
  if (bytes % lmbBytes === 0) return fine;
  return fail(
    'memory',
    `the ${what} of ${sizeText(bytes)} is no multiple of the memory block of ${sizeText(lmbBytes)}`,
    `choose a multiple, such as ${sizeText(Math.max(1, Math.round(bytes / lmbBytes)) * lmbBytes)}`,
  );
}

function checkBetween({ minMemoryBytes, memoryBytes, maxMemoryBytes }: MachineConfig): Check {
  if (minMemoryBytes > memoryBytes) {
    return fail(
      'memory',
      `the memory of ${sizeText(memoryBytes)} is below the minimum of ${sizeText(minMemoryBytes)}`,
      'lower the minimum or raise the memory',
    );
  }
  if (memoryBytes <= maxMemoryBytes) return fine;
  return fail(
    'memory',
    `the memory of ${sizeText(memoryBytes)} is above the maximum of ${sizeText(maxMemoryBytes)}`,
    'raise the maximum or lower the memory',
  );
}

function checkInstalled({ memoryBytes, installedMemoryBytes: installed }: MachineConfig): Check {
  if (installed === undefined || memoryBytes <= installed) return fine;
  return fail(
    'memory',
    `the memory of ${sizeText(memoryBytes)} is above the ${sizeText(installed)} installed in the managed system`,
    'raise installed-memory or lower the memory',
  );
}

function checkBootArgs(config: MachineConfig): Check {
  const unknown = config.bootArgs.find((argument) => !isBootArg(argument));
  if (unknown === undefined) return fine;
  return fail(
    'boot-args',
    `the guest model does not know the kernel argument "${unknown}"`,
    choices([...BOOT_ARGS, 'crashkernel=768M', 'hugepagesz=2M', 'hugepages=512']),
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

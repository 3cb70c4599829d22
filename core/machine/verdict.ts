// What a configuration would lead to, before anything is booted: the guest's own decision, played against what the platform
// would answer. One verdict for each slot class and device that the configuration uses.

import { ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { PlatformProfile } from '../firmware/profiles/profile.ts';
import { ddwRules } from '../firmware/overlay.ts';
import type { PhbSpec } from '../firmware/types.ts';
import { driverFor } from '../guest/linux/drivers/index.ts';
import { kernelById } from '../guest/linux/kernels/index.ts';
import type { KernelBuild } from '../guest/linux/kernels/kernel-build.ts';
import { predictDdw } from '../guest/linux/predict.ts';
import type { DdwPrediction } from '../guest/linux/predict.ts';
import { hasDynamicMemory, plansOf, profileOf } from './build.ts';
import type { MachineConfig } from './config.ts';
import { withMoreFunctions } from './growth.ts';
import type { PhbPlan } from './platform.ts';
import type { Verdict } from './queries.ts';
import { validateConfig } from './validate.ts';

/** The device that a verdict is about when the configuration has none yet. */
const LIKELY_DEVICE = 'nvme';

/** Errors: those of a configuration. */
export function verdicts(config: MachineConfig): Result<readonly Verdict[]> {
  const checked = validateConfig(config);
  if (!checked.ok) return checked;
  const profile = profileOf(config);
  const kernel = kernelById(config.kernel);
  if (kernel === undefined) return ok([]);
  // Without a function there is nothing to ask about: take the one that would be added first.
  const asked =
    config.functions.length > 0
      ? config
      : withMoreFunctions(config, profile, { count: 1, device: LIKELY_DEVICE });
  const found = new Map<string, Verdict>();
  for (const plan of plansOf(asked)) {
    for (const fn of plan.functions) {
      const { slotClass, device } = fn.config;
      const key = `${slotClass} ${device} ${fn.config.dmaMaskBits ?? ''}`;
      if (driverFor(device) !== undefined && !found.has(key)) {
        found.set(key, verdictOf(asked, profile, kernel, plan, fn));
      }
    }
  }
  return ok([...found.values()]);
}

function verdictOf(
  config: MachineConfig,
  profile: PlatformProfile,
  kernel: KernelBuild,
  { phb }: PhbPlan,
  fn: PhbPlan['functions'][number],
): Verdict {
  const maskBits = fn.config.dmaMaskBits ?? fn.entry.dmaMaskBits;
  const { mode, summary, steps, kernelFunction } = predictDdw(
    predictionFor(config, profile, kernel, phb, maskBits),
  );
  return { slotClass: fn.config.slotClass, device: fn.config.device, mode, summary, steps, kernelFunction };
}

/** What the firmware would answer a guest that asks, and what the guest would know. */
export function predictionFor(
  config: MachineConfig,
  profile: PlatformProfile,
  kernel: KernelBuild,
  { pe }: Pick<PhbSpec, 'pe'>,
  dmaMaskBits: number,
): DdwPrediction {
  const rules = ddwRules(profile, config.limits);
  const inDefault = pe.defaultWindow.sizeBytes / 2 ** pe.defaultWindow.pageShift;
  return {
    kernel,
    bootArgs: config.bootArgs,
    dmaMaskBits,
    ddwApplicable: pe.ddw,
    canReset: profile.tokens['ibm,reset-pe-dma-window'] !== undefined,
    limitedOffered: rules.limitedStart !== undefined,
    windowsAvailable: Math.max(0, pe.maxWindows - 1),
    blockTces: pe.blockTces - (rules.defaultLessensBlock ? inDefault : 0),
    blockTcesAfterRemoval: pe.blockTces,
    pageSizeMask: pe.queryPageMask,
    blockEnforced: pe.blockEnforced,
    minTces: pe.minTces,
    memoryBytes: config.memoryBytes,
    maxMemoryBytes: config.maxMemoryBytes,
    hasDynamicMemory: hasDynamicMemory(config),
    hasPmem: (config.nvdimms ?? 0) > 0,
    defaultWindowAtZero: pe.defaultWindow.start === 0n,
  };
}

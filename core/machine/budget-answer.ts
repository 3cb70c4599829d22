// The budget of TCEs as it stands, and what would come of other numbers before anything is created.

import { orderBase2 } from '../base/bits.ts';
import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { sizeText } from '../base/quantities.ts';
import { deviceCatalogue } from '../device/index.ts';
import { queryMaskOf } from '../firmware/phb-spec.ts';
import type { PlatformProfile } from '../firmware/profiles/profile.ts';
import type { PeRules } from '../firmware/types.ts';
import { driverFor } from '../guest/linux/drivers/index.ts';
import { kernelById } from '../guest/linux/kernels/index.ts';
import type { KernelBuild } from '../guest/linux/kernels/kernel-build.ts';
import { predictDdw } from '../guest/linux/predict.ts';
import { BUDGET_RULES, defaultTces, indirectCalls, preallocatedTces, tableBytes } from '../system/budget.ts';
import { plansOf, profileOf } from './build.ts';
import { budgetRows, systemMemory } from './budget-rows.ts';
import type { TablesInUse } from './budget-rows.ts';
import type { FunctionConfig, MachineConfig } from './config.ts';
import { kernelNamed } from './variant.ts';
import type { MachineView } from './machine-view.ts';
import { managedSystem } from './managed-system.ts';
import type { ManagedSystem } from './managed-system.ts';
import type { PhbPlan } from './platform.ts';
import type { BudgetAnswer, WhatIf, WhatIfAnswer, WhatIfGroup } from './system-queries.ts';
import { validateConfig } from './validate.ts';
import { valueText } from './value-text.ts';
import { predictionFor } from './verdict.ts';

/** Errors: `no-managed-system`. */
export function budgetAnswer(machine: MachineView): Result<BudgetAnswer> {
  const { config } = machine;
  const profile = profileOf(config);
  const managed = managedSystem(config, profile);
  if (!managed.ok) return managed;
  const { system } = managed.value;
  const rows = budgetRows(config, profile, system, tablesInUse(machine));
  const sum = (of: (row: BudgetAnswer['rows'][number]) => number): number =>
    rows.reduce((total, row) => total + of(row), 0);
  return ok({
    rows,
    total: {
      pes: sum(({ pes }) => pes),
      tces: sum(({ tces }) => tces),
      bytes: sum(({ bytes }) => bytes),
      usedTces: sum(({ usedTces }) => usedTces ?? 0),
      wasteBytes: sum(({ wasteBytes }) => wasteBytes ?? 0),
    },
    memory: systemMemory(config, profile, system, rows),
    parameters: Object.entries(BUDGET_RULES).map(([name, { value, grade, source }]) => ({
      name,
      value: valueText(value),
      grade,
      source,
    })),
  });
}

function tablesInUse({ platform }: MachineView): TablesInUse {
  const classes = new Map(platform.functions().map(({ phb }) => [phb.buid, phb.slotClass]));
  const found = new Map<string, { windowTces: number; usedTces: number }>();
  for (const { buid, entries, usedTces } of platform.firmware.windows()) {
    const slotClass = classes.get(buid);
    if (slotClass === undefined) continue;
    const sum = found.get(slotClass) ?? { windowTces: 0, usedTces: 0 };
    found.set(slotClass, { windowTces: sum.windowTces + entries, usedTces: sum.usedTces + usedTces });
  }
  return found;
}

/** Errors: `no-managed-system`, `no-such-device`, `unknown-kernel`, and those of a configuration. */
export function whatIfAnswer(config: MachineConfig, what: WhatIf): Result<WhatIfAnswer> {
  const profile = profileOf(config);
  const managed = managedSystem(config, profile);
  if (!managed.ok) return managed;
  const supposed = supposedConfig(config, managed.value, what);
  if (!supposed.ok) return supposed;
  const kernel = kernelById(supposed.value.kernel);
  if (kernel === undefined) return fail('unknown-kernel', `there is no kernel "${supposed.value.kernel}"`);
  const rules = rulesFor(what);
  const count = counterOf(config, managed.value, what);
  const groups = groupsOf(supposed.value, profile, kernel, managed.value, count, rules);
  return ok({ ...moneyOf(supposed.value, profile, managed.value, what, groups, rules), groups });
}

/** One function of each kind: how many there are of it does not change what becomes of it. */
function supposedConfig(config: MachineConfig, { vf }: ManagedSystem, what: WhatIf): Result<MachineConfig> {
  const device = what.device ?? config.functions.find((fn) => fn.slotClass === vf.id)?.device ?? 'nic';
  if (!deviceCatalogue.has(device)) {
    const hint = `choose one of: ${[...deviceCatalogue.keys()].join(', ')}`;
    return fail('no-such-device', `there is no device "${device}"`, hint);
  }
  const named = what.kernel === undefined ? ok(config.kernel) : kernelNamed(what.kernel);
  if (!named.ok) return named;
  const { memoryBytes = config.memoryBytes, maxMemoryBytes = config.maxMemoryBytes } = what;
  const { system: _system, installedMemoryBytes, ...rest } = config;
  const installed = what.installedMemoryBytes ?? installedMemoryBytes;
  const others = config.functions.filter((fn) => fn.slotClass !== vf.id);
  return validateConfig({
    ...rest,
    kernel: named.value,
    memoryBytes,
    minMemoryBytes: Math.min(config.minMemoryBytes, memoryBytes),
    maxMemoryBytes: Math.max(maxMemoryBytes, memoryBytes),
    ...(installed === undefined ? {} : { installedMemoryBytes: Math.max(installed, memoryBytes) }),
    ...(what.nvdimms === undefined ? {} : { nvdimms: what.nvdimms }),
    functions: [...representatives(others), { id: 'vf0', device, slotClass: vf.id }],
  });
}

const kindOf = ({ slotClass, device, dmaMaskBits }: FunctionConfig): string =>
  `${slotClass} ${device} ${dmaMaskBits ?? ''}`;

function representatives(functions: readonly FunctionConfig[]): readonly FunctionConfig[] {
  const kinds = new Map(functions.map((fn) => [kindOf(fn), fn]));
  return [...kinds.values()].map(({ locCode: _code, ...fn }) => fn);
}

/** VFs as supposed; others as many as the machine has. */
function counterOf(
  { functions }: MachineConfig,
  { vf }: ManagedSystem,
  { vfs }: WhatIf,
): (fn: FunctionConfig) => number {
  return (fn) =>
    fn.slotClass === vf.id ? vfs : functions.filter((other) => kindOf(other) === kindOf(fn)).length;
}

type Change = (pe: PeRules, isVf: boolean) => PeRules;

/** The platform's rules with what the learner changed; only VFs are asked about. */
function rulesFor({ blockTces, largestPageShift = Infinity }: WhatIf): Change {
  return (pe, isVf) => {
    if (!isVf) return pe;
    const pageShifts = pe.pageShifts.filter((shift) => shift <= largestPageShift);
    const queryPageMask = pe.queryPageMask & queryMaskOf(pageShifts);
    return { ...pe, pageShifts, queryPageMask, blockTces: blockTces ?? pe.blockTces };
  };
}

function groupsOf(
  config: MachineConfig,
  profile: PlatformProfile,
  kernel: KernelBuild,
  { vf }: ManagedSystem,
  countOf: (fn: FunctionConfig) => number,
  change: Change,
): readonly WhatIfGroup[] {
  return plansOf(config).flatMap((plan) =>
    plan.functions
      .filter(({ config: fn }) => driverFor(fn.device) !== undefined)
      .map((fn) => {
        const pe = change(plan.phb.pe, fn.config.slotClass === vf.id);
        const count = countOf(fn.config);
        return groupOf(config, profile, kernel, { ...plan, phb: { ...plan.phb, pe } }, fn, count);
      })
      .filter(({ count }) => count > 0),
  );
}

function groupOf(
  config: MachineConfig,
  profile: PlatformProfile,
  kernel: KernelBuild,
  { phb }: PhbPlan,
  fn: PhbPlan['functions'][number],
  count: number,
): WhatIfGroup {
  const maskBits = fn.config.dmaMaskBits ?? fn.entry.dmaMaskBits;
  const verdict = predictDdw(predictionFor(config, profile, kernel, phb, maskBits));
  const { mode, summary, steps, window } = verdict;
  const { defaultWindow } = phb.pe;
  const pageShift = window?.pageShift ?? defaultWindow.pageShift;
  const windowTces =
    window === undefined ? defaultTces(phb.pe) : 2 ** (window.windowShift - window.pageShift);
  return {
    slotClass: fn.config.slotClass,
    device: fn.config.device,
    count,
    mode,
    stuckOn4k: mode === 'default' && maskBits > 32,
    pageShift,
    windowTces,
    mappedBytes: windowTces * 2 ** pageShift,
    tableBytes: tableBytes(windowTces),
    blockTces: phb.pe.blockTces,
    summary,
    steps,
  };
}

type Money = Omit<WhatIfAnswer, 'groups'>;

function moneyOf(
  config: MachineConfig,
  profile: PlatformProfile,
  { system, vf }: ManagedSystem,
  what: WhatIf,
  groups: readonly WhatIfGroup[],
  change: Change,
): Money {
  const plan = plansOf(config).find(({ phb }) => phb.slotClass === vf.id);
  const pe = plan === undefined ? undefined : change(plan.phb.pe, true);
  const rows = budgetRows({ ...config, functions: [] }, profile, system, new Map());
  const vfTableBytes = pe === undefined ? 0 : what.vfs * tableBytes(preallocatedTces(pe));
  const memory = systemMemory(config, profile, system, rows);
  const tables = memory.tableBytes + vfTableBytes;
  const freeBytes = memory.freeBytes - vfTableBytes;
  const vfWindows = groups.filter(({ slotClass }) => slotClass === vf.id);
  return {
    needs: pe === undefined ? [] : needsOf(config, pe),
    vfTableBytes,
    vfWindowBytes: vfWindows.reduce((sum, group) => sum + group.count * group.tableBytes, 0),
    memory: { ...memory, tableBytes: tables, freeBytes },
    problems: [
      ...(freeBytes < 0
        ? [
            `The hypervisor would need ${sizeText(tables)} for TCE tables: the managed system is ${sizeText(-freeBytes)} short of memory.`,
          ]
        : []),
      ...groups
        .filter(({ stuckOn4k }) => stuckOn4k)
        .map(({ count, device }) => `${count} of the kind ${device} would stay on their 4K default windows.`),
    ],
  };
}

function needsOf({ maxMemoryBytes }: MachineConfig, pe: PeRules): WhatIfAnswer['needs'] {
  return pe.pageShifts.map((pageShift) => {
    // Linux asks for a window of a power of two.
    const tces = 2 ** Math.max(0, orderBase2(maxMemoryBytes) - pageShift);
    return {
      pageShift,
      tces,
      tableBytes: tableBytes(tces),
      indirectCalls: indirectCalls(tces),
      fitsBlock: tces <= pe.blockTces,
    };
  });
}

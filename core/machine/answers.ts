// Answers to queries: plain data, worked out from the machine's objects when asked. Nothing here changes anything.

import { ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { FirmwareWindow, PhbSpec } from '../firmware/types.ts';
import { PROFILES, profileValues } from '../firmware/profiles/index.ts';
import { kernelAnswers } from '../guest/linux/kernels/index.ts';
import type { DmaMode } from '../trace/events.ts';
import { budgetAnswer, whatIfAnswer } from './budget-answer.ts';
import { checkConfig } from './config-check.ts';
import { faultChoices } from './fault-choices.ts';
import { INSPECT_ANSWERS, noFunction, noWindow } from './inspect-answers.ts';
import type { MachineView } from './machine-view.ts';
import { mayAnswer } from './may.ts';
import { pageSizeReport } from './page-size-table.ts';
import type { PlacedFunction } from './platform.ts';
import type {
  AnswerTo,
  DmesgLine,
  FunctionAnswer,
  FunctionsSummaryAnswer,
  KernelAnswer,
  MachineQuery,
  PlanAnswer,
  ProfileAnswer,
  QueryAnswers,
  StatusAnswer,
  TceAnswer,
  WindowAnswer,
} from './queries.ts';
import { logicalPortsAnswer, systemAnswer } from './system-answers.ts';
import { liveTree } from './tree-answers.ts';
import { valueText } from './value-text.ts';
import { verdicts } from './verdict.ts';
import { meminfoAnswer, vfioAnswer } from './vfio-answers.ts';
import { workloadStatus } from './workloads.ts';
import { u64 } from '../base/u64.ts';
import type { U64 } from '../base/u64.ts';

type Answers = {
  readonly [Ask in MachineQuery['ask']]: (
    machine: MachineView,
    query: Extract<MachineQuery, { ask: Ask }>,
  ) => Result<QueryAnswers[Ask]>;
};

export function answer<Q extends MachineQuery>(machine: MachineView, query: Q): Result<AnswerTo<Q>> {
  const answers = ANSWERS[query.ask] as (machine: MachineView, query: Q) => Result<AnswerTo<Q>>;
  return answers(machine, query);
}

const ANSWERS: Answers = {
  system: systemAnswer,
  'logical-ports': (machine, query) =>
    logicalPortsAnswer(machine, query, (placed) => ({
      state: stateOf(machine, placed),
      mode: machine.guest?.device(placed.description.fn)?.mode ?? 'none',
    })),
  budget: budgetAnswer,
  'what-if': ({ config }, { what }) => whatIfAnswer(config, what),
  'functions-summary': (machine) => ok(functionsSummary(machine)),
  function: (machine, { id }) => {
    const placed = machine.platform.find(id);
    if (placed === undefined) return noFunction(id);
    return ok(functionAnswer(machine, placed, allWindows(machine)));
  },
  status: (machine) => ok(statusOf(machine)),
  config: (machine) => ok(machine.config),
  verdict: (_machine, { config }) => verdicts(config),
  'config-check': (_machine, { config }) => ok(checkConfig(config)),
  may: (machine, { commands }) => ok(commands.map((command) => mayAnswer(machine, command))),
  'page-sizes': () => ok(pageSizeReport()),
  'fault-choices': (machine) => ok(faultChoices(machine)),
  functions: (machine) => {
    const windows = allWindows(machine);
    return ok(machine.platform.functions().map((placed) => functionAnswer(machine, placed, windows)));
  },
  windows: (machine, { id }) => windowsOf(machine, id),
  tces: (machine, { liobn, index, count }) => tcesOf(machine, liobn | 0, index, count),
  ...INSPECT_ANSWERS,
  'tce-overview': (machine, { liobn, cells, from = 0, to = Infinity }) => {
    const overview = machine.platform.firmware.tceOverview(liobn | 0, cells, { from, to });
    return overview === undefined ? noWindow(liobn) : ok({ liobn: liobn | 0, ...overview });
  },
  dmesg: (machine) => ok(dmesgOf(machine)),
  'device-tree': (machine) => ok(liveTree(machine)),
  plans: (machine) => ok(plansOf(machine)),
  profiles: () => ok(profileAnswers()),
  kernels: () => ok(kernelRows()),
  vfio: (machine) => vfioAnswer(machine),
  meminfo: (machine) => meminfoAnswer(machine),
};

function statusOf(machine: MachineView): StatusAnswer {
  const { state, nowNs, trace, hcalls, notes, idle, workloads } = machine;
  return {
    state,
    nowNs,
    events: trace.length,
    hcalls,
    problems: notes.problems,
    busy: !idle,
    workloads: [...workloads.values()].map(workloadStatus),
  };
}

function functionAnswer(machine: MachineView, placed: PlacedFunction, byPhb: WindowsByPhb): FunctionAnswer {
  const { description, phb, config, entry } = placed;
  const device = machine.guest?.device(description.fn);
  const windows = byPhb.get(phb.buid) ?? [];
  return {
    description,
    driver: device?.driver ?? null,
    mode: device?.mode ?? 'none',
    maskBits: device?.dmaMaskBits ?? config.dmaMaskBits ?? entry.dmaMaskBits,
    blockTces: phb.pe.blockTces,
    usedTces: windows.reduce((sum, window) => sum + window.usedTces, 0),
    state: stateOf(machine, placed),
    windows,
  };
}

function stateOf(
  machine: MachineView,
  { description: { fn }, endpoint }: PlacedFunction,
): FunctionAnswer['state'] {
  if (endpoint.frozen) return 'frozen';
  const device = machine.guest?.device(fn);
  if (machine.guest !== undefined && device === undefined) return 'absent';
  if (typeof device?.driver === 'string') return 'bound';
  return machine.notes.failedDrivers.has(fn) ? 'failed' : 'present';
}

function functionsSummary(machine: MachineView): FunctionsSummaryAnswer {
  const byState = { absent: 0, present: 0, bound: 0, failed: 0, frozen: 0 };
  const byMode = { direct: 0, indirect: 0, hybrid: 0, default: 0, none: 0 };
  const functions = machine.platform.functions();
  for (const placed of functions) {
    byState[stateOf(machine, placed)]++;
    byMode[machine.guest?.device(placed.description.fn)?.mode ?? 'none']++;
  }
  const usedTces = machine.platform.firmware.windows().reduce((sum, window) => sum + window.usedTces, 0);
  return { total: functions.length, byState, byMode, usedTces };
}

type WindowsByPhb = ReadonlyMap<U64, readonly WindowAnswer[]>;

function windowsOf(machine: MachineView, id: string | undefined): Result<readonly WindowAnswer[]> {
  if (id === undefined) return ok([...allWindows(machine).values()].flat());
  const placed = machine.platform.find(id);
  if (placed === undefined) return noFunction(id);
  return ok(allWindows(machine).get(placed.phb.buid) ?? []);
}

/** By PHB: windows that are there, and the default one when it was removed. They are named after the PHB's first function. */
function allWindows(machine: MachineView): WindowsByPhb {
  const active = new Map<U64, FirmwareWindow[]>();
  for (const window of machine.platform.firmware.windows()) {
    const others = active.get(window.buid);
    if (others === undefined) active.set(window.buid, [window]);
    else others.push(window);
  }
  const uses = machine.guest?.windowUses() ?? NO_USES;
  const found = new Map<U64, readonly WindowAnswer[]>();
  for (const { phb, config } of machine.platform.functions()) {
    if (!found.has(phb.buid))
      found.set(phb.buid, windowRows(uses, phb, config.id, active.get(phb.buid) ?? []));
  }
  return found;
}

type WindowUses = ReadonlyMap<number, DmaMode>;
const NO_USES: WindowUses = new Map();

function windowRows(
  uses: WindowUses,
  phb: PhbSpec,
  id: string,
  active: readonly FirmwareWindow[],
): readonly WindowAnswer[] {
  const rows = active.map((window) => ({
    ...window,
    id,
    active: true,
    use: uses.get(window.liobn | 0) ?? 'none',
  }));
  if (active.some((window) => window.isDefault)) return rows;
  return [{ ...removedDefault(phb), id, active: false, use: 'none' as const }, ...rows];
}

function removedDefault({ buid, pe: { defaultWindow } }: PhbSpec): FirmwareWindow {
  const { liobn, start, sizeBytes, pageShift } = defaultWindow;
  return {
    buid,
    liobn: liobn | 0,
    start,
    pageShift,
    entries: sizeBytes / 2 ** pageShift,
    isDefault: true,
    usedTces: 0,
  };
}

function tcesOf(
  machine: MachineView,
  liobn: number,
  index: number,
  count: number,
): Result<readonly TceAnswer[]> {
  const { firmware } = machine.platform;
  const window = firmware.windows().find((row) => (row.liobn | 0) === liobn);
  const present = window === undefined ? 0 : Math.max(0, Math.min(count, window.entries - index));
  const tces = firmware.readTces(liobn, index, present);
  if (window === undefined || tces === undefined) return noWindow(liobn);
  const pageBytes = 1n << BigInt(window.pageShift);
  return ok(
    tces.map((tce, n) => ({
      index: index + n,
      ioba: u64(window.start + BigInt(index + n) * pageBytes),
      tce,
    })),
  );
}

function dmesgOf(machine: MachineView): readonly DmesgLine[] {
  return machine.notes.guestLog.flatMap((seq) => {
    const event = machine.trace.event(seq);
    if (event.kind !== 'printk') return [];
    return [{ seq, timeNs: event.timeNs, level: event.level, text: event.text }];
  });
}

function plansOf({ platform, notes }: MachineView): readonly PlanAnswer[] {
  return platform.functions().flatMap(({ config: { id }, description: { fn } }) => {
    const plan = notes.plans.get(fn);
    return plan === undefined ? [] : [{ id, fn, mode: plan.mode, steps: plan.steps }];
  });
}

function kernelRows(): readonly KernelAnswer[] {
  return kernelAnswers().map(({ facts, ...row }) => ({
    ...row,
    values: facts.map(({ name, graded: { value, grade, source } }) => ({
      path: name,
      value: valueText(value),
      grade,
      source,
    })),
  }));
}

function profileAnswers(): readonly ProfileAnswer[] {
  return PROFILES.map((profile) => ({
    id: profile.id,
    title: profile.title,
    story: profile.story,
    slotClasses: profile.slotClasses.map((slotClass) => slotClass.id),
    values: profileValues(profile).map(({ path, graded: { value, grade, source } }) => ({
      path,
      value: valueText(value),
      grade,
      source,
    })),
  }));
}

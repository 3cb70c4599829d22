// The parts of a scenario's report: set-up calls, device tree, log and workload, each compared as the oracle defines "equal".

import type { ConformPart } from './report.ts';
import { notApplicable } from './report.ts';
import type { Call } from './scenario-call.ts';
import { callText, sameCall } from './scenario-call.ts';
import type { Comparison } from './scenario-compare.ts';
import { compareSequences, partOf } from './scenario-compare.ts';
import { compareDmesg, kernelLog } from './scenario-dmesg.ts';
import type { Recording } from './scenario-recording.ts';
import type { Prediction } from './scenario-run.ts';
import { hex } from './scenario-text.ts';
import type { BusName, ClassifiedCall } from './scenario-timeline.ts';
import { compareTree } from './scenario-tree.ts';
import { workPart } from './scenario-work-part.ts';

export function compareAll(
  recording: Recording,
  buses: ReadonlyMap<BusName, readonly ClassifiedCall[]>,
  prediction: Prediction,
): readonly ConformPart[] {
  return [
    ...stepsPart(prediction),
    ...ioctlPart(prediction),
    setUpPart(recording, buses, prediction),
    treePart(recording, prediction),
    dmesgPart(recording, prediction),
    workPart(recording, prediction),
  ];
}

/** Only there when something was not understood: then nothing else can make the scenario OK. */
function stepsPart(prediction: Prediction): readonly ConformPart[] {
  const [first] = prediction.notUnderstood;
  if (first === undefined) return [];
  const firstDifference = {
    at: 'plan',
    expected: first,
    got: 'the model does not have it',
    context: [],
  };
  return [
    { part: 'steps', equal: 0, compared: prediction.notUnderstood.length, status: 'DIFF', firstDifference },
  ];
}

/** Only there when the plan has VFIO steps. */
function ioctlPart({ ioctls }: Prediction): readonly ConformPart[] {
  if (ioctls.length === 0) return [];
  const sides = { expected: ioctls.map((pair) => pair.expected), got: ioctls.map((pair) => pair.got) };
  const at = (i: number): string => `ioctl ${i + 1}`;
  return [partOf('ioctls', [compareSequences(sides, { same: (a, b) => a === b, text: (l) => l, at })])];
}

function setUpPart(
  recording: Recording,
  buses: ReadonlyMap<BusName, readonly ClassifiedCall[]>,
  prediction: Prediction,
): ConformPart {
  if (recording.trace === undefined) return notApplicable('set-up calls', 'the recording has no trace');
  const names = [...new Set([...buses.keys(), ...prediction.setUp.keys()])].sort();
  const comparisons = names.map((bus) => {
    const expected = (buses.get(bus) ?? []).filter((c) => c.as === 'set-up').map((c) => c.call);
    return compareCalls(expected, prediction.setUp.get(bus) ?? [], bus, !recording.endedCleanly);
  });
  return partOf('set-up calls', [...comparisons, ...failedRtas(recording, prediction)]);
}

function compareCalls(
  expected: readonly Call[],
  got: readonly Call[],
  bus: BusName,
  openEnd: boolean,
): Comparison {
  return compareSequences(
    { expected, got },
    { same: sameCall, text: callText, at: (i) => `set-up call ${i + 1} of ${bus}`, openEnd },
  );
}

/** Stock firmware traces no failed RTAS call: what the last kernel's log tells of them is compared instead. */
function failedRtas(recording: Recording, prediction: Prediction): readonly Comparison[] {
  if (recording.plan.machine.limits !== undefined || recording.dmesg === undefined) return [];
  if (kernelLog(recording.dmesg) === undefined) return [];
  const text = (name: string, args: readonly number[], ret: number): string =>
    `${name} ${args.map((a) => hex(a)).join(' ')} ret=${ret}`;
  const expected = recording.loggedRtas.filter((r) => r.ret !== 0).map((r) => text(r.name, r.args, r.ret));
  const got = prediction.failedRtas.flatMap((call) => {
    if (call.kind !== 'rtas' || !/query|create/.test(call.name)) return [];
    return [text(call.name, rtasArgs(call.fields), call.ret)];
  });
  const sides = { expected, got };
  return [
    compareSequences(sides, {
      same: (a, b) => a === b,
      text: (l) => l,
      at: (i) => `failed RTAS call ${i + 1} of the guest's log`,
    }),
  ];
}

function rtasArgs(fields: ReadonlyMap<string, string>): readonly number[] {
  const buid = BigInt(fields.get('buid') ?? '0');
  const args = [Number(fields.get('cfgaddr') ?? '0'), Number(buid >> 32n), Number(buid & 0xffff_ffffn)];
  const shifts = ['page_shift', 'window_shift'].flatMap((name) => {
    const value = fields.get(name);
    return value === undefined ? [] : [Number(value)];
  });
  return [...args, ...shifts];
}

function treePart(recording: Recording, prediction: Prediction): ConformPart {
  if (recording.dumps === undefined || recording.dumps.size === 0)
    return notApplicable('device tree', 'the recording has no dump');
  const comparisons = [...recording.dumps].map(([dump, recorded]): Comparison => {
    const ours = prediction.dumps.get(dump);
    if (ours !== undefined) return compareTree(dump, recorded, ours);
    const first = { at: `dump ${dump}`, expected: 'a dump', got: '(not reached)', context: [] };
    return { equal: 0, compared: recorded.size, first };
  });
  return partOf('device tree', comparisons);
}

function dmesgPart(recording: Recording, prediction: Prediction): ConformPart {
  const log = recording.dmesg === undefined ? undefined : kernelLog(recording.dmesg);
  if (log === undefined) return notApplicable('dmesg', 'no kernel left a log');
  return partOf('dmesg', compareDmesg(log, prediction.log));
}

// A scenario folder held against our machine: the prediction comes from `plan` alone, the recording is only compared against.

import type { LinuxDevice, Result } from '../../../core/index.ts';
import { ok } from '../../../core/index.ts';
import type { ConformPart, ConformReport } from './report.ts';
import { notApplicable } from './report.ts';
import type { Call, TceCall } from './scenario-call.ts';
import { callText, sameCall } from './scenario-call.ts';
import type { Comparison } from './scenario-compare.ts';
import { compareSequences, partOf } from './scenario-compare.ts';
import { compareDmesg, kernelLog } from './scenario-dmesg.ts';
import type { Recording, RecordingFiles } from './scenario-recording.ts';
import { readScenario } from './scenario-recording.ts';
import type { WorkRequest } from './scenario-requests.ts';
import { workRequests } from './scenario-requests.ts';
import type { Prediction } from './scenario-run.ts';
import { runPlan } from './scenario-run.ts';
import type { BusName, ClassifiedCall } from './scenario-timeline.ts';
import { timelines } from './scenario-timeline.ts';
import { compareTree } from './scenario-tree.ts';
import type { WorkPair } from './scenario-work.ts';
import { hex } from './scenario-text.ts';

/** Errors: `bad-recording` when the folder cannot be used. */
export function conformScenario(name: string, files: RecordingFiles): Result<ConformReport> {
  const recording = readScenario(name, files);
  if (!recording.ok) return recording;
  return ok(conformRecording(recording.value));
}

export function conformRecording(recording: Recording): ConformReport {
  const buses =
    recording.trace === undefined ? new Map() : timelines(recording.trace, recording.plan.machine);
  const requests = requestsOf(recording, buses);
  const report = (parts: readonly ConformPart[]): ConformReport => ({
    name: recording.name,
    kind: 'scenario',
    parts,
  });
  let best: readonly ConformPart[] | undefined;
  for (const probeOrder of probeOrders) {
    const prediction = runPlan(recording.plan, {
      requests,
      failedRtasTraced: recording.plan.machine.limits !== undefined,
      probeOrder,
    });
    if (!prediction.ok) return report([unusable(prediction.error.message)]);
    const parts = compare(recording, buses, prediction.value);
    if (best === undefined || differences(parts) < differences(best)) best = parts;
    if (differences(best) === 0) break;
  }
  return report(best ?? []);
}

/**
 * Drivers probe asynchronously, so functions on one PHB race for the mutex of enable_ddw(): either order is a right prediction.
 * All others follow from the plan.
 */
const probeOrders: readonly ((devices: readonly LinuxDevice[]) => readonly LinuxDevice[])[] = [
  (devices) => devices,
  (devices) => [...devices].reverse(),
];

function differences(parts: readonly ConformPart[]): number {
  return parts.reduce((sum, p) => sum + p.compared - p.equal, 0);
}

function unusable(message: string): ConformPart {
  const firstDifference = {
    at: 'plan.machine',
    expected: 'a machine of the model',
    got: message,
    context: [],
  };
  return { part: 'machine', equal: 0, compared: 1, status: 'DIFF', firstDifference };
}

function requestsOf(
  recording: Recording,
  buses: ReadonlyMap<BusName, readonly ClassifiedCall[]>,
): ReadonlyMap<BusName, readonly WorkRequest[]> {
  const { machine } = recording.plan;
  const marks = (recording.trace ?? []).flatMap((l) =>
    l.kind === 'event' && l.event === 'mark' ? [{ seq: l.seq, name: l.name }] : [],
  );
  return new Map(
    [...buses].map(([bus, line]) => {
      const index = Number(/^PHB (\d+)$/.exec(bus)?.[1] ?? -1);
      const phb = machine.phbs.find((p) => p.index === index);
      return [
        bus,
        workRequests(line, {
          multitceOff: machine.bootArgs.includes('multitce=off'),
          cpus: machine.cpus,
          marks,
          defaultWindowBytes: Number(phb?.dmaWinSize ?? 0x1000_0000n),
          pageBytes: machine.pageBytes,
        }),
      ];
    }),
  );
}

function compare(
  recording: Recording,
  buses: ReadonlyMap<BusName, readonly ClassifiedCall[]>,
  prediction: Prediction,
): readonly ConformPart[] {
  return [
    ...stepsPart(prediction),
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
    at: 'plan.epochs',
    expected: first,
    got: 'a step that the model does not carry out',
    context: [],
  };
  return [
    { part: 'steps', equal: 0, compared: prediction.notUnderstood.length, status: 'DIFF', firstDifference },
  ];
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

function workPart(recording: Recording, prediction: Prediction): ConformPart {
  if (recording.trace === undefined) return notApplicable('workload calls', 'the recording has no trace');
  const pairs = [...prediction.work, ...prediction.unreached.map(unreachedPair)];
  if (pairs.length === 0) return notApplicable('workload calls', 'no request goes through a table');
  const equal = pairs.filter(sameWork).length;
  const firstAt = pairs.findIndex((p) => !sameWork(p));
  const first = pairs[firstAt];
  const maps = pairs.filter((p) => p.request.kind === 'map');
  const note = `maps ${maps.filter(sameWork).length}/${maps.length}`;
  return {
    part: 'workload calls',
    equal,
    compared: pairs.length,
    status: first === undefined ? 'OK' : 'DIFF',
    note,
    ...(first === undefined ? {} : { firstDifference: workDifference(pairs, firstAt, first) }),
  };
}

function unreachedPair(request: WorkRequest): WorkPair {
  return { request, bus: '', recorded: request.calls, ours: [] };
}

/** Kind of call, LIOBN, IOBA, page count, permission bits: real addresses are free. */
function workText(call: Call): string {
  if (call.kind === 'rtas') return callText(call);
  const permission = call.op === 'H_STUFF_TCE' ? '' : ` perm=${call.tce & 3n}`;
  return `${call.op} liobn=${hex(call.liobn)} ioba=${hex(call.ioba ?? 0n)} npages=${call.count}${permission}`;
}

function workLine(calls: readonly Call[]): string {
  return calls.length === 0 ? '(nothing)' : calls.map(workText).join('; ');
}

function sameWork(pair: WorkPair): boolean {
  const recorded: readonly TceCall[] = pair.recorded;
  return (
    recorded.length === pair.ours.length &&
    recorded.every((call, i) => {
      const ours = pair.ours[i];
      return ours !== undefined && workText(call) === workText(ours);
    })
  );
}

function workDifference(
  pairs: readonly WorkPair[],
  index: number,
  pair: WorkPair,
): NonNullable<ConformPart['firstDifference']> {
  const before = pairs.slice(Math.max(0, index - 3), index).map((p) => workLine(p.recorded));
  const { request } = pair;
  const what =
    request.kind === 'map'
      ? `map of ${request.elements.map((e) => e.pages).join('+')} pages`
      : `unmap of ${request.pages} pages`;
  const at = `request ${index + 1} (${what}, trace line ${request.seq})`;
  return { at, expected: workLine(pair.recorded), got: workLine(pair.ours), context: before };
}

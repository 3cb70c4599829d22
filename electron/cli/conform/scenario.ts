// A scenario folder held against our machine: the prediction comes from `plan` alone, the recording is only compared against.

import type { LinuxDevice, Result } from '../../../core/index.ts';
import { ok } from '../../../core/index.ts';
import type { ConformPart, ConformReport } from './report.ts';
import { compareAll } from './scenario-parts.ts';
import type { Recording, RecordingFiles } from './scenario-recording.ts';
import { readScenario } from './scenario-recording.ts';
import { orderSearches } from './scenario-order.ts';
import type { Requests, Tried } from './scenario-order.ts';
import { workRequests } from './scenario-request-reader.ts';
import { runPlan } from './scenario-run.ts';
import type { BusName, ClassifiedCall } from './scenario-timeline.ts';
import { timelines } from './scenario-timeline.ts';
import { firstMisplaced, withMoved, WORK_PART } from './scenario-work-part.ts';

/** Errors: `bad-recording` when the folder cannot be used. */
export function conformScenario(name: string, files: RecordingFiles): Result<ConformReport> {
  const recording = readScenario(name, files);
  if (!recording.ok) return recording;
  return ok(conformRecording(recording.value));
}

export function conformRecording(recording: Recording): ConformReport {
  const { machine } = recording.plan;
  const buses = recording.trace === undefined ? new Map() : timelines(recording.trace, machine);
  const requests = requestsOf(recording, buses);
  let best: { readonly tried: Tried<readonly ConformPart[]>; readonly probeOrder: ProbeOrder } | undefined;
  for (const probeOrder of probeOrders) {
    const tried = tryOrder(recording, buses, requests, probeOrder);
    if (best === undefined || tried.differences < best.tried.differences) best = { tried, probeOrder };
    if (best.tried.differences === 0) break;
  }
  if (best === undefined) return { name: recording.name, kind: 'scenario', parts: [] };
  const { tried, probeOrder } = best;
  const ordered = orderSearches(requests, machine.cpus, tried, (order) =>
    tryOrder(recording, buses, order, probeOrder),
  );
  const parts = ordered.value.map((p) => (p.part === WORK_PART ? withMoved(p, ordered.moved) : p));
  return { name: recording.name, kind: 'scenario', parts };
}

/** What the plan gives with these orders, compared with the recording. */
function tryOrder(
  recording: Recording,
  buses: ReadonlyMap<BusName, readonly ClassifiedCall[]>,
  requests: Requests,
  probeOrder: ProbeOrder,
): Tried<readonly ConformPart[]> {
  const prediction = runPlan(recording.plan, {
    requests,
    failedRtasTraced: recording.plan.machine.limits !== undefined,
    // The script takes the log, then writes its last mark and powers off.
    logClosedFrom: marksOf(recording).length || Infinity,
    probeOrder,
  });
  if (!prediction.ok)
    return { value: [unusable(prediction.error.message)], differences: 1, misplaced: undefined };
  const value = compareAll(recording, buses, prediction.value);
  return { value, differences: differences(value), misplaced: firstMisplaced(prediction.value) };
}

type ProbeOrder = (devices: readonly LinuxDevice[]) => readonly LinuxDevice[];

/**
 * Drivers probe asynchronously, so functions on one PHB race for the mutex of enable_ddw(): either order is a right prediction.
 * All others follow from the plan.
 */
const probeOrders: readonly ProbeOrder[] = [(devices) => devices, (devices) => [...devices].reverse()];

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

function marksOf({ trace = [] }: Recording): readonly { readonly seq: number; readonly name: string }[] {
  return trace.flatMap((l) =>
    l.kind === 'event' && l.event === 'mark' ? [{ seq: l.seq, name: l.name }] : [],
  );
}

function requestsOf(recording: Recording, buses: ReadonlyMap<BusName, readonly ClassifiedCall[]>): Requests {
  const { machine } = recording.plan;
  const marks = marksOf(recording);
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

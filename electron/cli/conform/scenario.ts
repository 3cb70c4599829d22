// A scenario folder held against our machine: the prediction comes from `plan` alone, the recording is only compared against.

import type { LinuxDevice, Result } from '../../../core/index.ts';
import { ok } from '../../../core/index.ts';
import type { ConformPart, ConformReport } from './report.ts';
import { compareAll } from './scenario-parts.ts';
import type { Recording, RecordingFiles } from './scenario-recording.ts';
import { readScenario } from './scenario-recording.ts';
import type { WorkRequest } from './scenario-requests.ts';
import { workRequests } from './scenario-request-reader.ts';
import { runPlan } from './scenario-run.ts';
import type { BusName, ClassifiedCall } from './scenario-timeline.ts';
import { timelines } from './scenario-timeline.ts';

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
      // The script takes the log, then writes its last mark and powers off.
      logClosedFrom: marksOf(recording).length || Infinity,
      probeOrder,
    });
    if (!prediction.ok) return report([unusable(prediction.error.message)]);
    const parts = compareAll(recording, buses, prediction.value);
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

function marksOf({ trace = [] }: Recording): readonly { readonly seq: number; readonly name: string }[] {
  return trace.flatMap((l) =>
    l.kind === 'event' && l.event === 'mark' ? [{ seq: l.seq, name: l.name }] : [],
  );
}

function requestsOf(
  recording: Recording,
  buses: ReadonlyMap<BusName, readonly ClassifiedCall[]>,
): ReadonlyMap<BusName, readonly WorkRequest[]> {
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

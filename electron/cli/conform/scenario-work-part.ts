// The workload part: each of the drivers' requests with the calls that the recording and our machine made for it.

import type { ConformPart } from './report.ts';
import { notApplicable } from './report.ts';
import type { Call, TceCall } from './scenario-call.ts';
import { callText } from './scenario-call.ts';
import type { Recording } from './scenario-recording.ts';
import type { WorkRequest } from './scenario-requests.ts';
import type { Prediction } from './scenario-run.ts';
import { hex } from './scenario-text.ts';
import type { WorkPair } from './scenario-work.ts';

export function workPart(recording: Recording, prediction: Prediction): ConformPart {
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

// The workload part: each of the drivers' requests with the calls that the recording and our machine made for it.

import type { ConformPart } from './report.ts';
import { notApplicable } from './report.ts';
import type { Call, TceCall } from './scenario-call.ts';
import { callText } from './scenario-call.ts';
import type { Recording } from './scenario-recording.ts';
import type { MapRequest, WorkRequest } from './scenario-requests.ts';
import type { Prediction } from './scenario-run.ts';
import { hex } from './scenario-text.ts';
import type { BusName } from './scenario-timeline.ts';
import type { WorkPair } from './scenario-work.ts';

export const WORK_PART = 'workload calls';

export function workPart(recording: Recording, prediction: Prediction): ConformPart {
  if (recording.trace === undefined) return notApplicable(WORK_PART, 'the recording has no trace');
  const pairs = [...prediction.work, ...prediction.unreached.map(unreachedPair)];
  if (pairs.length === 0) return notApplicable(WORK_PART, 'no request goes through a table');
  const equal = pairs.filter(sameWork).length;
  const firstAt = pairs.findIndex((p) => !sameWork(p));
  const first = pairs[firstAt];
  const maps = pairs.filter((p) => p.request.kind === 'map');
  const note = `maps ${maps.filter(sameWork).length}/${maps.length}`;
  return {
    part: WORK_PART,
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

/** The first map that our machine placed elsewhere than the recording. */
export function firstMisplaced({
  work,
}: Prediction): { readonly bus: BusName; readonly request: MapRequest } | undefined {
  for (const pair of work) {
    const { bus, request } = pair;
    if (request.kind === 'map' && !sameWork(pair)) return { bus, request };
  }
  return undefined;
}

/** Says how many searches were put before calls that the trace has earlier (scenario-order.ts). */
export function withMoved(part: ConformPart, moved: number): ConformPart {
  if (moved === 0) return part;
  const said = `${moved} ${moved === 1 ? 'search' : 'searches'} put before earlier calls`;
  return { ...part, note: [part.note, said].filter((text) => text !== undefined).join(', '), moved };
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

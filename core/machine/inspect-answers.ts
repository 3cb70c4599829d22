// Answers for the state panels: translation of one address, entries of a table, the tree, the logs.

import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { FirmwareWindow } from '../firmware/types.ts';
import { liobnText } from './command-text.ts';
import type { GuestLogAnswer, InspectAnswers, InspectQuery, LogLine } from './inspect-queries.ts';
import type { MachineView } from './machine-view.ts';
import { tceWriter } from './tce-writer.ts';
import { findInTree, liveTree, outline, treeDiff, treeMoments, treeNode } from './tree-answers.ts';

type InspectHandlers = {
  readonly [Ask in InspectQuery['ask']]: (
    machine: MachineView,
    query: Extract<InspectQuery, { ask: Ask }>,
  ) => Result<InspectAnswers[Ask]>;
};

export const INSPECT_ANSWERS: InspectHandlers = {
  translate: (machine, { id, busAddress }) => {
    const placed = machine.platform.find(id);
    const answer = placed && machine.platform.firmware.inspector.translate(placed.phb.buid, busAddress);
    return answer === undefined ? noFunction(id) : ok({ busAddress, ...answer });
  },
  mappers: (machine, { address, limit, id }) => {
    const { inspector } = machine.platform.firmware;
    if (id === undefined) return ok(inspector.mappers(address, limit));
    const placed = machine.platform.find(id);
    return placed === undefined ? noFunction(id) : ok(inspector.mappers(address, limit, placed.phb.buid));
  },
  'tce-next': (machine, { liobn, from, by }) => {
    const index = machine.platform.firmware.inspector.nextUsed(liobn, from, by);
    return index === undefined ? noWindow(liobn) : ok(index);
  },
  'tce-writer': (machine, { liobn, index }) => {
    const window = findWindow(machine, liobn);
    return window === undefined ? noWindow(liobn) : ok(tceWriter(machine.trace, window, index));
  },
  'device-tree-outline': (machine) => ok(outline(liveTree(machine))),
  'device-tree-node': (machine, { path }) => treeNode(machine, path),
  'device-tree-find': (machine, { text, limit }) => ok(findInTree(liveTree(machine), text, limit)),
  'device-tree-moments': (machine) => ok(treeMoments(machine)),
  'device-tree-diff': (machine, { from, to }) => treeDiff(machine, from, to),
  'guest-log': (machine, { boot, from, limit }) => guestLog(machine, boot, from, limit),
};

export function noWindow(liobn: number): ReturnType<typeof fail> {
  return fail(
    'no-such-window',
    `there is no window with the LIOBN ${liobnText(liobn)} now`,
    'type: show windows',
  );
}

export function noFunction(id: string): ReturnType<typeof fail> {
  return fail('no-such-function', `there is no function "${id}"`, 'type: show functions');
}

function findWindow(machine: MachineView, liobn: number): FirmwareWindow | undefined {
  return machine.platform.firmware.windows().find((row) => (row.liobn | 0) === (liobn | 0));
}

function guestLog(
  { notes, trace }: MachineView,
  boot: number | undefined,
  from: number,
  limit: number,
): Result<GuestLogAnswer> {
  const log = boot === undefined ? notes.logs.at(-1) : notes.logs.find((kept) => kept.boot === boot);
  if (log === undefined && boot !== undefined)
    return fail('no-such-log', `the log of kernel ${boot} is not kept`);
  const seqs = log?.seqs ?? [];
  const lines = seqs.slice(from, from + limit).flatMap((seq): LogLine[] => {
    const event = trace.event(seq);
    if (event.kind !== 'printk') return [];
    const { timeNs, level, text, cause } = event;
    return [{ seq, timeNs, level, text, cause }];
  });
  const boots = notes.logs.map(({ boot: number, seqs: { length }, oops }) => ({
    boot: number,
    lines: length,
    oops,
  }));
  return ok({ boot: log?.boot ?? 0, boots, from, total: seqs.length, lines });
}

// The last lines of a run: what came of it, for people.

import { grouped, secondsText } from '../../core/index.ts';
import type { FunctionAnswer, Session } from '../../core/index.ts';

/** One line: state, time, events, hcalls. */
export function statusLine(session: Session): string {
  const status = session.query({ ask: 'status' });
  if (!status.ok) return status.error.message;
  const { state, nowNs, events, hcalls, problems } = status.value;
  const noted =
    problems === 0 ? 'no problems' : `${grouped(problems)} ${problems === 1 ? 'problem' : 'problems'}`;
  return `${state} after ${secondsText(nowNs)} s of virtual time: ${grouped(events)} events, ${grouped(hcalls)} hcalls, ${noted}`;
}

/** What a run came to: the machine, its functions by the way their DMA goes, its I/O, and the hash that a replay must give. */
export function summary(session: Session): string {
  const config = session.query({ ask: 'config' });
  const functions = session.query({ ask: 'functions' });
  const status = session.query({ ask: 'status' });
  if (!config.ok || !functions.ok || !status.ok) return statusLine(session);
  const { profile, kernel, memoryBytes, maxMemoryBytes } = config.value;
  const gib = (bytes: number): string => `${bytes / 2 ** 30} GiB`;
  const lines = [
    `${profile}, Linux ${kernel}, ${gib(memoryBytes)} now, ${gib(maxMemoryBytes)} maximum`,
    ...modes(functions.value),
    ...status.value.workloads.map(
      (io) =>
        `${io.id}: ${grouped(io.requests)} requests, ${grouped(io.bytes)} bytes, ${grouped(io.failures)} failed, ${grouped(io.corrupted)} corrupted`,
    ),
    statusLine(session),
    `trace hash ${session.traceHash()}`,
  ];
  if (session.oops !== undefined) lines.splice(-1, 0, `the guest crashed: ${session.oops}`);
  return lines.join('\n');
}

/** `8 functions: indirect (vf0, vf1, …)`, a line for each mode. */
function modes(functions: readonly FunctionAnswer[]): string[] {
  const byMode = new Map<string, string[]>();
  for (const { mode, description } of functions) {
    byMode.set(mode, [...(byMode.get(mode) ?? []), description.id]);
  }
  return [...byMode].map(
    ([mode, ids]) =>
      `${ids.length} ${ids.length === 1 ? 'function' : 'functions'}: ${mode} (${shortList(ids)})`,
  );
}

const shortList = (ids: readonly string[]): string =>
  ids.length > 8 ? `${ids.slice(0, 8).join(', ')}, …` : ids.join(', ');

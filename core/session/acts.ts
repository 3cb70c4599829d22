// Configuration acts of a session: the commands that change what the machine is, not what it does. They can be undone.

import type { Command } from '../machine/commands.ts';
import type { ActAnswer } from '../machine/queries.ts';
import { isSystemCommand } from '../machine/system-acts.ts';
import type { TraceReader } from '../trace/reader.ts';
import type { LoggedCommand } from './session-types.ts';

export interface DatedCommand extends LoggedCommand {
  /** The virtual time, and whether nothing but I/O was under way. */
  readonly nowNs: number;
  readonly settled: boolean;
  /** Its event in the trace. */
  readonly seq: number;
}

const OTHER_ACTS: ReadonlySet<string> = new Set<Command['do']>([
  'configure',
  'vf-add',
  'vf-remove',
  'memory-add',
  'memory-remove',
]);

export const isAct = (command: Command): boolean => isSystemCommand(command) || OTHER_ACTS.has(command.do);

const USUAL_LIMIT = 20;

/** Newest first. */
export function actsOf(
  log: readonly DatedCommand[],
  trace: TraceReader,
  limit = USUAL_LIMIT,
): readonly ActAnswer[] {
  const acts: ActAnswer[] = [];
  for (let index = log.length - 1; index >= 0 && acts.length < limit; index--) {
    const entry = log[index];
    if (entry === undefined || !isAct(entry.command)) continue;
    const event = trace.event(entry.seq);
    acts.push({ index, line: event.kind === 'command' ? event.line : entry.command.do });
  }
  return acts;
}

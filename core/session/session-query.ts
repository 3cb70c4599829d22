// Questions that the session answers and not the machine: the HMC's words for a command, and what was done to the configuration.

import { ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { hmcLines } from '../console/hmc/hmc-lines.ts';
import type { Command } from '../machine/commands.ts';
import type { Machine } from '../machine/machine.ts';
import type { HmcAnswer, LogicalPortAnswer } from '../machine/queries.ts';

const MANY_PORTS = 1024;

/** A command as lines of the HMC, and whether it would be refused now. */
export function hmcAnswer(machine: Machine, command: Command): Result<HmcAnswer> {
  const checked = machine.mayDispatch(command);
  const refusal = checked.ok ? null : checked.error;
  const system = machine.query({ ask: 'system' });
  if (!system.ok) return system;
  if (system.value === null) return ok({ lines: [], refusal });
  const lines = hmcLines(command, { system: system.value, port: portFinder(machine) });
  return ok({ lines, refusal });
}

/** By id or by function. Asked for only when a command names one. */
function portFinder(machine: Machine): (name: string) => LogicalPortAnswer | undefined {
  let known: ReadonlyMap<string, LogicalPortAnswer> | undefined;
  return (name) => {
    known ??= portsByName(machine);
    return known.get(name);
  };
}

function portsByName(machine: Machine): ReadonlyMap<string, LogicalPortAnswer> {
  const known = new Map<string, LogicalPortAnswer>();
  for (let from = 0; ; from += MANY_PORTS) {
    const page = machine.query({ ask: 'logical-ports', from, limit: MANY_PORTS });
    if (!page.ok) return known;
    for (const row of page.value.rows) {
      known.set(row.logicalPort, row);
      if (row.id !== null) known.set(row.id, row);
    }
    if (from + MANY_PORTS >= page.value.total) return known;
  }
}

// Removing what is chosen: logical ports in one command (one act to undo), as far as an adapter lists them; all else by its function.

import type { Command, FunctionAnswer, LogicalPortAnswer } from '../../../core/index.ts';
import type { Managed } from './system-tree.ts';
import type { Place } from './tree-node.ts';

/** Logical ports that one command may name. */
const AT_ONCE = 1024;

/** The chosen logical ports; of another partition only the one that the keyboard stands on. */
export function chosenPorts(
  functions: readonly FunctionAnswer[],
  managed: Managed | undefined,
  place: Place | undefined,
): readonly LogicalPortAnswer[] {
  if (managed === undefined) return [];
  if (functions.length === 0) return place?.kind === 'logical' && place.row.id === null ? [place.row] : [];
  const ids = new Set(functions.map(({ description }) => description.id));
  return managed.ports.filter(({ id }) => id !== null && ids.has(id));
}

/** `ports`: those of the functions (chosenPorts). */
export function removeCommands(
  functions: readonly FunctionAnswer[],
  ports: readonly LogicalPortAnswer[],
  managed: Managed | undefined,
): readonly Command[] {
  const own = managed?.system.slots.find(({ isDefault }) => isDefault)?.adapter?.id;
  const listed = ports.filter(({ adapter }) => adapter !== own);
  const gone = new Set(listed.map(({ id }) => id));
  const commands: Command[] = [];
  for (let from = 0; from < listed.length; from += AT_ONCE) {
    const logicalPorts = listed.slice(from, from + AT_ONCE).map(({ logicalPort }) => logicalPort);
    commands.push({ do: 'logical-port-remove', logicalPorts });
  }
  const others = functions.filter(({ description }) => !gone.has(description.id));
  return [
    ...commands,
    ...others.map(({ description }): Command => ({ do: 'vf-remove', id: description.id })),
  ];
}

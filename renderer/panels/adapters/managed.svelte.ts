// The managed system and its logical ports, asked again when the configuration has changed, not with every event: a thousand ports stay
// quick while the guest runs.

import type { LogicalPortAnswer } from '../../../core/index.ts';
import type { Lab } from '../../app/lab.svelte.ts';
import type { Managed } from './system-tree.ts';

/** Logical ports that one answer holds. */
const PAGE = 1024;

async function allPorts(lab: Lab): Promise<readonly LogicalPortAnswer[] | undefined> {
  const ports: LogicalPortAnswer[] = [];
  for (;;) {
    const page = await lab.bridge.query({ ask: 'logical-ports', from: ports.length, limit: PAGE });
    if (!page.ok) return undefined;
    ports.push(...page.value.rows);
    if (page.value.rows.length === 0 || ports.length >= page.value.total) return ports;
  }
}

/** Undefined: there is none (QEMU). */
async function askManaged(lab: Lab): Promise<Managed | undefined> {
  const system = await lab.bridge.query({ ask: 'system' });
  if (!system.ok || system.value === null) return undefined;
  const ports = await allPorts(lab);
  return ports === undefined ? undefined : { system: system.value, ports };
}

/** Call while a component is made: `tell` hears of it while `visible`. */
export function followManaged(
  lab: Lab,
  visible: () => boolean,
  tell: (managed: Managed | undefined) => void,
): void {
  // Ids, not their count: one may have come where another went.
  const known = $derived(lab.functions.map(({ description }) => description.id).join(' '));
  const session = $derived(lab.progress.session.id);
  $effect(() => {
    void [lab.config, known, session];
    if (!visible()) return;
    let late = false;
    void askManaged(lab).then((managed) => {
      if (!late) tell(managed);
    });
    return () => {
      late = true;
    };
  });
}

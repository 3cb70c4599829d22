// May a user's program do this now? Only what no kernel could answer is refused here: all else is a call, with its errno.

import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { Command } from './commands.ts';
import type { MachineView } from './machine-view.ts';

type Check = Result<true>;
const fine: Check = ok(true);

/** Errors: `no-such-function`, `not-there`, `app-runs`, `no-app`, `app-holds`. */
export function checkVfio(
  machine: MachineView,
  command: Extract<Command, { readonly do: 'vfio' | 'app-start' | 'app-stop' }>,
): Check {
  const vfio = machine.guest?.vfio;
  if (command.do === 'app-stop') {
    if (vfio?.applications.get(command.name) !== undefined) return fine;
    return fail('no-app', `no program is called ${command.name}`, 'type: show vfio');
  }
  if (command.do === 'app-start') {
    if (vfio?.applications.get(command.name) !== undefined || vfio?.containers.has(command.name) === true)
      return fail(
        'app-runs',
        `there is a program or container called ${command.name} already`,
        `type: app stop ${command.name}`,
      );
    if (command.plan.ids.length === 0)
      return fail('no-such-function', 'the program has no function to use', 'name one: vf0');
    return command.plan.ids.map((id) => checkFunction(machine, id)).find((check) => !check.ok) ?? fine;
  }
  if (vfio?.applications.get(command.container)?.state === 'running')
    return fail(
      'app-holds',
      `the container ${command.container} belongs to a program`,
      `type: app stop ${command.container}`,
    );
  return command.call.call === 'set-container' ? checkFunction(machine, command.call.id) : fine;
}

function checkFunction({ platform, guest }: MachineView, id: string): Check {
  const placed = platform.find(id);
  if (placed === undefined)
    return fail('no-such-function', `there is no function "${id}"`, 'type: show functions');
  if (guest?.device(placed.description.fn) !== undefined) return fine;
  return fail('not-there', `the guest does not see ${id} now`, 'type: pci rescan');
}

/** Errors: `is-held`: a user's container has the PE; a real unbind or removal would wait until it is closed. */
export function checkNotHeld({ platform, guest }: MachineView, id: string): Check {
  const fn = platform.find(id)?.description.fn;
  const device = fn === undefined ? undefined : guest?.device(fn);
  if (fn === undefined || device?.driver !== 'vfio-pci') return fine;
  const holder = guest?.vfio.holder(fn);
  if (holder === undefined) return fine;
  const isProgram = guest?.vfio.applications.has(holder.name) === true;
  const hint = isProgram ? `type: app stop ${holder.name}` : `type: vfio-tce close ${holder.name}`;
  return fail('is-held', `the container ${holder.name} holds the PE of ${id}`, hint);
}

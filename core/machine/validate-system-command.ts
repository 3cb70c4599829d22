// May this act on the managed system be done now? The act itself is tried on the configuration: what it cannot do is refused before
// anything has changed.

import { sizeText } from '../base/quantities.ts';
import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { deviceCatalogue } from '../device/index.ts';
import type { SystemCommand } from './commands.ts';
import { profileOf } from './build.ts';
import type { MachineView } from './machine-view.ts';
import { MAX_FUNCTIONS } from './shapes.ts';
import { actOn, functionChanges } from './system-acts.ts';
import { placeOfPortId } from '../system/lookup.ts';
import { managedSystem } from './managed-system.ts';
import { placesOf } from './placement.ts';
import { checkLife, checkRunning } from './validate-life.ts';
import { checkNotHeld } from './validate-vfio.ts';

type Check = Result<true>;
const fine: Check = ok(true);

/** Errors: `no-managed-system`, the HMC's and ours of core/system, `is-booting`, `is-oops`, `is-leaving`, `too-many`, `no-such-device`, and those of memory. */
export function checkSystemCommand(machine: MachineView, command: SystemCommand): Check {
  const { config, state } = machine;
  const profile = profileOf(config);
  const leaving = checkLeaving(machine, command);
  if (!leaving.ok) return leaving;
  const after = actOn(config, profile, command);
  if (!after.ok) return after;
  if (command.do === 'lpar-memory') return checkMemory(machine, command, after.value.memoryBytes);
  const device = command.do === 'logical-port-add' ? command.device : undefined;
  if (device !== undefined && !deviceCatalogue.has(device)) {
    const hint = `choose one of: ${[...deviceCatalogue.keys()].join(', ')}`;
    return fail('no-such-device', `there is no device "${device}"`, hint);
  }
  const { gone, fresh } = functionChanges(config, after.value);
  if (gone.length + fresh.length === 0) return fine;
  if (state === 'booting') return fail('is-booting', 'the guest is still booting', 'type: run until idle');
  if (state === 'oops') return fail('is-oops', 'the guest has crashed', 'type: reset, or: shutdown');
  for (const { id } of gone) {
    if (machine.leaving.has(id)) return fail('is-leaving', `${id} is being removed`, 'type: run until idle');
    const held = checkNotHeld(machine, id);
    if (!held.ok) return held;
  }
  const total = after.value.functions.length;
  if (total > MAX_FUNCTIONS) {
    return fail('too-many', `${total} functions are above ${MAX_FUNCTIONS}`, 'add fewer');
  }
  const places = placesOf(after.value, profile);
  return places.ok ? fine : places;
}

/** Logical ports that the guest is letting go of are nobody's to change. */
function checkLeaving({ config, leaving }: MachineView, command: SystemCommand): Check {
  if (!('logicalPorts' in command) || leaving.size === 0) return fine;
  const managed = managedSystem(config, profileOf(config));
  if (!managed.ok) return managed;
  const going = config.functions.filter(({ id }) => leaving.has(id)).map(({ domain }) => domain);
  const busy = command.logicalPorts.find((id) => {
    const place = placeOfPortId(managed.value.vf, id);
    return place !== undefined && going.includes(Number.parseInt(id, 16) & 0xffff);
  });
  if (busy === undefined) return fine;
  return fail('is-leaving', `the guest is letting go of logical port ${busy}`, 'type: run until idle');
}

function checkMemory(
  machine: MachineView,
  { lpar, bytes }: Extract<SystemCommand, { readonly do: 'lpar-memory' }>,
  guestBytes: number,
): Check {
  const { config, state } = machine;
  const managed = managedSystem(config, profileOf(config));
  if (!managed.ok || managed.value.system.guest !== lpar) return managed.ok ? fine : managed;
  const more = guestBytes - config.memoryBytes;
  if (more === 0) return fail('memory', `the partition has ${sizeText(bytes)} already`);
  if (state !== 'off') {
    const running = checkRunning(machine);
    if (!running.ok) return running;
    return checkLife(machine, { do: more > 0 ? 'memory-add' : 'memory-remove', bytes: Math.abs(more) });
  }
  const { minMemoryBytes, maxMemoryBytes } = config;
  if (bytes >= minMemoryBytes && bytes <= maxMemoryBytes) return fine;
  return fail(
    'memory',
    `${sizeText(bytes)} is not from the minimum of ${sizeText(minMemoryBytes)} to the maximum memory of ${sizeText(maxMemoryBytes)}`,
    'change the limits of the partition, or choose another size',
  );
}

// May this command be done now? Asked before anything changes; the answer is for a person.

import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { deviceCatalogue } from '../device/index.ts';
import { findProfile } from '../firmware/profiles/index.ts';
import { driverFor } from '../guest/linux/drivers/index.ts';
import type { MachineState } from '../trace/events.ts';
import type { Command } from './commands.ts';
import { windowAt } from './faults.ts';
import { withMoreFunctions } from './growth.ts';
import type { MachineView } from './machine-view.ts';
import { MAX_FUNCTIONS } from './shapes.ts';
import { checkNotHeld } from './validate-vfio.ts';
import { checkSystemCommand } from './validate-system-command.ts';
import { checkLife, checkNextKernel, checkRunning } from './validate-life.ts';
import { validateConfig } from './validate.ts';
import { checkVirtual } from './vio.ts';

type Check = Result<true>;
const fine: Check = ok(true);

/** Errors: `not-off`, `is-off`, `is-booting`, `is-oops`, `no-such-function`, `no-such-device`, `no-such-slot`, `too-many`, `shared-phb`, `is-leaving`, `not-bound`, `io-runs`, `io-stopped`, `no-such-call`, `no-eeh`, `no-such-tce`, `is-virtual`, those of validate-life.ts, and those of a configuration. */
export function checkCommand(machine: MachineView, command: Command): Check {
  const virtual = checkVirtual(machine, command);
  if (!virtual.ok) return virtual;
  switch (command.do) {
    case 'mark':
      return fine;
    case 'configure':
      return machine.state === 'off'
        ? asCheck(validateConfig(command.config))
        : notOff('the configuration changes only');
    case 'boot':
      return machine.state === 'off' ? fine : notOff('booting begins only');
    case 'shutdown':
      return machine.state === 'off' ? fail('is-off', 'the machine is off already', 'type: boot') : fine;
    case 'reset':
      return machine.state === 'off'
        ? fail('is-off', 'there is nothing to reset: the machine is off', 'type: boot')
        : fine;
    case 'vf-add':
      return checkAdd(machine, command);
    case 'vf-remove':
      return checkRemove(machine, command.id);
    case 'io-start':
      return checkIoStart(machine, command.id);
    case 'io-stop':
      return checkIoStop(machine, command.id);
    case 'memory-add':
    case 'memory-remove':
    case 'pci-rescan':
      return both(checkRunning(machine), () => checkLife(machine, command));
    case 'vfio':
    case 'app-start':
    case 'app-stop':
      return both(checkRunning(machine), () => checkLife(machine, command));
    case 'driver-bind':
    case 'driver-unbind':
    case 'pci-remove':
      return both(checkExists(machine, command.id), () =>
        both(checkRunning(machine), () => checkLife(machine, command)),
      );
    case 'kexec':
    case 'crash':
      return both(checkRunning(machine), () => checkNextKernel(machine, command));
    case 'inject':
      return checkInject(machine, command);
    case 'pe-freeze':
      return checkFreeze(machine, command.id);
    case 'tce-set':
      return checkTceSet(machine, command.id, command.ioba);
    default:
      return checkSystemCommand(machine, command);
  }
}

const both = (first: Check, second: () => Check): Check => (first.ok ? second() : first);

function asCheck(result: Result<unknown>): Check {
  return result.ok ? fine : result;
}

const notOff = (what: string): Check => fail('not-off', `${what} while the machine is off`, 'type: shutdown');

/** Functions come and go while the machine is off, or runs. */
function checkQuiet(state: MachineState): Check {
  if (state === 'booting') return fail('is-booting', 'the guest is still booting', 'type: run until idle');
  if (state === 'oops') return fail('is-oops', 'the guest has crashed', 'type: reset, or: shutdown');
  return fine;
}

function checkAdd(
  machine: MachineView,
  { count, device, slotClass }: Extract<Command, { readonly do: 'vf-add' }>,
): Check {
  const quiet = checkQuiet(machine.state);
  if (!quiet.ok) return quiet;
  if (!deviceCatalogue.has(device)) {
    const devices = [...deviceCatalogue.keys()].join(', ');
    return fail('no-such-device', `there is no device "${device}"`, `choose one of: ${devices}`);
  }
  const present = machine.config.functions.length;
  if (present + count > MAX_FUNCTIONS) {
    return fail('too-many', `${present} functions and ${count} more are above ${MAX_FUNCTIONS}`, 'add fewer');
  }
  const profile = findProfile(machine.config.profile);
  const growth = { count, device, slotClass, hotplug: machine.state === 'running' };
  if (profile === undefined) return fine;
  const kinds = profile.slotClasses.map((row) => row.id);
  if (slotClass !== undefined && !kinds.includes(slotClass)) {
    const hint = `choose one of: ${kinds.join(', ')}`;
    return fail('no-such-slot', `${profile.id} has no slot of the kind "${slotClass}"`, hint);
  }
  return asCheck(validateConfig(withMoreFunctions(machine.config, profile, growth)));
}

function checkExists(machine: MachineView, id: string): Check {
  if (machine.leaving.has(id)) return fail('is-leaving', `${id} is being removed`, 'type: run until idle');
  if (machine.platform.find(id) !== undefined) return fine;
  const ids = machine.config.functions.map((fn) => fn.id);
  const known = ids.length === 0 ? 'there are none; type: vf add 8' : `there are: ${shortList(ids)}`;
  return fail('no-such-function', `there is no function "${id}"`, known);
}

const shortList = (ids: readonly string[]): string =>
  ids.length > 12 ? `${ids.slice(0, 12).join(', ')} and ${ids.length - 12} more` : ids.join(', ');

function checkRemove(machine: MachineView, id: string): Check {
  const quiet = checkQuiet(machine.state);
  if (!quiet.ok) return quiet;
  const exists = checkExists(machine, id);
  if (!exists.ok) return exists;
  // While off, the platform is built anew without it.
  if (machine.state === 'off') return fine;
  const placed = machine.platform.find(id);
  const others =
    placed === undefined ? [] : machine.platform.onSamePhb(placed).filter((other) => other !== placed);
  if (others.length === 0) return checkNotHeld(machine, id);
  const names = others.map((other) => other.config.id).join(', ');
  return fail(
    'shared-phb',
    `${id} shares its PHB with ${names}: a PHB leaves as a whole`,
    'change the configuration while off',
  );
}

function checkInject(
  machine: MachineView,
  { call, rc, id }: Extract<Command, { readonly do: 'inject' }>,
): Check {
  const calls = machine.platform.firmware.injectableCalls();
  if (!calls.includes(call)) {
    const hint = `choose one of: ${calls.join(', ')}`;
    return fail('no-such-call', `the firmware of ${machine.config.profile} has no call "${call}"`, hint);
  }
  if (rc === 0)
    return fail('bad-value', '0 is success: nothing would fail', 'choose another status, such as -1');
  return id === undefined ? fine : checkExists(machine, id);
}

function checkFreeze(machine: MachineView, id: string): Check {
  const exists = checkExists(machine, id);
  if (!exists.ok) return exists;
  // At power-on every PE is in its normal state.
  if (machine.state === 'off') return fail('is-off', 'no guest runs that could meet the error', 'type: boot');
  if (findProfile(machine.config.profile)?.eeh.available.value === true) return fine;
  return fail(
    'no-eeh',
    `${machine.config.profile} stops no PE: a wrong DMA is dropped`,
    'take a PowerVM platform',
  );
}

function checkTceSet(machine: MachineView, id: string, ioba: string): Check {
  const exists = checkExists(machine, id);
  const placed = machine.platform.find(id);
  if (!exists.ok || placed === undefined) return exists;
  if (machine.state === 'off') return fail('is-off', 'no guest runs that could make an hcall', 'type: boot');
  if (windowAt(machine.platform, placed, BigInt(ioba)) !== undefined) return fine;
  return fail('no-such-tce', `no window of ${id} has the bus address ${ioba}`, `type: show tces ${id}`);
}

function checkIoStart(machine: MachineView, id: string): Check {
  const exists = checkExists(machine, id);
  if (!exists.ok) return exists;
  if (machine.state === 'off') return fail('is-off', 'no guest runs', 'type: boot');
  const quiet = checkQuiet(machine.state);
  if (!quiet.ok) return quiet;
  const placed = machine.platform.find(id);
  if (placed !== undefined && driverFor(placed.config.device) === undefined) {
    return fail('not-bound', `no driver of this guest drives ${id} (${placed.config.device})`);
  }
  if (placed !== undefined && machine.guest?.boundDriver(placed.description.fn) === undefined) {
    return fail('not-bound', `the driver of ${id} is not bound`, 'type: show dmesg');
  }
  if (placed !== undefined && machine.guest?.device(placed.description.fn)?.driver === 'vfio-pci') {
    return fail(
      'is-vfio',
      `vfio-pci has ${id}: its user does the I/O`,
      `type: unbind ${id}, and: bind ${id}`,
    );
  }
  const workload = machine.workloads.get(id);
  if (workload === undefined || workload.ended) return fine;
  return fail('io-runs', `I/O on ${id} is running already`, `type: io stop ${id}`);
}

function checkIoStop(machine: MachineView, id: string): Check {
  const exists = checkExists(machine, id);
  if (!exists.ok) return exists;
  const workload = machine.workloads.get(id);
  if (workload !== undefined && !workload.ended && !workload.stopping) return fine;
  return fail('io-stopped', `no I/O runs on ${id}`, `type: io start ${id}`);
}

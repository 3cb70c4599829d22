// May the partition's memory, drivers or kernel change now? Each refusal says what to do instead.

import { sizeText } from '../base/quantities.ts';
import { fail, ok } from '../base/result.ts';
import { checkNotHeld, checkVfio } from './validate-vfio.ts';
import type { Result } from '../base/result.ts';
import { driverFor } from '../guest/linux/drivers/index.ts';
import type { LifeCommand } from './life.ts';
import type { Command } from './commands.ts';
import type { MachineView } from './machine-view.ts';

type Check = Result<true>;
const fine: Check = ok(true);

/** Errors: `is-off`, `is-booting`, `is-oops`: only a running kernel does any of this; `is-busy`: it is still at work. */
export function checkRunning({ state, settled }: MachineView): Check {
  if (state === 'off') return fail('is-off', 'no guest runs', 'type: boot');
  if (state === 'booting') return fail('is-booting', 'the guest is still booting', 'type: run until idle');
  if (state === 'oops') return fail('is-oops', 'the guest has crashed', 'type: reset, or: shutdown');
  if (!settled) return fail('is-busy', 'the guest is still at work on the last command', 'type: run 10ms');
  return fine;
}

/**
 * The commands of life.ts, on a running guest. Errors: `memory`, `no-dynamic-memory`, `is-kdump`, `no-function`, `is-bound`,
 * `not-bound`, `no-driver`, `not-there`.
 */
export function checkLife(machine: MachineView, command: LifeCommand): Check {
  switch (command.do) {
    case 'memory-add':
      return checkMemory(machine, command.bytes, checkAdd);
    case 'memory-remove':
      return checkMemory(machine, command.bytes, checkRemove);
    case 'driver-bind':
      return checkBind(machine, command);
    case 'vfio':
    case 'app-start':
    case 'app-stop':
      return checkVfio(machine, command);
    case 'driver-unbind': {
      const held = checkNotHeld(machine, command.id);
      if (!held.ok) return held;
      return machine.guest?.boundDriver(addressOf(machine, command.id)) === undefined
        ? fail('not-bound', `no driver is bound to ${command.id}`, 'type: show functions')
        : fine;
    }
    case 'pci-remove':
      return both(checkNotHeld(machine, command.id), () => checkThere(machine, command.id));
    case 'pci-rescan':
      return fine;
  }
}

function addressOf({ platform }: MachineView, id: string): string {
  return platform.find(id)?.description.fn ?? '';
}

function checkMemory(
  machine: MachineView,
  bytes: number,
  check: (machine: MachineView, bytes: number) => Check,
): Check {
  if (machine.guest?.options.crashKernel === true) return isKdump('moves no memory');
  const { lmbBytes, canGrow } = machine.platform.partitionMemory;
  if (!canGrow) {
    const hint = 'give the machine a maximum memory';
    return fail('no-dynamic-memory', 'this machine was started without memory that could be added', hint);
  }
  if (bytes === 0 || bytes % lmbBytes !== 0) {
    const hint = `choose a multiple, such as ${sizeText(Math.max(1, Math.round(bytes / lmbBytes)) * lmbBytes)}`;
    return fail(
      'memory',
      `${sizeText(bytes)} is no multiple of the memory block of ${sizeText(lmbBytes)}`,
      hint,
    );
  }
  return check(machine, bytes);
}

const isKdump = (what: string): Check =>
  fail('is-kdump', `the crash kernel only saves the dump: it ${what}`, 'type: reset');

function checkAdd(
  { config: { memoryBytes, maxMemoryBytes, installedMemoryBytes } }: MachineView,
  bytes: number,
): Check {
  const free = maxMemoryBytes - memoryBytes;
  if (bytes > free) {
    const hint = free > 0 ? `add ${sizeText(free)} at most` : 'raise max-memory while the machine is off';
    return fail(
      'memory',
      `${sizeText(memoryBytes)} and ${sizeText(bytes)} more are above the maximum memory of ${sizeText(maxMemoryBytes)}`,
      hint,
    );
  }
  if (installedMemoryBytes === undefined || memoryBytes + bytes <= installedMemoryBytes) return fine;
  return fail(
    'memory',
    `${sizeText(memoryBytes)} and ${sizeText(bytes)} more are above the ${sizeText(installedMemoryBytes)} installed in the managed system`,
    'add less',
  );
}

function checkRemove(machine: MachineView, bytes: number): Check {
  const { memoryBytes, minMemoryBytes } = machine.config;
  const { partitionMemory } = machine.platform;
  if (memoryBytes - bytes < minMemoryBytes) {
    return fail(
      'memory',
      `${sizeText(memoryBytes)} less ${sizeText(bytes)} is below the minimum memory of ${sizeText(minMemoryBytes)}`,
      'remove less',
    );
  }
  if (partitionMemory.last(bytes) !== undefined) return fine;
  const dimms = partitionMemory.dimms.map((dimm) => sizeText(dimm.bytes));
  return fail(
    'memory',
    'here memory leaves as it was added, by whole DIMMs, the last one first',
    dimms.length === 0 ? 'add some first: mem add 1G' : `there are, from the last: ${dimms.join(', ')}`,
  );
}

function checkThere(machine: MachineView, id: string): Check {
  if (machine.guest?.device(addressOf(machine, id)) !== undefined) return fine;
  return fail('not-there', `the guest does not see ${id} now`, 'type: pci rescan');
}

const both = (first: Check, second: () => Check): Check => (first.ok ? second() : first);

function checkBind(machine: MachineView, { id, driver }: Extract<LifeCommand, { do: 'driver-bind' }>): Check {
  const there = checkThere(machine, id);
  if (!there.ok) return there;
  const placed = machine.platform.find(id);
  if (placed !== undefined && driver === undefined && driverFor(placed.config.device) === undefined) {
    return fail('no-driver', `no driver of this guest drives ${id} (${placed.config.device})`);
  }
  if (machine.guest?.boundDriver(addressOf(machine, id)) === undefined) return fine;
  return fail('is-bound', `${id} has its driver`, `type: unbind ${id}`);
}

/** Errors: those of a running guest, `is-kdump`, `no-crash-kernel`. */
export function checkNextKernel(
  machine: MachineView,
  command: Extract<Command, { do: 'kexec' | 'crash' }>,
): Check {
  const options = machine.guest?.options;
  if (options?.crashKernel === true) return isKdump('starts no other kernel');
  if (command.do === 'kexec' || options?.crashArea !== undefined) return fine;
  return fail(
    'no-crash-kernel',
    'no crash kernel is loaded: no memory was set aside for one at boot',
    'while the machine is off: set boot-args "crashkernel=768M"',
  );
}

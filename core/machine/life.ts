// The life of a partition beside boot and reset, as tasks: memory and drivers come and go under a running kernel; another kernel
// takes its place by kexec or after a crash.

import type { GuestPorts } from '../abi/ports.ts';
import { invariant } from '../base/invariant.ts';
import type { AddedMemory } from '../firmware/tree/layout.ts';
import { lmbDrcIndex } from '../firmware/tree/memory-nodes.ts';
import { crashArea } from '../guest/linux/crash-area.ts';
import type { LinuxGuest } from '../guest/linux/guest.ts';
import type { LinuxGuestOptions } from '../guest/linux/guest-options.ts';
import { beginningOf, crashTree, kexecTree } from '../guest/linux/kexec.ts';
import { DIRECT_WINDOW, DYNAMIC_WINDOW } from '../guest/linux/window-property.ts';
import type { Task } from '../time/scheduler.ts';
import type { Command } from './commands.ts';
import type { MachineConfig } from './config.ts';
import type { PlacedFunction, Platform } from './platform.ts';

/** Properties that name the windows a kernel made. */
const WINDOW_PROPERTIES = [DIRECT_WINDOW, DYNAMIC_WINDOW];

export type LifeCommand = Extract<
  Command,
  {
    readonly do:
      | 'memory-add'
      | 'memory-remove'
      | 'driver-bind'
      | 'driver-unbind'
      | 'pci-remove'
      | 'pci-rescan'
      | 'vfio'
      | 'app-start'
      | 'app-stop';
  }
>;

/** What these tasks need of the machine. */
export interface LifeHost {
  readonly platform: Platform;
  /** The partition has so many bytes more, or less. */
  moveMemory(bytes: number): void;
  /** I/O of a function comes to its end. */
  endIo(id: string): Task;
  probe(guest: LinuxGuest, functions: readonly PlacedFunction[]): Task;
}

export function lifeTask(host: LifeHost, guest: LinuxGuest, command: LifeCommand): Task {
  switch (command.do) {
    case 'memory-add':
      return addMemory(host, guest, command.bytes);
    case 'memory-remove':
      return removeMemory(host, guest, command.bytes);
    case 'driver-bind':
      return command.driver === undefined
        ? guestProbe(host, guest, command.id)
        : letGo(host, command.id, (placed) => guest.bindVfio(placed.description.fn));
    case 'vfio':
      return vfioCall(host, guest, command);
    case 'app-start':
      return guest.vfio.startApplication(
        command.name,
        command.plan,
        (id) => host.platform.find(id)?.description.fn,
      );
    case 'app-stop':
      return guest.vfio.stopApplication(command.name);
    case 'driver-unbind':
      return letGo(host, command.id, (placed) => guest.unbind(placed.description.fn));
    case 'pci-remove':
      return letGo(host, command.id, (placed) => guest.removeFunction(placed.description.fn));
    case 'pci-rescan':
      return rescan(host, guest);
  }
}

/** The memory is there first; when the kernel cannot take it, it leaves again. */
function* addMemory(host: LifeHost, guest: LinuxGuest, bytes: number): Task {
  const { partitionMemory } = host.platform;
  const range = partitionMemory.next(bytes);
  partitionMemory.plug(range);
  const taken = yield* guest.dlparMemory('add', lmbs(host, range));
  if (!taken) return partitionMemory.unplug(range);
  host.moveMemory(bytes);
  tellMemory(host, guest);
}

/** The kernel gives it up first; what it does not give up stays. */
function* removeMemory(host: LifeHost, guest: LinuxGuest, bytes: number): Task {
  const { partitionMemory } = host.platform;
  for (const range of partitionMemory.last(bytes) ?? []) {
    const given = yield* guest.dlparMemory('remove', lmbs(host, range));
    if (!given) return;
    partitionMemory.unplug(range);
    host.moveMemory(-range.bytes);
    tellMemory(host, guest);
  }
}

function lmbs(host: LifeHost, range: AddedMemory): Parameters<LinuxGuest['dlparMemory']>[1] {
  const { lmbBytes } = host.platform.partitionMemory;
  return { ...range, lmbBytes, drcIndex: lmbDrcIndex(range.address, lmbBytes) };
}

/** The kernel notes each block's new state in its tree (drmem_update_dt). */
function tellMemory({ platform }: LifeHost, guest: LinuxGuest): void {
  const name = 'ibm,dynamic-reconfiguration-memory';
  const property = 'ibm,dynamic-memory-v2';
  const node = platform.firmware.deviceTree().children.find((child) => child.name === name);
  const value = node?.properties.get(property);
  if (value !== undefined) guest.editProperty(`/${name}`, property, value);
}

function* guestProbe(host: LifeHost, guest: LinuxGuest, id: string): Task {
  const placed = host.platform.find(id);
  if (placed !== undefined) yield* host.probe(guest, [placed]);
}

/** `app` is the process of whoever names none. */
function* vfioCall(
  host: LifeHost,
  guest: LinuxGuest,
  { container, process = 'app', call }: Extract<LifeCommand, { readonly do: 'vfio' }>,
): Task {
  const fn = call.call === 'set-container' ? host.platform.find(call.id)?.description.fn : undefined;
  yield* guest.vfio.call(process, container, call, fn);
}

function* letGo(host: LifeHost, id: string, how: (placed: PlacedFunction) => Task): Task {
  yield* host.endIo(id);
  const placed = host.platform.find(id);
  if (placed !== undefined) yield* how(placed);
}

/** Functions that come back meet their drivers; those that lost their driver alone do not. */
function* rescan(host: LifeHost, guest: LinuxGuest): Task {
  const gone = host.platform.functions().filter(({ description: { fn } }) => guest.device(fn) === undefined);
  yield* guest.rescan();
  yield* host.probe(
    guest,
    gone.filter(({ description: { fn } }) => guest.device(fn) !== undefined),
  );
}

/** How a kernel begins: what it finds. */
export interface KernelStart {
  readonly ports: GuestPorts;
  readonly options: Pick<LinuxGuestOptions, 'crashKernel' | 'crashArea'> & Partial<LinuxGuestOptions>;
}

/** From the firmware's tree, on a platform at power-on. */
export function freshStart(platform: Platform, { bootArgs, memoryBytes }: MachineConfig): KernelStart {
  return { ports: platform.ports(), options: { crashArea: crashArea(bootArgs, memoryBytes) } };
}

/** kexec: the next kernel gets this one's tree. `withoutProperties`: what names its windows is taken out of the tree before. */
export function kexecStart(
  platform: Platform,
  config: MachineConfig,
  guest: LinuxGuest,
  withoutProperties: boolean,
): KernelStart {
  if (withoutProperties) dropWindowProperties(guest, guest.deviceTree(), '');
  const tree = kexecTree(guest.deviceTree());
  const { ports, options } = freshStart(platform, config);
  return { ports: { ...ports, deviceTree: () => tree }, options };
}

function dropWindowProperties(guest: LinuxGuest, { children }: LinuxTree, path: string): void {
  for (const child of children) {
    const at = `${path}/${child.name}`;
    for (const name of WINDOW_PROPERTIES)
      if (child.properties.has(name)) guest.editProperty(at, name, undefined);
    dropWindowProperties(guest, child, at);
  }
}

type LinuxTree = ReturnType<LinuxGuest['deviceTree']>;

/** A crash: the next kernel lives in the memory set aside, on one CPU; devices go on with what they were told. */
export function crashStart(platform: Platform, config: MachineConfig, guest: LinuxGuest): KernelStart {
  const area = guest.options.crashArea;
  invariant(area !== undefined, 'a crash without a crash kernel');
  const tree = crashTree(guest.options.kernel, guest.deviceTree(), area.end);
  const ports = platform.ports();
  const bootArgs = config.bootArgs.filter((argument) => !argument.startsWith('crashkernel='));
  return {
    ports: { ...ports, memory: beginningOf(ports.memory, area.end), deviceTree: () => tree },
    options: { crashKernel: true, crashArea: area, bootArgs, cpus: 1 },
  };
}

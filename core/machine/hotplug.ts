// Slots come and go, by `vf add` and `vf remove` or by acts on the managed system: while off the configuration changes; a running guest
// is given slots, or asked to let them go (DLPAR of PHBs).

import type { LinuxGuest } from '../guest/linux/guest.ts';
import type { Task } from '../time/scheduler.ts';
import { plansBeside, profileOf } from './build.ts';
import { phbNames } from '../firmware/phb-spec.ts';
import { findSlotClass } from '../firmware/profiles/index.ts';
import type { Command, SystemCommand } from './commands.ts';
import type { FunctionConfig, MachineConfig } from './config.ts';
import { withMoreFunctions, withoutFunction } from './growth.ts';
import { probeFunctions } from './kernel-run.ts';
import type { IoRunner } from './io-runner.ts';
import type { MachineView } from './machine-view.ts';
import type { PlacedFunction } from './platform.ts';
import { actOn, afterLettingGo, beforeLettingGo, functionChanges, releaseOf } from './system-acts.ts';
import type { TaskQueue } from './task-queue.ts';

/** What hotplug works with, beside the machine as everyone sees it. */
export interface HotplugParts {
  readonly io: IoRunner;
  /** Hotplug happens one after another. */
  readonly queue: TaskQueue;
  readonly setConfig: (config: MachineConfig) => void;
  /** The platform is built anew (while off). */
  readonly rebuild: (config: MachineConfig) => void;
}

export class Hotplug {
  /** Functions whose removal is under way. */
  readonly leaving = new Set<string>();
  private readonly machine: Pick<MachineView, 'config' | 'guest' | 'platform'>;
  private readonly parts: HotplugParts;

  constructor(machine: Pick<MachineView, 'config' | 'guest' | 'platform'>, parts: HotplugParts) {
    this.machine = machine;
    this.parts = parts;
  }

  add({ count, device, slotClass }: Extract<Command, { readonly do: 'vf-add' }>): void {
    const { config: before, guest } = this.machine;
    const growth = { count, device, slotClass, hotplug: guest !== undefined };
    const after = withMoreFunctions(before, profileOf(before), growth);
    if (guest === undefined && before.phbs !== undefined) return this.parts.rebuild(after);
    this.appear(after, after.functions.slice(before.functions.length));
  }

  /** An act on the managed system, which was checked. What the guest loses leaves when it has let go. */
  act(command: SystemCommand): void {
    const { config, guest } = this.machine;
    const after = this.after(config, command);
    const { gone, fresh } = functionChanges(config, after);
    if (guest === undefined) {
      for (const { id } of gone) this.unplug(id);
      return this.appear(after, fresh);
    }
    const now = beforeLettingGo(command, gone);
    if (now !== undefined) this.appear(this.after(config, now), fresh);
    for (const fn of gone) this.ask(fn, afterLettingGo(command, fn));
  }

  private after(config: MachineConfig, command: SystemCommand): MachineConfig {
    const after = actOn(config, profileOf(config), command);
    return after.ok ? after.value : config;
  }

  private appear(after: MachineConfig, fresh: readonly FunctionConfig[]): void {
    const { guest, platform } = this.machine;
    this.parts.setConfig(after);
    const plans = plansBeside(fresh, after, platform);
    const placed = plans.flatMap((plan) => platform.addPhb(plan));
    if (guest !== undefined && placed.length > 0) this.parts.queue.add(this.bringIn(guest, placed));
  }

  private *bringIn(guest: LinuxGuest, placed: readonly PlacedFunction[]): Task {
    for (const one of placed) {
      yield* guest.addPhb(this.machine.platform.firmware.phbNode(one.phb.buid));
      yield* probeFunctions(guest, [one]);
      const { locCode } = one.config;
      if (locCode !== undefined) guest.slotAdded(locCode, this.drcName(one));
    }
  }

  /** "PHB 4229". */
  private drcName({ phb }: PlacedFunction): string {
    const slotClass = findSlotClass(profileOf(this.machine.config), phb.slotClass);
    return slotClass === undefined ? '' : phbNames(slotClass, phb).drcName;
  }

  remove(id: string): void {
    const { config, guest, platform } = this.machine;
    const placed = platform.find(id);
    if (placed === undefined) return;
    const release = releaseOf(config, profileOf(config), placed.config);
    if (release !== undefined) return this.act(release);
    // While off, a PHB of the configuration stays: the platform is built anew without the function.
    if (guest === undefined && config.phbs !== undefined)
      return this.parts.rebuild(withoutFunction(config, id));
    if (guest === undefined) return this.takeAway(placed);
    this.leaving.add(id);
    this.parts.queue.add(this.letGo(guest, placed));
  }

  /** The guest is asked to let go of a function that an act takes from it. */
  private ask({ id }: FunctionConfig, rest: SystemCommand): void {
    const { guest, platform } = this.machine;
    const placed = platform.find(id);
    if (placed === undefined || guest === undefined) return;
    this.leaving.add(id);
    this.parts.queue.add(this.letGo(guest, placed, rest));
  }

  private *letGo(guest: LinuxGuest, placed: PlacedFunction, rest?: SystemCommand): Task {
    yield* this.parts.io.finish(placed.config.id);
    const drcName = this.drcName(placed);
    // The function itself may be gone already (PCI remove, a PE disabled for good); its PHB's node is there.
    yield* guest.removePhb(`/${this.machine.platform.firmware.phbNode(placed.phb.buid).name}`);
    if (placed.config.locCode !== undefined) guest.slotRemoved(drcName);
    this.takeAway(placed, rest);
  }

  private takeAway({ config, phb }: PlacedFunction, rest?: SystemCommand): void {
    this.unplug(config.id);
    const before = this.machine.config;
    const after = rest === undefined ? before : this.rest(before, config, rest);
    this.parts.setConfig(withoutFunction(after, config.id, phb.index));
    this.leaving.delete(config.id);
  }

  /** Another act may have come between and left no room for the rest of this one: then the function just leaves. */
  private rest(config: MachineConfig, fn: FunctionConfig, rest: SystemCommand): MachineConfig {
    const profile = profileOf(config);
    const after = actOn(config, profile, rest);
    if (after.ok) return after.value;
    const release = releaseOf(config, profile, fn);
    return release === undefined ? config : this.after(config, release);
  }

  private unplug(id: string): void {
    const placed = this.machine.platform.find(id);
    if (placed !== undefined) this.machine.platform.removePhb(placed.phb);
    this.parts.io.workloads.delete(id);
  }
}

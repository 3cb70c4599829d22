// `vf add` and `vf remove`: while off the configuration changes; a running guest is given slots, or asked to let them go
// (DLPAR of PHBs).

import type { LinuxGuest } from '../guest/linux/guest.ts';
import type { Task } from '../time/scheduler.ts';
import { plansBeside, profileOf } from './build.ts';
import type { Command } from './commands.ts';
import type { MachineConfig } from './config.ts';
import { withMoreFunctions, withoutFunction } from './growth.ts';
import { probeFunctions } from './kernel-run.ts';
import type { IoRunner } from './io-runner.ts';
import type { MachineView } from './machine-view.ts';
import type { PlacedFunction } from './platform.ts';
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
    const { config: before, guest, platform } = this.machine;
    const growth = { count, device, slotClass, hotplug: guest !== undefined };
    const after = withMoreFunctions(before, profileOf(before), growth);
    if (guest === undefined && before.phbs !== undefined) return this.parts.rebuild(after);
    this.parts.setConfig(after);
    const fresh = after.functions.slice(before.functions.length);
    const plans = fresh.flatMap((config) => plansBeside(config, after, platform));
    const placed = plans.flatMap((plan) => platform.addPhb(plan));
    if (guest !== undefined) this.parts.queue.add(this.bringIn(guest, placed));
  }

  private *bringIn(guest: LinuxGuest, placed: readonly PlacedFunction[]): Task {
    for (const one of placed) {
      yield* guest.addPhb(this.machine.platform.firmware.phbNode(one.phb.buid));
      yield* probeFunctions(guest, [one]);
    }
  }

  remove(id: string): void {
    const { config, guest, platform } = this.machine;
    const placed = platform.find(id);
    if (placed === undefined) return;
    // While off, a PHB of the configuration stays: the platform is built anew without the function.
    if (guest === undefined && config.phbs !== undefined)
      return this.parts.rebuild(withoutFunction(config, id));
    if (guest === undefined) return this.takeAway(placed);
    this.leaving.add(id);
    this.parts.queue.add(this.letGo(guest, placed));
  }

  private *letGo(guest: LinuxGuest, placed: PlacedFunction): Task {
    yield* this.parts.io.finish(placed.config.id);
    // The function itself may be gone already (PCI remove, a PE disabled for good); its PHB's node is there.
    yield* guest.removePhb(`/${this.machine.platform.firmware.phbNode(placed.phb.buid).name}`);
    this.takeAway(placed);
  }

  private takeAway({ config, phb }: PlacedFunction): void {
    this.machine.platform.removePhb(phb);
    this.parts.setConfig(withoutFunction(this.machine.config, config.id, phb.index));
    this.leaving.delete(config.id);
    this.parts.io.workloads.delete(config.id);
  }
}

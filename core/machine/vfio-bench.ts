// A machine with a function for vfio-pci, for tests: calls one after another, each to its end, with what the kernel answered.

import type { VfioCall } from '../abi/linux/vfio.ts';
import { invariant } from '../base/invariant.ts';
import type { Command } from './commands.ts';
import { configFor } from './config-for.ts';
import type { MachineConfig } from './config.ts';
import { withMoreFunctions } from './growth.ts';
import { findProfile } from '../firmware/profiles/index.ts';
import { Machine } from './machine.ts';
import type { ContainerAnswer, ProcessAnswer, VfioAnswer } from './vfio-queries.ts';

const GIB = 2 ** 30;

const LPAR: MachineConfig = {
  profile: 'powervm-p10',
  kernel: '6.12.107',
  pageBytes: 65_536,
  cpus: 1,
  minMemoryBytes: GIB,
  memoryBytes: 8 * GIB,
  maxMemoryBytes: 32 * GIB,
  lmbBytes: GIB / 4,
  bootArgs: ['hugepagesz=2M', 'hugepages=256', 'hugepagesz=1G', 'hugepages=1'],
  iommuDebugMessages: true,
  functions: [],
  seed: 1,
};

export interface BenchOptions {
  readonly profile?: string;
  readonly kernel?: string;
  readonly slotClass?: string;
  readonly fields?: Partial<MachineConfig>;
  /** Functions of the machine, and their kind; one PCI device that no driver drives when absent. */
  readonly count?: number;
  readonly device?: string;
}

export class VfioBench {
  readonly machine: Machine;
  readonly ids: readonly string[];

  /** Boots. */
  constructor(options: BenchOptions = {}) {
    const {
      profile: id = 'powervm-p10',
      kernel = '6.12.107',
      slotClass = 'dedicated',
      fields = {},
    } = options;
    const { count = 1, device = 'pci-testdev' } = options;
    const profile = findProfile(id);
    const config = configFor(LPAR, id, { kernel, ...fields });
    invariant(profile !== undefined && config.ok, 'the bench has a valid configuration');
    this.machine = new Machine(withMoreFunctions(config.value, profile, { count, device, slotClass }));
    this.ids = this.machine.config.functions.map((fn) => fn.id);
    this.give({ do: 'boot' });
  }

  get id(): string {
    const [first] = this.ids;
    invariant(first !== undefined, 'the bench has a function');
    return first;
  }

  /** A command to its end; the message of a refusal, or nothing. */
  give(command: Command): string | undefined {
    const accepted = this.machine.dispatch(command);
    while (!this.machine.settled || this.machine.state === 'booting') if (!this.machine.step()) break;
    return accepted.ok ? undefined : accepted.error.message;
  }

  /** vfio-pci takes the first function (or `id`). */
  bind(id = this.id): void {
    this.give({ do: 'driver-bind', id, driver: 'vfio-pci' });
  }

  /** The call's result: 0 or above, or a negative errno. */
  call(call: VfioCall, container = 'c0', process?: string): number {
    const who = process === undefined ? {} : { process };
    const refused = this.give({ do: 'vfio', container, call, ...who });
    invariant(refused === undefined, refused ?? '');
    return this.vfio.calls.at(-1)?.ret ?? NaN;
  }

  /** All calls; the result of the last. */
  calls(calls: readonly VfioCall[]): number {
    return calls.map((call) => this.call(call)).at(-1) ?? NaN;
  }

  get vfio(): VfioAnswer {
    const answer = this.machine.query({ ask: 'vfio' });
    invariant(answer.ok, 'the guest runs');
    return answer.value;
  }

  container(name = 'c0'): ContainerAnswer | undefined {
    return this.vfio.containers.find((one) => one.name === name);
  }

  process(name = 'app'): ProcessAnswer | undefined {
    return this.vfio.processes.find((one) => one.name === name);
  }

  get log(): readonly string[] {
    const lines = this.machine.query({ ask: 'dmesg' });
    return lines.ok ? lines.value.map(({ text }) => text) : [];
  }

  /** Windows that are there: `liobn page start used`. */
  get windows(): readonly string[] {
    return this.machine.platform.firmware
      .windows()
      .map(
        (w) =>
          `${w.isDefault ? 'default' : 'created'} ${w.pageShift} 0x${w.start.toString(16)} ${w.usedTces}`,
      );
  }
}

// The kernel that runs on a machine: how one begins on the platform as it stands, meets its functions, and ends.

import type { DtNode } from '../abi/ports.ts';
import { driverFor } from '../guest/linux/drivers/index.ts';
import type { LinuxGuest } from '../guest/linux/guest.ts';
import type { Driver, DriverMasks } from '../guest/linux/types.ts';
import type { Scheduler, Task } from '../time/scheduler.ts';
import type { TraceSink } from '../trace/sink.ts';
import { buildGuest } from './build.ts';
import type { FunctionConfig, MachineConfig } from './config.ts';
import type { KernelStart } from './life.ts';
import { mortalScheduler } from './mortal-scheduler.ts';
import type { PlacedFunction } from './platform.ts';

export class KernelRun {
  private readonly scheduler: Scheduler;
  private readonly trace: TraceSink;
  private kernel: LinuxGuest | undefined;
  private booted = false;
  private handedOver: DtNode | undefined;
  private endTasks: () => void = () => undefined;

  constructor(scheduler: Scheduler, trace: TraceSink) {
    this.scheduler = scheduler;
    this.trace = trace;
  }

  get guest(): LinuxGuest | undefined {
    return this.kernel;
  }

  /** The guest's tree can be asked for: its boot has got that far. */
  get hasLiveTree(): boolean {
    return this.booted;
  }

  /** The tree that this kernel was given (and copied). */
  get treeAtBoot(): DtNode | undefined {
    return this.booted ? this.handedOver : undefined;
  }

  /** A kernel on the platform as it stands; the task boots it and brings its drivers up. */
  begin(config: MachineConfig, start: KernelStart, functions: () => readonly PlacedFunction[]): Task {
    const mortal = mortalScheduler(this.scheduler);
    this.endTasks = mortal.end;
    const { ports } = start;
    const deviceTree = (): DtNode => (this.handedOver = ports.deviceTree());
    this.kernel = buildGuest(
      config,
      { ...start, ports: { ...ports, deviceTree } },
      mortal.scheduler,
      this.trace,
    );
    this.booted = false;
    return this.bootTask(this.kernel, functions);
  }

  private *bootTask(guest: LinuxGuest, functions: () => readonly PlacedFunction[]): Task {
    yield* guest.boot();
    this.booted = true;
    yield* probeFunctions(guest, functions());
  }

  /** Another kernel takes over: what this one had set going never comes to its end; the platform stands. */
  kill(): void {
    this.endTasks();
  }

  /** Power is off. */
  forget(): void {
    this.kernel = undefined;
    this.booted = false;
    this.handedOver = undefined;
  }
}

/** Each function meets the driver of its kind. */
export function* probeFunctions(guest: LinuxGuest, functions: readonly PlacedFunction[]): Task {
  for (const { config, description } of functions) {
    const driver = driverFor(config.device);
    if (driver !== undefined) yield* guest.probe(description.fn, driver, masksOf(config, driver));
  }
}

/** The masks of a configuration over the driver's own. */
function masksOf(config: FunctionConfig, driver: Driver): DriverMasks {
  const dmaMaskBits = config.dmaMaskBits ?? driver.dmaMaskBits;
  // A device that is said to address less than its driver asks for cannot do more for coherent memory.
  return {
    dmaMaskBits,
    coherentMaskBits: config.coherentMaskBits ?? Math.min(dmaMaskBits, driver.coherentMaskBits),
  };
}

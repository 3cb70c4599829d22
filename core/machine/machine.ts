// A partition on its platform, with its guest: what commands do to it, and what time does. State lives here; events are observations.

import { ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { driverFor } from '../guest/linux/drivers/index.ts';
import type { LinuxGuest } from '../guest/linux/guest.ts';
import type { Driver, DriverMasks } from '../guest/linux/types.ts';
import { createClock } from '../time/clock.ts';
import { createScheduler } from '../time/scheduler.ts';
import type { Scheduler, Task } from '../time/scheduler.ts';
import type { MachineState } from '../trace/events.ts';
import { TraceLog } from '../trace/log.ts';
import { answer } from './answers.ts';
import { buildGuest, buildPlatform, plansBeside, profileOf } from './build.ts';
import { commandText } from './command-text.ts';
import type { Command, IoParameters } from './commands.ts';
import type { FunctionConfig, MachineConfig } from './config.ts';
import { freezePe, injectFault, setTce } from './faults.ts';
import { IoRunner } from './io-runner.ts';
import { withMoreFunctions, withoutFunction } from './growth.ts';
import { crashStart, freshStart, kexecStart, lifeTask } from './life.ts';
import type { KernelStart, LifeCommand, LifeHost } from './life.ts';
import type { MachineView } from './machine-view.ts';
import { mortalScheduler } from './mortal-scheduler.ts';
import type { Notes } from './notes.ts';
import type { PlacedFunction, Platform } from './platform.ts';
import type { AnswerTo, Query } from './queries.ts';
import { RunContext } from './run-context.ts';
import { TaskQueue } from './task-queue.ts';
import { checkCommand } from './validate-command.ts';
import type { Workload } from './workloads.ts';

/** How often a removal looks whether I/O has come to its end, virtual ns. */
const STOP_POLL_NS = 1000;

export class Machine implements MachineView {
  readonly trace: TraceLog;
  private readonly context: RunContext;
  private readonly clock = createClock();
  private readonly inner = createScheduler(this.clock);
  private readonly scheduler: Scheduler;
  /** Boot and hotplug, one after another: what the guest's locks would make of them. */
  private readonly queue: TaskQueue;
  private configuration: MachineConfig;
  private below: Platform;
  private kernel: LinuxGuest | undefined;
  private now: MachineState = 'off';
  private readonly io: IoRunner;
  /** Functions whose removal is under way. */
  private readonly going = new Set<string>();
  private broken: string | undefined;
  private booted = false;
  private endKernel: () => void = () => undefined;
  /** Hcalls of platforms that this machine had before. */
  private hcallsBefore = 0;

  /** `config` is valid (validate-config.ts). */
  constructor(config: MachineConfig) {
    this.trace = new TraceLog(this.clock);
    this.context = new RunContext(this.trace, (error) => this.fail(error));
    this.scheduler = this.context.scheduler(this.inner);
    this.queue = new TaskQueue(this.scheduler, this.context);
    this.io = new IoRunner(this.context, this.clock);
    this.configuration = config;
    this.below = this.buildBelow();
  }

  // What is -------------------------------------------------------------------------------------------------------------------------

  get state(): MachineState {
    return this.now;
  }

  get config(): MachineConfig {
    return this.configuration;
  }

  get platform(): Platform {
    return this.below;
  }

  get notes(): Notes {
    return this.context.notes;
  }

  get guest(): LinuxGuest | undefined {
    return this.kernel;
  }

  get workloads(): ReadonlyMap<string, Workload> {
    return this.io.workloads;
  }

  get leaving(): ReadonlySet<string> {
    return this.going;
  }

  get nowNs(): number {
    return this.clock.nowNs;
  }

  get hcalls(): number {
    return this.hcallsBefore + this.below.firmware.hcalls;
  }

  get idle(): boolean {
    return this.inner.idle;
  }

  /** No boot, hotplug or stop is under way; I/O may be. */
  get settled(): boolean {
    return this.queue.empty && !this.io.stopping;
  }

  get endless(): boolean {
    return this.io.endless;
  }

  /** The guest's tree can be asked for: its boot has got that far. */
  get hasLiveTree(): boolean {
    return this.booted;
  }

  /** Why the state is `oops`. */
  get oops(): string | undefined {
    return this.broken;
  }

  query<Q extends Query>(query: Q): Result<AnswerTo<Q>> {
    return answer(this, query);
  }

  // What happens --------------------------------------------------------------------------------------------------------------------

  /** Runs one step; false when there is none. */
  step(): boolean {
    try {
      if (!this.inner.step()) return false;
    } catch {
      // fail() has seen it where it happened, and left nothing to run.
      return true;
    }
    if (this.kernel?.oops !== undefined && this.now !== 'oops') this.crash(this.kernel.oops);
    return true;
  }

  /** Accepts a command, or says why not; then nothing has changed. `command` has the right shape (shapes.ts). */
  dispatch(command: Command): Result<{ readonly seq: number }> {
    const checked = checkCommand(this, command);
    if (!checked.ok) return checked;
    let seq = -1;
    const work = this.context.bound(() => {
      seq = this.context.open({ kind: 'command', line: commandText(command, this.configuration) });
      this.carryOut(command);
      this.context.close();
    });
    try {
      work();
    } catch {
      // The command was accepted and is in the trace; what it broke is in the state.
    }
    return ok({ seq });
  }

  private carryOut(command: Command): void {
    switch (command.do) {
      case 'configure':
        return this.configure(command.config);
      case 'boot':
        return this.boot();
      case 'shutdown':
        return this.powerOff();
      case 'reset':
        this.powerOff();
        return this.boot();
      case 'vf-add':
        return this.addFunctions(command);
      case 'vf-remove':
        return this.removeFunction(command.id);
      case 'io-start':
        return this.startIo(command.id, command.io);
      case 'io-stop':
        return this.io.stop(command.id);
      case 'inject':
        return injectFault(this.below, command);
      case 'pe-freeze':
        return freezePe(this.below, command);
      case 'tce-set':
        return setTce(this.below, command);
      case 'kexec':
        return this.kexec(command.withoutProperties === true);
      case 'crash':
        return this.startCrashKernel();
      case 'memory-add':
      case 'memory-remove':
      case 'driver-bind':
      case 'driver-unbind':
      case 'pci-remove':
      case 'pci-rescan':
        return this.live(command);
      case 'mark':
        return void this.context.emit({ kind: 'mark', text: command.text });
    }
  }

  private configure(config: MachineConfig): void {
    const phbs = new Map(this.below.functions().map(({ phb }) => [phb.buid, phb]));
    for (const phb of phbs.values()) this.below.removePhb(phb);
    this.hcallsBefore += this.below.firmware.hcalls;
    this.configuration = config;
    this.below = this.buildBelow();
  }

  private buildBelow(): Platform {
    return buildPlatform(this.configuration, {
      clock: this.clock,
      scheduler: this.scheduler,
      trace: this.context,
      interrupt: (fn) => this.kernel?.interrupt(fn),
    });
  }

  private boot(): void {
    this.setState('booting');
    this.beginKernel(freshStart(this.below, this.configuration));
  }

  /** A kernel on the platform as it stands. */
  private beginKernel(start: KernelStart): void {
    const mortal = mortalScheduler(this.scheduler);
    this.endKernel = mortal.end;
    const guest = buildGuest(this.configuration, start, mortal.scheduler, this.context);
    this.kernel = guest;
    this.booted = false;
    this.queue.add(this.bootTask(guest), () => this.setState('running'));
  }

  private *bootTask(guest: LinuxGuest): Task {
    yield* guest.boot();
    this.booted = true;
    yield* this.probe(guest, this.below.functions());
  }

  private *probe(guest: LinuxGuest, functions: readonly PlacedFunction[]): Task {
    for (const { config, description } of functions) {
      const driver = driverFor(config.device);
      if (driver !== undefined) yield* guest.probe(description.fn, driver, masksOf(config, driver));
    }
  }

  private powerOff(): void {
    this.halt();
    this.kernel = undefined;
    this.booted = false;
    this.io.workloads.clear();
    this.below.reset();
    this.setState('off');
  }

  /** Nothing runs any more; I/O that ran has its figures. */
  private halt(): void {
    this.inner.clear();
    this.queue.clear();
    this.going.clear();
    this.io.endAll();
  }

  private setState(state: MachineState): void {
    this.now = state;
    this.broken = undefined;
    this.context.emit({ kind: 'machine-state', state });
  }

  /** An exception: the guest is dead, the machine stands. */
  private fail(error: unknown): void {
    this.crash(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  }

  private crash(why: string): void {
    this.halt();
    this.setState('oops');
    this.broken = why;
  }

  // One kernel after another, and what changes under one ----------------------------------------------------------------------------

  private kexec(withoutProperties: boolean): void {
    const guest = this.kernel;
    if (guest === undefined) return;
    const start = kexecStart(this.below, this.configuration, guest, withoutProperties);
    this.killKernel();
    this.below.quietDevices();
    this.beginKernel(start);
  }

  /** Devices go on as the dead kernel left them, until the next one's drivers reset them. */
  private startCrashKernel(): void {
    const guest = this.kernel;
    if (guest === undefined) return;
    const start = crashStart(this.below, this.configuration, guest);
    this.killKernel();
    this.beginKernel(start);
  }

  /** What the kernel had set going never comes to its end; the platform stands. */
  private killKernel(): void {
    this.endKernel();
    this.io.endAll();
    this.io.workloads.clear();
    this.setState('booting');
  }

  private live(command: LifeCommand): void {
    const guest = this.kernel;
    if (guest !== undefined) this.queue.add(lifeTask(this.lifeHost(), guest, command));
  }

  private lifeHost(): LifeHost {
    return {
      platform: this.below,
      moveMemory: (bytes) => {
        const { memoryBytes } = this.configuration;
        this.configuration = { ...this.configuration, memoryBytes: memoryBytes + bytes };
      },
      endIo: (id) => this.endIo(id),
      probe: (guest, functions) => this.probe(guest, functions),
    };
  }

  // Functions -----------------------------------------------------------------------------------------------------------------------

  private addFunctions({ count, device, slotClass }: Extract<Command, { readonly do: 'vf-add' }>): void {
    const before = this.configuration;
    const guest = this.kernel;
    const growth = { count, device, slotClass, hotplug: guest !== undefined };
    const after = withMoreFunctions(before, profileOf(before), growth);
    if (guest === undefined && before.phbs !== undefined) return this.configure(after);
    this.configuration = after;
    const fresh = after.functions.slice(before.functions.length);
    const plans = fresh.flatMap((config) => plansBeside(config, after, this.below));
    const placed = plans.flatMap((plan) => this.below.addPhb(plan));
    if (guest !== undefined) this.queue.add(this.hotAdd(guest, placed));
  }

  private *hotAdd(guest: LinuxGuest, placed: readonly PlacedFunction[]): Task {
    for (const one of placed) {
      yield* guest.addPhb(this.below.phbNode(one.phb));
      yield* this.probe(guest, [one]);
    }
  }

  private removeFunction(id: string): void {
    const placed = this.below.find(id);
    if (placed === undefined) return;
    const guest = this.kernel;
    // While off, a PHB of the configuration stays: the platform is built anew without the function.
    if (guest === undefined && this.configuration.phbs !== undefined) {
      return this.configure(withoutFunction(this.configuration, id));
    }
    if (guest === undefined) return this.takeAway(placed);
    this.going.add(id);
    this.queue.add(this.hotRemove(guest, placed));
  }

  private *hotRemove(guest: LinuxGuest, placed: PlacedFunction): Task {
    yield* this.endIo(placed.config.id);
    // The function itself may be gone already (PCI remove, a PE disabled for good); its PHB's node is there.
    yield* guest.removePhb(`/${this.below.phbNode(placed.phb).name}`);
    this.takeAway(placed);
  }

  private *endIo(id: string): Task {
    const running = this.io.workloads.get(id);
    if (running === undefined || running.ended) return;
    this.io.stop(id);
    while (!running.ended) yield STOP_POLL_NS;
  }

  private takeAway({ config, phb }: PlacedFunction): void {
    this.below.removePhb(phb);
    this.configuration = withoutFunction(this.configuration, config.id, phb.index);
    this.going.delete(config.id);
    this.io.workloads.delete(config.id);
  }

  private startIo(id: string, io: IoParameters): void {
    const fn = this.below.find(id)?.description.fn;
    const driver = fn === undefined ? undefined : this.kernel?.boundDriver(fn);
    if (fn !== undefined && driver !== undefined) this.io.start(id, fn, driver, io);
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

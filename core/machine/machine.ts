// A partition on its platform, with its guest: what commands do to it, and what time does. State lives here; events are observations.

import type { DtNode } from '../abi/ports.ts';
import { ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { snapshotTree } from '../devtree/compare-trees.ts';
import type { LinuxGuest } from '../guest/linux/guest.ts';
import { createClock } from '../time/clock.ts';
import { createScheduler } from '../time/scheduler.ts';
import type { Scheduler } from '../time/scheduler.ts';
import type { MachineState } from '../trace/events.ts';
import { TraceLog } from '../trace/log.ts';
import { answer } from './answers.ts';
import { buildPlatform, profileOf } from './build.ts';
import { commandText } from './command-text.ts';
import type { Command, IoParameters } from './commands.ts';
import type { MachineConfig } from './config.ts';
import { freezePe, injectFault, setTce } from './faults.ts';
import { Hotplug } from './hotplug.ts';
import { IoRunner } from './io-runner.ts';
import { KernelRun, probeFunctions } from './kernel-run.ts';
import { crashStart, freshStart, kexecStart, lifeTask } from './life.ts';
import type { KernelStart, LifeCommand, LifeHost } from './life.ts';
import type { MachineView } from './machine-view.ts';
import type { Notes } from './notes.ts';
import type { Platform } from './platform.ts';
import type { AnswerTo, MachineQuery } from './queries.ts';
import { RunContext } from './run-context.ts';
import { actOn } from './system-acts.ts';
import { TaskQueue } from './task-queue.ts';
import { liveTree } from './tree-answers.ts';
import { TreeMarks, type TreeMark } from './tree-marks.ts';
import { checkCommand } from './validate-command.ts';
import type { Workload } from './workloads.ts';

/** A fault of ours that broke the machine. */
export interface MachineBug {
  /** The last event before it. */
  readonly seq: number;
  readonly message: string;
}

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
  private readonly kernel: KernelRun;
  private readonly hotplug: Hotplug;
  private now: MachineState = 'off';
  private readonly io: IoRunner;
  private broken: string | undefined;
  private readonly marks = new TreeMarks();
  private ownFault: MachineBug | undefined;
  /** Hcalls of platforms that this machine had before. */
  private hcallsBefore = 0;

  /** `config` is valid (validate-config.ts). */
  constructor(config: MachineConfig) {
    this.trace = new TraceLog(this.clock);
    this.context = new RunContext(this.trace, (error) => this.fail(error));
    this.scheduler = this.context.scheduler(this.inner);
    this.queue = new TaskQueue(this.scheduler, this.context);
    this.io = new IoRunner(this.context, this.clock);
    this.kernel = new KernelRun(this.scheduler, this.context);
    this.hotplug = new Hotplug(this, {
      io: this.io,
      queue: this.queue,
      setConfig: (changed) => (this.configuration = changed),
      rebuild: (changed) => this.configure(changed),
    });
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
    return this.kernel.guest;
  }

  get workloads(): ReadonlyMap<string, Workload> {
    return this.io.workloads;
  }

  get leaving(): ReadonlySet<string> {
    return this.hotplug.leaving;
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
    return this.kernel.hasLiveTree;
  }

  get treeAtBoot(): DtNode | undefined {
    return this.kernel.treeAtBoot;
  }

  get treeMarks(): readonly TreeMark[] {
    return this.marks.all;
  }

  /** Why the state is `oops`. */
  get oops(): string | undefined {
    return this.broken;
  }

  /** Set when what broke was ours, not the guest's. */
  get bug(): MachineBug | undefined {
    return this.ownFault;
  }

  query<Q extends MachineQuery>(query: Q): Result<AnswerTo<Q>> {
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
    const oops = this.guest?.oops;
    if (oops !== undefined && this.now !== 'oops') this.crash(oops);
    return true;
  }

  /** What dispatch() would say to it. */
  mayDispatch(command: Command): Result<true> {
    return checkCommand(this, command);
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
        return this.hotplug.add(command);
      case 'vf-remove':
        return this.hotplug.remove(command.id);
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
      case 'vfio':
      case 'app-start':
      case 'app-stop':
        return this.live(command);
      case 'mark':
        return this.mark(command.text);
      case 'lpar-memory':
        return this.setMemory(command);
      default:
        return this.hotplug.act(command);
    }
  }

  /** A mark in the trace; the tree as it is now can be compared with later ones. */
  private mark(text: string): void {
    const seq = this.context.emit({ kind: 'mark', text });
    this.marks.remember({ seq, timeNs: this.clock.nowNs, text, tree: snapshotTree(liveTree(this)) });
  }

  /** Of another partition, or the guest's: built anew while off, by DLPAR under a running kernel. */
  private setMemory(command: Extract<Command, { readonly do: 'lpar-memory' }>): void {
    const after = actOn(this.configuration, profileOf(this.configuration), command);
    if (!after.ok) return;
    const more = after.value.memoryBytes - this.configuration.memoryBytes;
    if (more === 0) this.configuration = after.value;
    else if (this.guest === undefined) this.configure(after.value);
    else this.live({ do: more > 0 ? 'memory-add' : 'memory-remove', bytes: Math.abs(more) });
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
      interrupt: (fn) => this.guest?.interrupt(fn),
    });
  }

  private boot(): void {
    this.setState('booting');
    this.beginKernel(freshStart(this.below, this.configuration));
  }

  private beginKernel(start: KernelStart): void {
    const task = this.kernel.begin(this.configuration, start, () => this.below.functions());
    this.queue.add(task, () => this.setState('running'));
  }

  private powerOff(): void {
    this.halt();
    this.kernel.forget();
    this.io.workloads.clear();
    this.below.reset();
    this.setState('off');
  }

  /** Nothing runs any more; I/O that ran has its figures. */
  private halt(): void {
    this.inner.clear();
    this.queue.clear();
    this.hotplug.leaving.clear();
    this.io.endAll();
  }

  private setState(state: MachineState): void {
    this.now = state;
    this.broken = undefined;
    this.context.emit({ kind: 'machine-state', state });
  }

  /** An exception: the guest is dead, the machine stands. */
  private fail(error: unknown): void {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    this.ownFault = { seq: this.trace.length - 1, message };
    this.crash(message);
  }

  private crash(why: string): void {
    this.halt();
    this.setState('oops');
    this.broken = why;
  }

  // One kernel after another, and what changes under one ----------------------------------------------------------------------------

  private kexec(withoutProperties: boolean): void {
    const { guest } = this;
    if (guest === undefined) return;
    const start = kexecStart(this.below, this.configuration, guest, withoutProperties);
    this.killKernel();
    this.below.quietDevices();
    this.beginKernel(start);
  }

  /** Devices go on as the dead kernel left them, until the next one's drivers reset them. */
  private startCrashKernel(): void {
    const { guest } = this;
    if (guest === undefined) return;
    const start = crashStart(this.below, this.configuration, guest);
    this.killKernel();
    this.beginKernel(start);
  }

  /** What the kernel had set going never comes to its end; the platform stands. */
  private killKernel(): void {
    this.kernel.kill();
    this.io.endAll();
    this.io.workloads.clear();
    this.setState('booting');
  }

  private live(command: LifeCommand): void {
    const { guest } = this;
    if (guest !== undefined) this.queue.add(lifeTask(this.lifeHost(), guest, command));
  }

  private lifeHost(): LifeHost {
    return {
      platform: this.below,
      moveMemory: (bytes) => {
        const { memoryBytes } = this.configuration;
        this.configuration = { ...this.configuration, memoryBytes: memoryBytes + bytes };
      },
      endIo: (id) => this.io.finish(id),
      probe: probeFunctions,
    };
  }

  private startIo(id: string, io: IoParameters): void {
    const fn = this.below.find(id)?.description.fn;
    const driver = fn === undefined ? undefined : this.kernel.guest?.boundDriver(fn);
    if (fn !== undefined && driver !== undefined) this.io.start(id, fn, driver, io);
  }
}

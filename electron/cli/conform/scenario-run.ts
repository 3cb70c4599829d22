// Carries out a plan on our machine: each kernel's boot and steps; and between the set-up calls, at the places where the recording
// has them, the drivers' requests. What comes out is compared elsewhere.

import type { DtNode, LinuxDevice, Result, Task } from '../../../core/index.ts';
import { LinuxGuest, ok } from '../../../core/index.ts';
import type { ActionHost } from './scenario-actions.ts';
import { ScenarioActions } from './scenario-actions.ts';
import type { Call } from './scenario-call.ts';
import { logSink } from './scenario-driver.ts';
import type { Plan } from './scenario-plan.ts';
import { ScenarioPlatform } from './scenario-platform.ts';
import type { WorkRequest } from './scenario-requests.ts';
import type { PlanStep } from './scenario-steps.ts';
import type { BusName } from './scenario-timeline.ts';
import { busOfCall } from './scenario-timeline.ts';
import { snapshot } from './scenario-tree.ts';
import type { IoctlPair } from './scenario-vfio.ts';
import type { WorkPair } from './scenario-work.ts';
import { WorkFeeder } from './scenario-work.ts';

/** What our machine did. */
export interface Prediction {
  readonly setUp: ReadonlyMap<BusName, readonly Call[]>;
  /** Failed RTAS calls of the last kernel. */
  readonly failedRtas: readonly Call[];
  readonly work: readonly WorkPair[];
  /** Requests whose place in the sequence never came. */
  readonly unreached: readonly WorkRequest[];
  /** The last kernel's log. */
  readonly log: readonly string[];
  readonly dumps: ReadonlyMap<string, DtNode>;
  /** VFIO's ioctls, as recorded and as our kernel answered them. */
  readonly ioctls: readonly IoctlPair[];
  /** Steps and devices that the model does not have. */
  readonly notUnderstood: readonly string[];
}

export interface RunOptions {
  readonly requests: ReadonlyMap<BusName, readonly WorkRequest[]>;
  /** Failed RTAS calls are in the recording's trace (instrumented firmware), so they count as places in it. */
  readonly failedRtasTraced: boolean;
  /** Step of the guest's script in which its log had been taken: what is said from then on is in no recording. */
  readonly logClosedFrom: number;
  /** Order in which functions of one load are probed, given in scan order. */
  readonly probeOrder: (devices: readonly LinuxDevice[]) => readonly LinuxDevice[];
}

/** Errors: a machine that the model does not have. */
export function runPlan(plan: Plan, options: RunOptions): Result<Prediction> {
  const platform = ScenarioPlatform.build(plan);
  if (!platform.ok) return platform;
  const run = new ScenarioRun(plan, platform.value, options);
  run.all();
  return ok(run.prediction());
}

class ScenarioRun implements ActionHost {
  readonly plan: Plan;
  readonly platform: ScenarioPlatform;
  readonly dumps = new Map<string, DtNode>();
  readonly notUnderstood: string[] = [];
  readonly ioctls: IoctlPair[] = [];
  guest: LinuxGuest;
  private readonly options: RunOptions;
  private readonly setUp = new Map<BusName, Call[]>();
  private failedRtas: Call[] = [];
  private readonly work: WorkPair[] = [];
  private readonly pending = new Map<BusName, WorkRequest[]>();
  private log: string[] = [];
  private logClosed = false;
  private feeder: WorkFeeder;
  private waiting: ReadonlySet<string> = new Set();

  constructor(plan: Plan, platform: ScenarioPlatform, options: RunOptions) {
    this.plan = plan;
    this.platform = platform;
    this.options = options;
    for (const [bus, requests] of options.requests) this.pending.set(bus, [...requests]);
    this.notUnderstood.push(...platform.unknownDevices());
    this.guest = this.newGuest();
    this.feeder = this.newFeeder();
  }

  private newGuest(): LinuxGuest {
    const { pageBytes, cpus, bootArgs, iommuDebugMessages } = this.plan.machine;
    return new LinuxGuest({
      ports: this.platform.ports(),
      trace: logSink((line) => {
        if (!this.logClosed) this.log.push(line);
      }),
      scheduler: this.platform.scheduler,
      kernel: this.platform.kernel,
      pageBytes,
      cpus,
      bootArgs,
      iommuDebugMessages,
      crashKernel: this.platform.crashKernel,
      seed: 1,
    });
  }

  private newFeeder(): WorkFeeder {
    const { cpus, pageBytes } = this.plan.machine;
    return new WorkFeeder(this.guest, this.platform.recorder, cpus, pageBytes);
  }

  /** The kernels of the plan, one after another. One that the model cannot follow with the next ends it. */
  all(): void {
    for (const [i, epoch] of this.plan.epochs.entries()) {
      if (i > 0) this.nextKernel();
      const actions = new ScenarioActions(this);
      this.noteWaiting(epoch);
      this.perform(this.guest.boot());
      for (const [k, step] of epoch.entries()) {
        if (this.guest.oops !== undefined) return;
        this.noteWaiting(epoch.slice(k + 1));
        actions.carryOut(step);
      }
      if (i + 1 < this.plan.epochs.length && !actions.handedOver) {
        this.notUnderstood.push('the next kernel');
        return;
      }
    }
    if (this.guest.oops === undefined) this.dumps.set('end', snapshot(this.guest.deviceTree()));
  }

  private nextKernel(): void {
    this.log = [];
    this.failedRtas = [];
    this.guest = this.newGuest();
    this.feeder = this.newFeeder();
  }

  prediction(): Prediction {
    const { setUp, failedRtas, work, log, dumps, ioctls, notUnderstood } = this;
    return {
      setUp,
      failedRtas,
      work,
      unreached: [...this.pending.values()].flat(),
      log,
      dumps,
      ioctls,
      notUnderstood,
    };
  }

  probeOrder(devices: readonly LinuxDevice[]): readonly LinuxDevice[] {
    return this.options.probeOrder(devices);
  }

  /** Runs a task of the kernel to its end, files its calls, then what the recording has up to the next set-up call. */
  perform(task: Task): void {
    for (const ns of task) this.platform.clock.nowNs += ns;
    for (const call of this.platform.recorder.take()) this.file(call);
    for (const bus of this.pending.keys()) this.feed(bus);
  }

  private file(call: Call): void {
    const bus = busOfCall(call, this.plan.machine);
    const isFailedRtas = call.kind === 'rtas' && call.ret !== 0;
    if (isFailedRtas) this.failedRtas.push(call);
    if (isFailedRtas && !this.options.failedRtasTraced) return;
    const calls = this.setUp.get(bus) ?? [];
    this.setUp.set(bus, calls);
    calls.push(call);
  }

  private feed(bus: BusName): void {
    const queue = this.pending.get(bus);
    const place = this.setUp.get(bus)?.length ?? 0;
    for (let request = queue?.[0]; request !== undefined && request.after <= place; request = queue?.[0]) {
      this.passTime(request.step);
      this.logClosed = request.step >= this.options.logClosedFrom;
      const pair = this.feeder.perform(bus, request, this.waiting);
      this.logClosed = false;
      if (pair === undefined) return;
      this.work.push(pair);
      queue?.shift();
    }
  }

  /** Time matters to rate-limited messages alone: a boot takes about two seconds, each step of the guest's script one. */
  private passTime(step: number): void {
    const { clock } = this.platform;
    clock.nowNs = Math.max(clock.nowNs, (1 + step) * 1_000_000_000);
  }

  /** Functions that a step still to come will bind: their requests wait for it. */
  private noteWaiting(steps: readonly PlanStep[]): void {
    const modules = new Set(steps.flatMap((s) => (s.do === 'load' ? s.modules : [])));
    const bound = new Set(steps.flatMap((s) => (s.do === 'bind' ? [s.device] : [])));
    const devices = this.plan.machine.pciDevices.filter(
      (d) => bound.has(d.address) || (d.module !== null && modules.has(d.module)),
    );
    this.waiting = new Set(devices.map((d) => d.address));
  }
}

// Carries out a plan on our machine: boot, modules, binds, dumps; and between the set-up calls, at the places where the recording
// has them, the drivers' requests. What comes out is compared elsewhere.

import type { DtNode, LinuxDevice, Result, Task } from '../../../core/index.ts';
import { LinuxGuest, ok } from '../../../core/index.ts';
import type { LinuxModule } from './linux-modules.ts';
import { linuxModule } from './linux-modules.ts';
import type { Call } from './scenario-call.ts';
import { logSink, recordedDriver } from './scenario-driver.ts';
import type { Plan, PlanDevice, PlanStep } from './scenario-plan.ts';
import { ScenarioPlatform } from './scenario-platform.ts';
import type { WorkRequest } from './scenario-requests.ts';
import type { BusName } from './scenario-timeline.ts';
import { busOfCall } from './scenario-timeline.ts';
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
  /** Steps that the model does not carry out, with the reason. */
  readonly notUnderstood: readonly string[];
  /** Why the kernel died, if it did: nothing runs after that. */
  readonly oops: string | undefined;
}

export interface RunOptions {
  readonly requests: ReadonlyMap<BusName, readonly WorkRequest[]>;
  /** Failed RTAS calls are in the recording's trace (instrumented firmware), so they count as places in it. */
  readonly failedRtasTraced: boolean;
  /** Order in which functions of one load are probed: position in the scan order -> position. */
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

class ScenarioRun {
  private readonly plan: Plan;
  private readonly platform: ScenarioPlatform;
  private readonly options: RunOptions;
  private readonly setUp = new Map<BusName, Call[]>();
  private failedRtas: Call[] = [];
  private readonly work: WorkPair[] = [];
  private readonly pending = new Map<BusName, WorkRequest[]>();
  /** Set-up calls made so far that the recording's trace would show, by bus. */
  private readonly places = new Map<BusName, number>();
  private log: string[] = [];
  private readonly dumps = new Map<string, DtNode>();
  private readonly notUnderstood: string[] = [];
  private guest: LinuxGuest;
  private feeder: WorkFeeder;
  private readonly loaded = new Set<string>();
  private readonly overrides = new Map<string, string>();
  private waiting: ReadonlySet<string> = new Set();

  constructor(plan: Plan, platform: ScenarioPlatform, options: RunOptions) {
    this.plan = plan;
    this.platform = platform;
    this.options = options;
    for (const [bus, requests] of options.requests) this.pending.set(bus, [...requests]);
    this.guest = this.newGuest();
    this.feeder = this.newFeeder();
  }

  private newGuest(): LinuxGuest {
    const { platform, plan } = this;
    const { pageBytes, cpus, bootArgs, iommuDebugMessages } = plan.machine;
    return new LinuxGuest({
      ports: platform.ports(),
      trace: logSink((line) => this.log.push(line)),
      scheduler: platform.scheduler,
      kernel: platform.kernel,
      pageBytes,
      cpus,
      bootArgs,
      iommuDebugMessages,
      seed: 1,
    });
  }

  private newFeeder(): WorkFeeder {
    const { cpus, pageBytes } = this.plan.machine;
    return new WorkFeeder(this.guest, this.platform.recorder, cpus, pageBytes);
  }

  all(): void {
    const [first = [], ...later] = this.plan.epochs;
    this.noteWaiting(first);
    this.perform(this.guest.boot());
    first.forEach((step, i) => {
      if (this.guest.oops !== undefined) return;
      this.noteWaiting(first.slice(i + 1));
      this.step(step);
    });
    if (later.length > 0) this.notUnderstood.push('a second kernel');
    this.dumps.set('end', snapshot(this.guest.deviceTree()));
  }

  prediction(): Prediction {
    return {
      setUp: this.setUp,
      failedRtas: this.failedRtas,
      work: this.work,
      unreached: [...this.pending.values()].flat(),
      log: this.log,
      dumps: this.dumps,
      notUnderstood: this.notUnderstood,
      oops: this.guest.oops,
    };
  }

  /** Runs a task of the kernel to its end, files its calls, then what the recording has up to the next set-up call. */
  private perform(task: Task): void {
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
    this.places.set(bus, calls.length);
  }

  private feed(bus: BusName): void {
    const queue = this.pending.get(bus);
    const place = this.places.get(bus) ?? 0;
    for (let request = queue?.[0]; request !== undefined && request.after <= place; request = queue?.[0]) {
      const pair = this.feeder.perform(bus, request, this.waiting);
      if (pair === undefined) return;
      this.work.push(pair);
      queue?.shift();
    }
  }

  /** Functions that a step still to come will bind. */
  private noteWaiting(steps: readonly PlanStep[]): void {
    const modules = new Set(steps.flatMap((s) => (s.do === 'load' ? s.modules : [])));
    const bound = new Set(steps.flatMap((s) => (s.do === 'bind' ? [s.device] : [])));
    const devices = this.plan.machine.pciDevices.filter(
      (d) => bound.has(d.address) || (d.module !== null && modules.has(d.module)),
    );
    this.waiting = new Set(devices.map((d) => d.address));
  }

  // Steps ---------------------------------------------------------------------------------------------------------------------

  private step(step: PlanStep): void {
    switch (step.do) {
      case 'load':
        return this.load(step.modules);
      case 'bind':
        return this.bind(step.device, step.driver);
      case 'unbind':
        return this.perform(this.guest.unbind(step.device));
      case 'driver-override':
        if (step.driver === null) this.overrides.delete(step.device);
        else this.overrides.set(step.device, step.driver);
        return;
      case 'pci-remove':
        return this.removeFunctions(step.device);
      case 'pci-rescan':
        return this.rescan();
      case 'edit-property':
        return this.editProperty(step.phb, step.name, step.value);
      case 'dump':
        this.dumps.set(step.name, snapshot(this.guest.deviceTree()));
        return;
      case 'parallel':
        for (const inner of step.steps) this.step(inner);
        return;
      // Workloads, and what else leaves the IOMMU code alone: their requests are fed where the recording has them.
      case 'read':
      case 'write':
      case 'net':
      case 'shell':
      case 'background-reads':
      case 'background-stop':
        return;
      default:
        this.notUnderstood.push(step.do === 'not-understood' ? step.text : step.do);
    }
  }

  private load(modules: readonly string[]): void {
    for (const module of modules) this.loaded.add(module);
    this.bindLoaded();
  }

  /** Every function without a driver meets the drivers that are loaded. */
  private bindLoaded(): void {
    const waiting = this.guest
      .devices()
      .filter(
        (dev) => dev.driver === null && this.moduleOf(dev) !== undefined && !this.overrides.has(dev.fn),
      );
    for (const dev of this.options.probeOrder(waiting)) this.probe(dev.fn);
  }

  private moduleOf(dev: LinuxDevice): LinuxModule | undefined {
    const planned = this.planned(dev.fn);
    const module = planned?.module ?? undefined;
    if (planned === undefined || module === undefined || !this.loaded.has(module)) return undefined;
    return linuxModule(module, planned.dmaMaskBits, planned.coherentMaskBits);
  }

  private planned(fn: string): PlanDevice | undefined {
    return this.plan.machine.pciDevices.find((d) => d.address === fn);
  }

  private probe(fn: string): void {
    const dev = this.guest.device(fn);
    const module = dev === undefined ? undefined : this.moduleOf(dev);
    if (module !== undefined) this.perform(this.guest.probe(fn, recordedDriver(this.guest, fn, module)));
  }

  private bind(fn: string, driver: string): void {
    const planned = this.planned(fn);
    const name = planned?.module ?? undefined;
    const module =
      name === undefined ? undefined : linuxModule(name, planned?.dmaMaskBits, planned?.coherentMaskBits);
    if (module?.driver === driver) this.probe(fn);
    else this.notUnderstood.push(`bind ${fn} to ${driver}`);
  }

  /** `0000:00:01.0`, or a pattern such as `0001:*`. */
  private removeFunctions(pattern: string): void {
    const expression = new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);
    for (const dev of this.guest.devices().filter((d) => expression.test(d.fn)))
      this.perform(this.guest.removeFunction(dev.fn));
  }

  private rescan(): void {
    this.perform(this.guest.rescan());
    this.bindLoaded();
  }

  private editProperty(phb: number, name: string, value: Uint8Array): void {
    const buid = this.plan.machine.phbs.find((p) => p.index === phb)?.buid;
    const path = buid === undefined ? undefined : `/pci@${buid.toString(16)}`;
    if (path === undefined || !this.guest.editProperty(path, name, value))
      this.notUnderstood.push(`edit-property of PHB ${phb}`);
  }
}

function snapshot(node: DtNode): DtNode {
  return { name: node.name, properties: new Map(node.properties), children: node.children.map(snapshot) };
}

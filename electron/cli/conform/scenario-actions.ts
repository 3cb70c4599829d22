// The steps of one kernel's life, as the guest's script and the host took them.

import type { DtNode, LinuxDevice, LinuxGuest, Task } from '../../../core/index.ts';
import type { LinuxModule } from './linux-modules.ts';
import { linuxModule } from './linux-modules.ts';
import { recordedDriver } from './scenario-driver.ts';
import type { Plan, PlanDevice } from './scenario-plan.ts';
import type { ScenarioPlatform } from './scenario-platform.ts';
import type { PlanStep } from './scenario-steps.ts';
import { snapshot } from './scenario-tree.ts';
import { runIoctls, type IoctlPair, type RecordedIoctl } from './scenario-vfio.ts';

/** What the steps act on: the run of a plan, with the kernel that is alive. */
export interface ActionHost {
  readonly plan: Plan;
  readonly platform: ScenarioPlatform;
  readonly guest: LinuxGuest;
  readonly dumps: Map<string, DtNode>;
  readonly notUnderstood: string[];
  /** Ioctls as recorded and as our kernel answered them. */
  readonly ioctls: IoctlPair[];
  /** Order in which functions of one load are probed, given in scan order. */
  probeOrder(devices: readonly LinuxDevice[]): readonly LinuxDevice[];
  /** Runs a task of the kernel to its end. */
  perform(task: Task): void;
}

/**
 * Workloads, whose requests are fed where the recording has them; and what comes before a PHB's node leaves: the kernel's part
 * is done with the node itself.
 */
const leavesWindowsAlone: ReadonlySet<string> = new Set([
  'read',
  'write',
  'net',
  'shell',
  'background-reads',
  'background-stop',
  'phb-remove-slot',
  'remove-node-children',
]);

const VFIO_PCI = 'vfio-pci';

export class ScenarioActions {
  private readonly run: ActionHost;
  private readonly loaded = new Set<string>();
  private readonly overrides = new Map<string, string>();
  private kexecLoaded = false;
  /** The next kernel can boot: the machine was reset, or this kernel has left it what it needs. */
  handedOver = false;

  constructor(run: ActionHost) {
    this.run = run;
  }

  carryOut(step: PlanStep): void {
    if (leavesWindowsAlone.has(step.do)) return;
    switch (step.do) {
      case 'load':
        return this.load(step.modules);
      case 'bind':
        return this.bind(step.device, step.driver);
      case 'unbind':
        return this.run.perform(this.run.guest.unbind(step.device));
      case 'driver-override':
        if (step.driver === null) this.overrides.delete(step.device);
        else this.overrides.set(step.device, step.driver);
        return;
      case 'pci-remove':
        return this.removeFunctions(step.device);
      case 'pci-rescan':
        this.run.perform(this.run.guest.rescan());
        return this.bindLoaded();
      case 'edit-property':
        return this.editProperty(step.phb, step.name, step.value);
      case 'remove-properties':
        for (const name of step.names) this.editProperty(step.phb, name, undefined);
        return;
      case 'dump':
        this.run.dumps.set(step.name, snapshot(this.run.guest.deviceTree()));
        return;
      case 'parallel':
        for (const inner of step.steps) this.carryOut(inner);
        return;
      case 'host-add-memory':
        return this.addMemory(Number(step.address), step.bytes);
      case 'host-remove-memory':
        return this.removeMemory(Number(step.address), step.bytes);
      case 'remove-node':
        return this.removeNode(step.phb);
      case 'reboot':
        this.run.platform.reset();
        this.handedOver = true;
        return;
      case 'vfio':
        return this.vfio(step.ioctls);
      case 'kexec-load':
        return this.loadKernel(step.crash);
      case 'kexec':
      case 'crash':
        this.handedOver = this.kexecLoaded;
        return;
      default:
        this.run.notUnderstood.push(step.do === 'not-understood' ? step.text : step.do);
    }
  }

  private load(modules: readonly string[]): void {
    for (const module of modules) this.loaded.add(module);
    this.bindLoaded(modules);
  }

  /** Every function without a driver meets the drivers that are loaded, or those of `modules` alone: that have just come. */
  private bindLoaded(modules?: readonly string[]): void {
    const waiting = this.run.guest
      .devices()
      .filter(
        (dev) =>
          dev.driver === null &&
          this.moduleOf(dev) !== undefined &&
          (modules?.includes(this.planned(dev.fn)?.module ?? '') ?? true) &&
          !this.overrides.has(dev.fn),
      );
    for (const dev of this.run.probeOrder(waiting)) this.probe(dev.fn);
  }

  private moduleOf(dev: LinuxDevice): LinuxModule | undefined {
    const planned = this.planned(dev.fn);
    return planned?.module !== null && planned !== undefined && this.loaded.has(planned.module)
      ? moduleOfDevice(planned)
      : undefined;
  }

  private planned(fn: string): PlanDevice | undefined {
    return this.run.plan.machine.pciDevices.find((d) => d.address === fn);
  }

  private probe(fn: string): void {
    const { guest } = this.run;
    const dev = guest.device(fn);
    const module = dev === undefined ? undefined : this.moduleOf(dev);
    if (module !== undefined) this.run.perform(guest.probe(fn, recordedDriver(guest, fn, module)));
  }

  private bind(fn: string, driver: string): void {
    const planned = this.planned(fn);
    if (driver === VFIO_PCI && this.run.guest.device(fn) !== undefined)
      this.run.perform(this.run.guest.bindVfio(fn));
    else if (planned !== undefined && moduleOfDevice(planned)?.driver === driver) this.probe(fn);
    else this.run.notUnderstood.push(`bind ${fn} to ${driver}`);
  }

  /** The program works on the group of the function that vfio-pci was given last. */
  private vfio(ioctls: readonly RecordedIoctl[]): void {
    const { guest } = this.run;
    const fn = guest.devices().findLast((dev) => dev.driver === VFIO_PCI)?.fn;
    this.run.ioctls.push(...runIoctls(guest, fn, ioctls, (task) => this.run.perform(task)));
  }

  /** `0000:00:01.0`, or a pattern such as `0001:*`. */
  private removeFunctions(pattern: string): void {
    const expression = new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);
    for (const dev of this.run.guest.devices().filter((d) => expression.test(d.fn)))
      this.run.perform(this.run.guest.removeFunction(dev.fn));
  }

  private phbPath(index: number): string | undefined {
    const buid = this.run.plan.machine.phbs.find((p) => p.index === index)?.buid;
    return buid === undefined ? undefined : `/pci@${buid.toString(16)}`;
  }

  private editProperty(phb: number, name: string, value: Uint8Array | undefined): void {
    const path = this.phbPath(phb);
    if (path === undefined || !this.run.guest.editProperty(path, name, value))
      this.run.notUnderstood.push(`${name} of PHB ${phb} cannot be edited`);
  }

  private removeNode(phb: number): void {
    const path = this.phbPath(phb);
    if (path === undefined) this.run.notUnderstood.push(`there is no PHB ${phb}`);
    else this.run.perform(this.run.guest.removePhb(path));
  }

  /** Block by block; the first one that a window refuses ends it, and what came before goes off again. */
  private addMemory(address: number, bytes: number): void {
    const { guest, platform } = this.run;
    platform.plugMemory(address, bytes);
    const lmb = platform.layout.lmbBytes;
    for (let at = address; at < address + bytes; at += lmb) {
      let taken = false;
      this.run.perform(guest.addMemory(at, lmb, (done) => (taken = done)));
      if (taken) continue;
      for (let back = address; back < at; back += lmb) this.run.perform(guest.removeMemory(back, lmb));
      platform.unplugMemory(address, bytes);
      return;
    }
    this.tellMemory();
  }

  private removeMemory(address: number, bytes: number): void {
    const { guest, platform } = this.run;
    if (!platform.hasMemory(address)) return;
    const lmb = platform.layout.lmbBytes;
    for (let at = address; at < address + bytes; at += lmb) this.run.perform(guest.removeMemory(at, lmb));
    platform.unplugMemory(address, bytes);
    this.tellMemory();
  }

  /** The kernel notes each block's new state in its tree (drmem_update_dt). */
  private tellMemory(): void {
    const name = 'ibm,dynamic-reconfiguration-memory';
    const property = 'ibm,dynamic-memory-v2';
    const node = this.run.platform.firmware.deviceTree().children.find((c) => c.name === name);
    const value = node?.properties.get(property);
    if (value !== undefined) this.run.guest.editProperty(`/${name}`, property, value);
  }

  private loadKernel(crash: boolean): void {
    this.kexecLoaded = true;
    this.run.platform.handOver(this.run.guest.deviceTree(), crash);
  }
}

function moduleOfDevice(planned: PlanDevice): LinuxModule | undefined {
  if (planned.module === null) return undefined;
  return linuxModule(planned.module, planned.kind, planned.dmaMaskBits, planned.coherentMaskBits);
}

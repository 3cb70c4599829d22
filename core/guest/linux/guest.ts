// The facade of one booted Linux kernel: what the machine may ask of it. It touches the platform only through GuestPorts.

import type { DtNode, FunctionAddress } from '../../abi/ports.ts';
import { invariant } from '../../base/invariant.ts';
import { createRng } from '../../base/rng.ts';
import type { Task } from '../../time/scheduler.ts';
import type { DmaMode, PlanStep } from '../../trace/events.ts';
import { addPhb, applyBootArguments, bootDma } from './boot.ts';
import { dlparAddMemory, dlparRemoveMemory, type LmbRange } from './dlpar-memory.ts';
import { KernelDmaApi } from './dma-api.ts';
import { Eeh } from './eeh.ts';
import { detachNode, memoryGoingOnline, memoryOffline } from './hotplug.ts';
import { EBUSY } from '../../abi/linux/errno.ts';
import { newKernel } from './kernel.ts';
import { Vfio, VFIO_PCI, vfioPciDriver } from './vfio/vfio.ts';
import { editProperty, requiredMask, rescan, type MaskKind } from './user-space.ts';
import type { LinuxGuestOptions } from './guest-options.ts';
import type { GuestDevice, KernelState } from './kernel-state.ts';
import type { LiveNode } from './live-tree.ts';
import type {
  BoundDriver,
  DmaApi,
  Driver,
  DriverContext,
  DriverMasks,
  LinuxDevice,
  PageAllocator,
} from './types.ts';

export type { LinuxGuestOptions } from './guest-options.ts';

/** The last decision of enable_ddw() for a function. */
export interface DdwPlanRecord {
  readonly fn: FunctionAddress;
  readonly mode: DmaMode;
  readonly steps: readonly PlanStep[];
}

/** One kernel's life, from boot to reset: make a new object for the next one. */
export class LinuxGuest {
  readonly options: LinuxGuestOptions;
  private state: KernelState | undefined;
  private api: KernelDmaApi | undefined;
  private found: GuestDevice[] = [];
  private readonly byFn = new Map<FunctionAddress, GuestDevice>();
  private readonly bound = new Map<FunctionAddress, BoundDriver>();
  private eeh: Eeh | undefined;
  private users: Vfio | undefined;
  private readonly probing = new Set<FunctionAddress>();
  /** The driver that was last tried on a function: what binds again when it is plugged in anew. */
  private readonly tried = new Map<FunctionAddress, readonly [Driver, DriverMasks | undefined]>();

  constructor(options: LinuxGuestOptions) {
    this.options = options;
  }

  private get kernel(): KernelState {
    invariant(this.state !== undefined, 'the guest is used before boot()');
    return this.state;
  }

  /** The DMA API; valid after boot() has begun. */
  get dma(): DmaApi {
    invariant(this.api !== undefined, 'the guest is used before boot()');
    return this.api;
  }

  /** Processes, huge pages and VFIO containers; valid after boot() has begun. */
  get vfio(): Vfio {
    invariant(this.users !== undefined, 'the guest is used before boot()');
    return this.users;
  }

  get pages(): PageAllocator {
    return this.kernel.pages;
  }

  /** Why the kernel is dead, once it is (an Oops in the DMA code). */
  get oops(): string | undefined {
    return this.state?.oops;
  }

  /** Takes a copy of the device tree, sets up PCI and VIO buses (default tables cleared) and devices. Binds no driver. */
  *boot(): Task {
    const k = newKernel(this.options);
    this.state = k;
    this.api = new KernelDmaApi(k, (dev) => this.guestDevice(dev.fn));
    this.eeh = this.newEeh(k);
    this.keep([]);
    const { bootArgs, mmu = 'radix' } = this.options;
    this.users = new Vfio(k, bootArgs.includes('disable_radix') ? 'hash' : mmu, bootArgs, () => this.found);
    applyBootArguments(k, this.options.bootArgs);
    this.keep([...(yield* bootDma(k))]);
  }

  /** DLPAR add: a PHB node as the firmware hands it over (child of the root); its bus is scanned, its devices set up. */
  *addPhb(node: DtNode): Task {
    this.meet(yield* addPhb(this.kernel, node));
  }

  /** DLPAR remove: unbinds the drivers below `path`, detaches the nodes; a dynamic window is cleared and removed. */
  *removePhb(path: string): Task {
    const k = this.kernel;
    const node = k.tree.find(path);
    if (node === undefined) return;
    k.trace.open({ kind: 'guest-call', name: 'dlpar_remove_slot', detail: path });
    for (const dev of this.below(path)) yield* this.unbind(dev.fn);
    for (const dev of this.below(path)) {
      const group = this.groupOf(dev.node);
      if (group !== undefined) k.printk.dev('info', dev, `Removing from iommu group ${group}`);
    }
    this.keep(this.found.filter((dev) => !isBelow(dev.path, path)));
    for (const child of [...k.tree.all(node)].reverse()) yield* detachNode(k, child);
    k.trace.close();
  }

  /** rpaphp and rpadlpar_io: drmgr has told the kernel of a new slot, after its functions had their drivers. */
  slotAdded(location: string, drcName: string): void {
    this.kernel.printk.line('info', `rpaphp: Slot [${location}] registered`);
    this.kernel.printk.line('info', `rpadlpar_io: slot ${drcName} added`);
  }

  slotRemoved(drcName: string): void {
    this.kernel.printk.line('info', `rpadlpar_io: slot ${drcName} removed`);
  }

  /** Binds `driver` to a function: driver.probe(). Emits driver-bound or driver-failed. `masks`: instead of the driver's own. */
  *probe(fn: FunctionAddress, driver: Driver, masks?: DriverMasks): Task {
    const { trace } = this.options;
    const dev = this.guestDevice(fn);
    trace.open({ kind: 'guest-call', name: `${driver.name}_probe`, fn });
    dev.driver = driver.name;
    this.tried.set(fn, [driver, masks]);
    this.probing.add(fn);
    // A user has the PE: iommu_device_use_default_domain() lets no driver of the kernel beside it.
    const isTaken = driver.name !== VFIO_PCI && this.vfio.refusesDriver(fn);
    const result = isTaken ? EBUSY : yield* driver.probe({ ...this.contextFor(dev), masks });
    this.probing.delete(fn);
    const common = { fn, driver: driver.name, mode: dev.mode, maskBits: dev.dmaMaskBits };
    if (typeof result === 'number') {
      dev.driver = null;
      trace.emit({ kind: 'driver-failed', ...common, reason: `probe failed with error ${result}` });
    } else {
      this.bound.set(fn, result);
      trace.emit({ kind: 'driver-bound', ...common });
    }
    trace.close();
  }

  /** driver_override and bind: vfio-pci takes the function for a user. */
  *bindVfio(fn: FunctionAddress): Task {
    yield* this.probe(fn, vfioPciDriver(this.kernel));
  }

  /** Unbinds the function's driver, if it has one. */
  *unbind(fn: FunctionAddress): Task {
    const driver = this.bound.get(fn);
    if (driver === undefined) return;
    const dev = this.guestDevice(fn);
    const name = dev.driver ?? '';
    this.options.trace.open({ kind: 'guest-call', name: `${name}_remove`, fn });
    this.bound.delete(fn);
    yield* driver.remove();
    dev.driver = null;
    this.options.trace.emit({
      kind: 'driver-unbound',
      fn,
      driver: name,
      mode: dev.mode,
      maskBits: dev.dmaMaskBits,
    });
    this.options.trace.close();
  }

  /** A driver sets one mask: 0 or -5. `required` only asks which mask all of RAM needs. */
  *setMask(fn: FunctionAddress, kind: MaskKind, bits: number): Generator<number, number, void> {
    const dev = this.guestDevice(fn);
    const api = this.api;
    invariant(api !== undefined, 'the guest is used before boot()');
    if (kind === 'both') return yield* api.setMasks(dev, bits, bits);
    if (kind === 'streaming') return yield* api.setMask(dev, bits);
    if (kind === 'coherent') return yield* api.setCoherentMask(dev, bits);
    yield* requiredMask(this.kernel, dev);
    return 0;
  }

  /** /sys/bus/pci/devices/<fn>/remove: unbinds the driver and forgets the device; its node stays in the tree. */
  *removeFunction(fn: FunctionAddress): Task {
    yield* this.unbind(fn);
    const dev = this.guestDevice(fn);
    const group = this.groupOf(dev.node);
    if (group !== undefined) this.kernel.printk.dev('info', dev, `Removing from iommu group ${group}`);
    this.keep(this.found.filter((other) => other !== dev));
  }

  /** /sys/bus/pci/rescan: functions that were removed come back without a driver. */
  *rescan(): Task {
    this.meet(yield* rescan(this.kernel, this.found));
  }

  /** /proc/ppc64/ofdt: sets a property of the live tree, or removes it. False: no such node. */
  editProperty(path: string, name: string, value: Uint8Array | undefined): boolean {
    return editProperty(this.kernel, path, name, value);
  }

  /** The function raised its interrupt. */
  interrupt(fn: FunctionAddress): void {
    this.bound.get(fn)?.interrupt();
  }

  /** Memory [start, start + bytes) is about to come online; `done(false)`: a window refused, the memory cannot be added. */
  *addMemory(start: number, bytes: number, done: (ok: boolean) => void): Task {
    const ok = yield* memoryGoingOnline(this.kernel, start, bytes);
    if (ok) this.kernel.pages.addRange(start, start + bytes);
    else yield* memoryOffline(this.kernel, start, bytes);
    done(ok);
  }

  /** Memory went offline: windows that map it 1:1 forget it. */
  *removeMemory(start: number, bytes: number): Task {
    yield* memoryOffline(this.kernel, start, bytes);
  }

  /** DLPAR of memory that the platform has put there, or is to take away; false: it failed, and all is as before. */
  *dlparMemory(action: 'add' | 'remove', range: LmbRange): Generator<number, boolean, void> {
    return yield* (action === 'add' ? dlparAddMemory : dlparRemoveMemory)(this.kernel, range);
  }

  /** Functions found so far, in the order of the scan (VIO devices last). */
  devices(): readonly LinuxDevice[] {
    return this.found;
  }

  device(fn: FunctionAddress): LinuxDevice | undefined {
    return this.byFn.get(fn);
  }

  boundDriver(fn: FunctionAddress): BoundDriver | undefined {
    return this.bound.get(fn);
  }

  /** The live tree, edited by the kernel (a copy of the platform's, taken at boot). Not to be changed by the caller. */
  deviceTree(): DtNode {
    return this.kernel.tree.root.dt;
  }

  /** How this kernel uses a window: a 1:1 map, a dynamic table, its default table, or not at all. */
  windowUse(liobn: number): DmaMode {
    return this.windowUses().get(liobn | 0) ?? 'none';
  }

  /** The same of all windows that it uses, by LIOBN as int32: one look at the tree, however many they are. */
  windowUses(): ReadonlyMap<number, DmaMode> {
    const uses = new Map<number, DmaMode>();
    const note = (liobn: number, use: DmaMode): void => {
      if (!uses.has(liobn)) uses.set(liobn, use);
    };
    const k = this.state;
    if (k === undefined) return uses;
    for (const { liobn, mode } of k.windows) note(liobn, mode);
    for (const node of k.tree.all()) {
      for (const table of node.pdn?.tableGroup?.tables ?? [])
        if (table?.stale === 'no') note(table.liobn, 'default');
    }
    for (const { bus, table } of this.found)
      if (bus === 'vio' && table !== undefined) note(table.liobn, 'default');
    return uses;
  }

  /** The last plan of each function that asked for a large mask. */
  plans(): ReadonlyMap<FunctionAddress, DdwPlanRecord> {
    const plans = new Map<FunctionAddress, DdwPlanRecord>();
    for (const { fn, plan } of this.found) if (plan !== undefined) plans.set(fn, { fn, ...plan });
    return plans;
  }

  private keep(devices: GuestDevice[]): void {
    this.found = devices;
    this.byFn.clear();
    for (const dev of devices) this.byFn.set(dev.fn, dev);
  }

  private meet(devices: readonly GuestDevice[]): void {
    this.found.push(...devices);
    for (const dev of devices) this.byFn.set(dev.fn, dev);
  }

  private guestDevice(fn: FunctionAddress): GuestDevice {
    const dev = this.byFn.get(fn);
    invariant(dev !== undefined, `no PCI function ${fn} in the guest`);
    return dev;
  }

  private below(path: string): readonly GuestDevice[] {
    return this.found.filter((dev) => isBelow(dev.path, path));
  }

  private groupOf(from: LiveNode): number | undefined {
    for (let node: LiveNode | undefined = from; node !== undefined; node = node.parent) {
      if (node.pdn?.tableGroup !== undefined) return node.pdn.tableGroup.id;
    }
    return undefined;
  }

  private newEeh(k: KernelState): Eeh {
    return new Eeh(k, {
      devicesOf: (phb) => this.found.filter((dev) => dev.pdn.phb === phb),
      device: (fn) => this.byFn.get(fn),
      bound: (fn) => this.bound.get(fn),
      isProbing: (fn) => this.probing.has(fn),
      unplug: (fn) => this.removeFunction(fn),
      replug: (fns) => this.replug(fns),
    });
  }

  private *replug(fns: readonly FunctionAddress[]): Task {
    yield* this.rescan();
    for (const fn of fns) {
      const [driver, masks] = this.tried.get(fn) ?? [];
      if (driver !== undefined && this.device(fn) !== undefined) yield* this.probe(fn, driver, masks);
    }
  }

  private contextFor(dev: GuestDevice): DriverContext {
    const k = this.kernel;
    const { ports, trace, scheduler, pageBytes, kernel } = this.options;
    const rng = createRng(this.options.seed ^ hashOf(dev.fn));
    return {
      dev,
      dma: this.dma,
      pages: k.pages,
      memory: ports.memory,
      mmio: this.eeh?.watched(ports.mmio) ?? ports.mmio,
      channelOffline: () => this.eeh?.isOffline(dev.fn) ?? false,
      trace,
      scheduler,
      pageBytes,
      mapsEachSegment: kernel.mapsEachSegment.value,
      // The dyndbg of the configuration names iommu.c and dma-iommu.c: a driver's own debug lines stay unseen.
      log: (level, text) => {
        if (level !== 'debug') k.printk.dev(level, dev, text);
      },
      random: () => rng.next(),
      hcall: (opcode, halves) => {
        const { hcall } = ports;
        hcall.regs.fill(0);
        hcall.regs[1] = opcode;
        hcall.regs.set(halves, 2);
        return hcall.hcall();
      },
    };
  }
}

function isBelow(path: string, ancestor: string): boolean {
  return path === ancestor || path.startsWith(`${ancestor}/`);
}

function hashOf(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h;
}

// VFIO of one booted kernel: processes and containers by name, each call with its entry and its result in the trace.

import { EINVAL, EPERM } from '../../../abi/linux/errno.ts';
import type { ApplicationPlan } from '../../../abi/linux/application.ts';
import { VFIO_CALL_NAMES, type VfioCall, type VfioResult } from '../../../abi/linux/vfio.ts';
import type { FunctionAddress } from '../../../abi/ports.ts';
import type { Task } from '../../../time/scheduler.ts';
import type { IoctlEvent } from '../../../trace/events.ts';
import type { GuestDevice, KernelState } from '../kernel-state.ts';
import type { LiveNode } from '../live-tree.ts';
import type { ApplicationState, Failure, ProgramHost } from '../process/application.ts';
import { runV1, runV2 } from '../process/application.ts';
import { runDpdk } from '../process/dpdk.ts';
import { HugePages, type MmuMode } from '../process/huge-pages.ts';
import { UserProcess } from '../process/user-process.ts';
import type { BoundDriver, Driver } from '../types.ts';
import { closeContainer, setContainer, setIommu } from './attach.ts';
import { argumentsText, resultText } from './call-values.ts';
import type { Container } from './container.ts';
import { newContainer } from './container.ts';
import { driverIoctl } from './ioctls.ts';
import { reasonOf } from './reasons.ts';
import type { OwnedGroup } from './table-group-ops.ts';

/** The driver's own name, as sysfs has it. */
export const VFIO_PCI = 'vfio-pci';
/** Calls that are kept for people. */
const RECENT_CALLS = 16;

export class Vfio {
  readonly processes = new Map<string, UserProcess>();
  readonly containers = new Map<string, Container>();
  readonly hugePages: HugePages;
  /** Programs that were started, by name; a failed one stays until it is stopped. */
  readonly applications = new Map<string, ApplicationState>();
  /** The last calls, oldest first. */
  readonly recent: Omit<IoctlEvent, 'kind' | 'seq' | 'timeNs' | 'cause'>[] = [];
  private readonly k: KernelState;
  private readonly found: () => readonly GuestDevice[];

  constructor(
    k: KernelState,
    mmu: MmuMode,
    bootArgs: readonly string[],
    found: () => readonly GuestDevice[],
  ) {
    this.k = k;
    this.found = found;
    this.hugePages = new HugePages(mmu, bootArgs, k.pages, k.printk);
  }

  /** Kernel memory in users' views of tables, bytes. */
  get viewBytes(): number {
    return this.k.viewBytes;
  }

  process(name: string): UserProcess {
    const known = this.processes.get(name);
    if (known !== undefined) return known;
    const fresh = new UserProcess(name, { pages: this.k.pages, hugePages: this.hugePages });
    this.processes.set(name, fresh);
    return fresh;
  }

  /** The group of a function, as a container takes it; undefined: it is in none. */
  groupOf(fn: FunctionAddress): OwnedGroup | undefined {
    const dev = this.found().find((one) => one.fn === fn);
    const node = dev === undefined ? undefined : groupNode(dev.node);
    const group = node?.pdn?.tableGroup;
    if (node === undefined || group === undefined) return undefined;
    return { group, node, devices: this.found().filter((one) => groupNode(one.node) === node) };
  }

  /** The container that holds a function's group. */
  holder(fn: FunctionAddress): Container | undefined {
    const group = this.groupOf(fn)?.group;
    return [...this.containers.values()].find((one) => one.groups.some((owned) => owned.group === group));
  }

  /** One call of a process; `fn`: the function of a set-container. */
  *call(
    processName: string,
    containerName: string,
    request: VfioCall,
    fn?: FunctionAddress,
  ): Generator<number, VfioResult, void> {
    const { trace } = this.k;
    const name = VFIO_CALL_NAMES[request.call];
    const args = argumentsText(request);
    trace.open({ kind: 'guest-call', name, ...(fn !== undefined && { fn }), detail: args });
    const answer = yield* this.perform(processName, containerName, request, fn);
    const call = { process: processName, container: containerName, name, args };
    const told = { ...call, ret: answer.ret, answer: resultText(answer) };
    trace.emit({ kind: 'ioctl', ...told });
    this.recent.push(told);
    if (this.recent.length > RECENT_CALLS) this.recent.shift();
    trace.close();
    return answer;
  }

  /** A program begins; it ends where it waits for work, or where it fails. `fnOf`: the function of an id. */
  *startApplication(
    name: string,
    plan: ApplicationPlan,
    fnOf: (id: string) => FunctionAddress | undefined,
  ): Task {
    const state = newApplication(name, plan);
    this.applications.set(name, state);
    const { k } = this;
    const { clock } = k.scheduler;
    const beganNs = clock.nowNs;
    const callsBefore = k.hcalls.calls;
    const failure = yield* programOf(plan)(this.programHost(state, fnOf));
    state.ns = clock.nowNs - beganNs;
    state.hcalls = k.hcalls.calls - callsBefore;
    state.state = failure === undefined ? 'running' : 'failed';
    if (failure === undefined) return;
    state.failed = { call: VFIO_CALL_NAMES[failure.request.call], ret: failure.ret, why: failure.why };
    yield* this.endProcess(name);
  }

  /** The program is killed: its descriptors are closed, whatever it has mapped. */
  *stopApplication(name: string): Task {
    const state = this.applications.get(name);
    this.applications.delete(name);
    if (state?.state === 'running') yield* this.endProcess(name);
  }

  private *endProcess(name: string): Task {
    if (this.containers.has(name)) yield* this.call(name, name, { call: 'close' });
    const process = this.processes.get(name);
    for (const { name: buffer } of [...(process?.buffers ?? [])]) process?.unmap(buffer);
    this.processes.delete(name);
  }

  private programHost(
    state: ApplicationState,
    fnOf: (id: string) => FunctionAddress | undefined,
  ): ProgramHost {
    const { k, hugePages } = this;
    const { name } = state;
    return {
      state,
      pageBytes: k.pageBytes,
      ramBytes: k.ports.memory.ramBytes,
      call: (request) =>
        this.call(name, name, request, request.call === 'set-container' ? fnOf(request.id) : undefined),
      buffer: (buffer) => this.process(name).buffer(buffer),
      print: (line) => {
        state.lines.push(line);
        const ret = line.length;
        k.trace.emit({
          kind: 'ioctl',
          process: name,
          container: name,
          name: 'write',
          args: line,
          ret,
          answer: String(ret),
        });
      },
      reason: (request, ret, info) => reasonOf({ k, hugePages, info }, request, ret),
    };
  }

  private *perform(
    processName: string,
    containerName: string,
    request: VfioCall,
    fn: FunctionAddress | undefined,
  ): Generator<number, VfioResult, void> {
    const process = this.process(processName);
    switch (request.call) {
      case 'mmap':
        return { ret: process.map(request.buffer, request.bytes, request.pageBytes) };
      case 'munmap':
        return { ret: process.unmap(request.buffer) };
      case 'ulimit':
        process.memlockBytes = request.bytes ?? undefined;
        process.capIpcLock = request.capIpcLock;
        return { ret: 0 };
      case 'set-container':
        return { ret: yield* this.setContainer(containerName, fn) };
      case 'set-iommu':
        return { ret: yield* setIommu(this.k, this.container(containerName), request.type) };
      case 'close':
        yield* closeContainer(this.k, this.container(containerName));
        this.containers.delete(containerName);
        return { ret: 0 };
      default:
        return yield* driverIoctl(this.k, this.container(containerName), process, request);
    }
  }

  private container(name: string): Container {
    const known = this.containers.get(name);
    if (known !== undefined) return known;
    const fresh = newContainer(name);
    this.containers.set(name, fresh);
    return fresh;
  }

  private *setContainer(name: string, fn: FunctionAddress | undefined): Generator<number, number, void> {
    const container = this.container(name);
    const owned = fn === undefined ? undefined : this.groupOf(fn);
    if (owned === undefined) return EINVAL;
    // /dev/vfio/<group> is there once vfio-pci has a function of the group.
    if (!owned.devices.some(({ driver }) => driver === VFIO_PCI)) return EPERM;
    return yield* setContainer(this.k, container, owned);
  }

  /** A driver of the kernel may not bind beside a user that owns the PE (iommu_device_use_default_domain). */
  refusesDriver(fn: FunctionAddress): boolean {
    return this.groupOf(fn)?.group.claimed === true;
  }
}

function newApplication(name: string, plan: ApplicationPlan): ApplicationState {
  return {
    name,
    plan,
    state: 'starting',
    failed: undefined,
    lines: [],
    mappedBytes: 0,
    ioPageBytes: 0,
    iova: 0n,
    tces: 0,
    hcalls: 0,
    ns: 0,
  };
}

function programOf({
  app,
}: ApplicationPlan): (host: ProgramHost) => Generator<number, Failure | undefined, void> {
  return { v1: runV1, v2: runV2, dpdk: runDpdk }[app];
}

/** The node whose pci_dn has the table group. */
function groupNode(from: LiveNode): LiveNode | undefined {
  for (let node: LiveNode | undefined = from; node !== undefined; node = node.parent)
    if (node.pdn?.tableGroup !== undefined) return node;
  return undefined;
}

const NO_FIGURES = { requests: 0, bytes: 0, maps: 0, unmaps: 0, failures: 0, corrupted: 0 };

/** vfio-pci lies still: all that is done with the device is done by its user. */
const vfioDevice: BoundDriver = {
  interrupt: () => undefined,
  startIo: (_, done) => done(NO_FIGURES),
  stopIo: () => undefined,
  figures: NO_FIGURES,
  *remove(): Task {
    // Nothing of its own is mapped; the container gives the PE back when it is closed.
  },
};

/** vfio-pci for the function; -22 in kernels whose VFIO core asks this platform for a promise that it does not make. */
export function vfioPciDriver(k: KernelState): Driver {
  return {
    name: VFIO_PCI,
    devices: [],
    dmaMaskBits: 64,
    coherentMaskBits: 64,
    *probe() {
      yield 0;
      return k.build.vfioBind.value === 'works' ? vfioDevice : EINVAL;
    },
  };
}

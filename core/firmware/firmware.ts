// The platform's firmware: hcalls, RTAS, windows, DMA paths and device tree of one machine. One class serves all profiles.

import { H_RTAS, H_SUCCESS } from '../abi/papr/hcall.ts';
import type { DeviceModel, DmaBus, DtNode, FunctionAddress, HcallPort, RtasPort } from '../abi/ports.ts';
import { ungraded } from '../base/graded.ts';
import { invariant } from '../base/invariant.ts';
import type { U64 } from '../base/u64.ts';
import { DmaPath } from '../iommu/dma-path.ts';
import type { DmaWindow } from '../iommu/dma-window.ts';
import { WindowPool } from '../iommu/window-pool.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';
import type { ConfigSpace } from '../pci/config-space.ts';
import type { VirtualClock } from '../time/clock.ts';
import type { TraceSink } from '../trace/sink.ts';
import { HcallDispatch } from './hcall/dispatch.ts';
import { TCE_HCALLS, VIO_HCALLS } from './hcall/index.ts';
import { rtasHcall } from './hcall/rtas.ts';
import type { TceOverview, TceRange } from './inspection.ts';
import { overviewOf, WindowInspector } from './inspector.ts';
import { Injections, type Injection } from './injections.ts';
import { FaultCounter, type FirmwareLimits } from './limits.ts';
import { ddwRules, tceRules } from './overlay.ts';
import { createPhb, describeWindow, disableAll, resetWindows, type PhbState } from './phb-state.ts';
import { findSlotClass } from './profiles/index.ts';
import type { PlatformProfile } from './profiles/profile.ts';
import type { DdwRules, DmaRules } from './profiles/rules.ts';
import { RtasDispatch } from './rtas/dispatch.ts';
import { RTAS_CALLS } from './rtas/index.ts';
import type { MemoryLayout } from './tree/layout.ts';
import { phbNode } from './tree/phb-node.ts';
import { platformTree } from './tree/platform-tree.ts';
import type { EndpointView, FirmwareApi, FirmwareWindow, PhbSpec } from './types.ts';
import { vioWindow, type VioDeviceSpec } from './vio.ts';

export interface FirmwareOptions {
  readonly profile: PlatformProfile;
  readonly memory: GuestMemory;
  readonly layout: MemoryLayout;
  readonly clock: VirtualClock;
  /** Absent: nothing is observed, calls are faster. */
  readonly trace?: TraceSink | undefined;
  readonly limits?: FirmwareLimits | undefined;
  readonly vioDevices?: readonly VioDeviceSpec[];
  /** A slot reset: all functions of the PE go back to power-on state. */
  readonly resetFunctions?: (buid: U64) => void;
  /** An event for each DMA transfer (faults always have one). */
  readonly traceTransfers?: boolean;
}

export class Firmware implements FirmwareApi {
  readonly hcallPort: HcallPort;
  readonly rtasPort: RtasPort;
  private readonly options: FirmwareOptions;
  private readonly dispatch: HcallDispatch;
  private readonly rtas: RtasDispatch;
  private readonly pool = new WindowPool();
  readonly inspector: WindowInspector;
  private readonly injections = new Injections();
  private readonly phbs = new Map<bigint, PhbState>();
  private readonly vioDevices = new Map<number, DeviceModel>();
  private readonly vioWindows: readonly DmaWindow[];
  private readonly ddw: DdwRules;
  private readonly dma: DmaRules;
  private layout: MemoryLayout;
  private directRtasCalls = 0;

  constructor(options: FirmwareOptions) {
    const { profile, memory, clock, trace, limits } = options;
    this.options = options;
    this.layout = options.layout;
    this.inspector = new WindowInspector(this.pool, this.phbs, memory);
    this.ddw = ddwRules(profile, limits);
    this.dma = ungraded(profile.dma);
    const { pool, phbs } = this;
    const costs = ungraded(profile.costs);
    const counter = (plan: FirmwareLimits['inject'] | undefined): FaultCounter | undefined =>
      plan === null || plan === undefined ? undefined : new FaultCounter(plan);
    const busy = { rc: 9901, count: limits?.createBusy9901 ?? 0, skip: 0 };
    this.rtas = new RtasDispatch(
      {
        phbs,
        pool,
        rules: this.ddw,
        eeh: ungraded(profile.eeh),
        injections: this.injections,
        resetFunctions: (buid) => options.resetFunctions?.(buid),
        costs,
        clock,
        trace,
        createBusy: counter(busy),
        createFail: counter(limits?.createFail),
      },
      RTAS_CALLS,
      profile.tokens,
    );
    const rtasRules = ungraded(profile.rtas);
    const carrier = rtasRules.carrier === 'H_RTAS' ? [rtasHcall(this.rtas, rtasRules.bufferAddressBits)] : [];
    const rules = tceRules(profile, limits);
    const inject = counter(limits?.inject);
    const { partitionBounds } = rules;
    const mappings = partitionBounds || inject !== undefined ? { partitionBounds, inject } : undefined;
    const { hcallNs } = costs;
    const { vioDevices } = this;
    this.dispatch = new HcallDispatch(
      { pool, memory, rules, mappings, costs, hcallNs, clock, trace, vioDevices },
      [...TCE_HCALLS, ...VIO_HCALLS, ...carrier],
    );
    this.hcallPort = this.dispatch;
    this.rtasPort = { call: (token, args, nret) => this.callRtas(token, args, nret) };
    this.vioWindows = this.makeVioWindows(ungraded(profile.vio).windowBytes);
  }

  get hcalls(): number {
    return this.dispatch.count + this.directRtasCalls;
  }

  addPhb(spec: PhbSpec): void {
    invariant(!this.phbs.has(spec.buid), `PHB ${spec.buid.toString(16)} exists already`);
    const phb = createPhb(spec, this.options.trace);
    this.phbs.set(spec.buid, phb);
    for (const window of phb.pe.windows) this.pool.add(window);
  }

  removePhb(buid: U64): void {
    const phb = this.phb(buid);
    disableAll(phb, this.options.trace);
    for (const window of phb.pe.windows) this.pool.remove(window);
    this.phbs.delete(buid);
    if (phb.spec.vio !== undefined) this.vioDevices.delete(phb.spec.vio.unit);
  }

  connectVio(unit: number, device: DeviceModel): void {
    this.vioDevices.set(unit, device);
  }

  /** What memory the tree describes from now on (hot-add and hot-remove at the platform; RAM itself is GuestMemory's). */
  setLayout(layout: MemoryLayout): void {
    this.layout = layout;
  }

  deviceTree(): DtNode {
    const { profile } = this.options;
    const { tokens } = profile;
    const tree = ungraded(profile.tree);
    const specs = [...this.phbs.values()].map(({ spec }) => spec);
    const phbs = specs.filter(({ vio }) => vio === undefined).map((spec) => this.nodeOf(spec));
    const added = specs.flatMap(({ vio, pe }) =>
      vio === undefined ? [] : [{ ...vio, liobn: pe.defaultWindow.liobn }],
    );
    const vioDevices = [...(this.options.vioDevices ?? []), ...added];
    const vioWindowBytes = ungraded(profile.vio).windowBytes;
    return platformTree({ tree, tokens, layout: this.layout, vioDevices, vioWindowBytes, phbs });
  }

  phbNode(buid: U64): DtNode {
    return this.nodeOf(this.phb(buid).spec);
  }

  private nodeOf(spec: PhbSpec): DtNode {
    const { profile } = this.options;
    const slotClass = findSlotClass(profile, spec.slotClass);
    return phbNode(spec, { tree: ungraded(profile.tree), ddw: this.ddw, tokens: profile.tokens, slotClass });
  }

  dmaBus(buid: U64, fn: FunctionAddress): DmaBus {
    const { memory, trace, traceTransfers = false } = this.options;
    const { pe, spec } = this.phb(buid);
    // A virtual device has no PE that could be frozen.
    const policy = spec.vio === undefined ? this.dma.faultPolicy : 'drop';
    return new DmaPath({ pe, fn, memory, policy, trace, traceTransfers });
  }

  /** Configuration space of a function, as RTAS calls reach it. */
  configSpace(buid: U64, bus: number, slot: number): ConfigSpace | undefined {
    return this.phbs.get(buid)?.configSpaces.get((bus << 8) | (slot << 3));
  }

  endpoint(buid: U64): EndpointView {
    return this.phb(buid).pe;
  }

  /** An error of a function, as if its hardware reported one; with `unavailableNs` the platform needs so long to gather it. */
  failEndpoint(buid: U64, fn: FunctionAddress, unavailableNs = 0): void {
    const { pe } = this.phb(buid);
    const by = 'injected error';
    if (unavailableNs === 0) pe.freeze(fn, by);
    else pe.makeUnavailable(fn, this.options.clock.nowNs + unavailableNs, by);
  }

  injectableCalls(): readonly string[] {
    return [...this.dispatch.refusableNames, ...this.rtas.names];
  }

  inject(injection: Injection): void {
    const { call } = injection;
    this.injections.add(injection);
    this.dispatch.refuse(call, (liobn) => {
      const status = this.injections.next(call, this.pool.find(liobn)?.owner);
      if (!this.injections.waitsFor(call)) this.dispatch.refuse(call, undefined);
      return status;
    });
  }

  reset(): void {
    for (const phb of this.phbs.values()) {
      resetWindows(phb, this.options.trace);
      phb.pe.powerCycle();
    }
    for (const window of this.vioWindows) window.table.fill(0, window.entries, 0, 0);
  }

  windows(): readonly FirmwareWindow[] {
    return this.pool
      .all()
      .filter((window) => window.active)
      .map((window) => ({ ...describeWindow(window), buid: window.owner, usedTces: window.table.used }));
  }

  readTces(liobn: number, index: number, count: number): readonly U64[] | undefined {
    const window = this.activeWindow(liobn);
    if (window === undefined) return undefined;
    const n = Math.max(0, Math.min(count, window.entries - index));
    return Array.from({ length: n }, (_, i) => window.table.get(index + i));
  }

  tceOverview(liobn: number, cells: number, part?: TceRange): TceOverview | undefined {
    const window = this.activeWindow(liobn);
    return window === undefined ? undefined : overviewOf(window, cells, part);
  }

  private activeWindow(liobn: number): DmaWindow | undefined {
    const window = this.pool.find(liobn | 0);
    return window?.active === true ? window : undefined;
  }

  private phb(buid: U64): PhbState {
    const phb = this.phbs.get(buid);
    invariant(phb !== undefined, `no PHB has the BUID ${buid.toString(16)}`);
    return phb;
  }

  private makeVioWindows(bytes: number): readonly DmaWindow[] {
    const windows = (this.options.vioDevices ?? []).flatMap(({ unit, liobn }) =>
      liobn === undefined ? [] : [vioWindow(unit, liobn, bytes)],
    );
    for (const window of windows) {
      this.pool.add(window);
      const { owner } = window;
      this.options.trace?.emit({ kind: 'window-created', buid: owner, window: describeWindow(window) });
    }
    return windows;
  }

  /** RTAS as the guest's kernel calls it: on QEMU an hcall carries it, and the trace shows that. */
  private callRtas(token: number, args: readonly number[], nret: number): readonly number[] {
    const { trace, profile, clock } = this.options;
    const carried = profile.rtas.carrier.value === 'H_RTAS';
    const event = { kind: 'hcall' as const, opcode: H_RTAS, args: [] };
    const seq = carried ? trace?.open({ ...event, ret: H_SUCCESS }) : undefined;
    const { cells, hcallStatus } = this.rtas.perform(token, { nargs: args.length, nret, args });
    if (seq !== undefined) {
      if (hcallStatus !== H_SUCCESS) trace?.amend(seq, { ...event, ret: hcallStatus });
      trace?.close();
    }
    if (carried) {
      this.directRtasCalls++;
      clock.nowNs += profile.costs.hcallNs.value;
    }
    // Linux' rtas_call() clears the return cells before the call, so what the firmware leaves alone reads as 0.
    return Array.from({ length: nret }, (_, i) => (cells[i] ?? 0) | 0);
  }
}

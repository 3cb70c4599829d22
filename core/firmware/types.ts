// What a machine asks of its firmware. One implementation serves all profiles: a profile is data.

import type { U64 } from '../base/u64.ts';
import type { DeviceModel, DmaBus, DtNode, FunctionAddress, HcallPort, RtasPort } from '../abi/ports.ts';
import type { Injection } from './injections.ts';
import type { TceOverview, TceRange, WindowInspection } from './inspection.ts';
import type { WindowDescription } from '../trace/events.ts';

/** A PCI function below a PHB, as the platform announces it in the device tree. */
export interface PciFunctionSpec {
  readonly fn: FunctionAddress;
  /** PCI device number on the PHB's bus (0..31) and bus number. */
  readonly bus: number;
  readonly slot: number;
  readonly vendor: number;
  readonly deviceId: number;
  readonly classCode: number;
  /** Node name without unit address: `mass-storage`, `ethernet`. */
  readonly nodeName: string;
  /** Size of the memory behind each base address register, for configuration space; absent: none can be set. */
  readonly barBytes?: readonly number[];
  /** Further properties, raw bytes (`ibm,loc-code`). */
  readonly properties?: ReadonlyMap<string, Uint8Array>;
}

/** Window rules of one partitionable endpoint: profile values, or a recording's `plan`. All numbers are the platform's data. */
export interface PeRules {
  readonly ddw: boolean;
  readonly maxWindows: number;
  readonly defaultWindow: {
    readonly liobn: number;
    readonly start: U64;
    readonly sizeBytes: number;
    readonly pageShift: number;
  };
  /** LIOBN of the dynamic window (slot 1). */
  readonly ddwLiobn: number;
  readonly ddwStart: U64;
  /** Page shifts that create accepts. */
  readonly pageShifts: readonly number[];
  /** Bits that query answers. */
  readonly queryPageMask: number;
  /** Largest contiguous block, in TCEs; query answers it. */
  readonly blockTces: number;
  /** create checks against the block (PowerVM) or not (QEMU). */
  readonly blockEnforced: boolean;
  readonly minTces: number;
  readonly migrationMask: number;
}

export interface PhbSpec {
  readonly buid: U64;
  /** Linux domain number. */
  readonly domain: number;
  /** Index of the PHB on QEMU; PHB number on PowerVM. */
  readonly index: number;
  /** SR-IOV adapter of a VF, from 1; absent: the first. */
  readonly adapter?: number;
  readonly slotClass: string;
  readonly pe: PeRules;
  readonly functions: readonly PciFunctionSpec[];
  /** QEMU describes its windows of the CPU address space; PowerVM's PHBs have others. */
  readonly vf: boolean;
  /** Not a PHB at all: a virtual device below /vdevice; its BUID is the unit address, its default window the only one. */
  readonly vio?: { readonly nodeName: string; readonly unit: number };
}

export interface FirmwareWindow extends WindowDescription {
  readonly buid: U64;
  readonly usedTces: number;
}

/** A PE's error state as the bus sees it. */
export interface EndpointView {
  /** No DMA and no interrupt passes. */
  readonly frozen: boolean;
  /** Loads give all ones, stores are lost. */
  readonly mmioStopped: boolean;
}

export interface FirmwareApi {
  readonly hcallPort: HcallPort;
  readonly rtasPort: RtasPort;
  addPhb(spec: PhbSpec): void;
  /** DLPAR isolate: the PHB leaves, its windows with it. */
  removePhb(buid: U64): void;
  /** The device that answers hcalls for a unit address of a virtual device, which addPhb() has brought. */
  connectVio(unit: number, device: DeviceModel): void;
  /** The flattened tree as the platform would hand it over now (properties of live windows included as the platform sees them). */
  deviceTree(): DtNode;
  /** A PHB's node in that tree (with hundreds of VFs the whole tree is long to build). */
  phbNode(buid: U64): DtNode;
  /** The DMA path of a function. */
  dmaBus(buid: U64, fn: FunctionAddress): DmaBus;
  /** The live error state of a PHB's PE. */
  endpoint(buid: U64): EndpointView;
  /** An error of a function: its PE stops. `unavailableNs`: the platform needs so long before it can be worked with. */
  failEndpoint(buid: U64, fn: FunctionAddress, unavailableNs?: number): void;
  /** Names of the calls that can be made to fail: the TCE hcalls, and the platform's RTAS calls. */
  injectableCalls(): readonly string[];
  /** The next calls of a name fail on purpose; until all have, whatever happens to the partition. */
  inject(injection: Injection): void;
  /** Partition reset: default windows back, created ones gone, tables zero. */
  reset(): void;
  windows(): readonly FirmwareWindow[];
  /** `count` entries (as stored) from `index`; undefined when there is no such window. */
  readTces(liobn: number, index: number, count: number): readonly U64[] | undefined;
  /** Entries in use in each of `cells` equal parts of the table, or of a part of it. */
  tceOverview(liobn: number, cells: number, part?: TceRange): TceOverview | undefined;
  /** Questions about windows that nobody on the machine asks: for people. */
  readonly inspector: WindowInspection;
  /** Hcalls answered so far. */
  readonly hcalls: number;
}

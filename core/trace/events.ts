// The trace's vocabulary: what is observed of the machine. Events are observations, never the state itself.
// `cause` is the sequence number of the enclosing event (command -> guest function -> hcall -> effect), -1 at the top.

import type { U64 } from '../base/u64.ts';
import type { DmaFault, FunctionAddress } from '../abi/ports.ts';

interface EventBase {
  /** Position in the trace, from 0. */
  readonly seq: number;
  /** Virtual time in ns since the session began. */
  readonly timeNs: number;
  readonly cause: number;
}

/** A run of consecutive I/O pages: `count` TCEs from `first`, each `step` (the window's page size) above the one before. */
export interface TceRun {
  readonly first: U64;
  readonly count: number;
}

/** One of the four TCE hcalls; kept as packed rows, so this is the decoded form. */
export interface TceHcallEvent extends EventBase {
  readonly kind: 'tce-hcall';
  readonly opcode: number;
  readonly liobn: number;
  readonly ioba: U64;
  /** Status: r3 after the call. */
  readonly ret: number;
  /** H_PUT_TCE and H_STUFF_TCE: the value written; H_GET_TCE: the value read. */
  readonly tce?: U64;
  /** H_STUFF_TCE and H_PUT_TCE_INDIRECT. */
  readonly count?: number;
  /** The count as given when it is 2^53 or more; `count` is then the nearest number. */
  readonly wideCount?: U64;
  /** H_PUT_TCE_INDIRECT: guest real address of the list page. */
  readonly list?: U64;
  /** H_PUT_TCE_INDIRECT: what the list held, as runs; of a refused call what was wanted, when the list could be read. */
  readonly runs?: readonly TceRun[];
}

/**
 * H_GET_TCE, then H_PUT_TCE, of each of `count` neighbouring entries, all with success: 2 * `count` hcalls as one event, because a
 * user who maps gigabytes through VFIO makes millions of such pairs. Shorter ranges, and ranges with a failure, are single calls.
 */
export interface TceExchangeEvent extends EventBase {
  readonly kind: 'tce-exchange';
  readonly liobn: number;
  readonly ioba: U64;
  readonly count: number;
  /** What was read, and what was written, as runs; entries that hold 0 are a run that does not count up. */
  readonly before: readonly TceRun[];
  readonly after: readonly TceRun[];
}

/** Any other hcall. `args` are r4.., `outs` the registers that changed. */
export interface HcallEvent extends EventBase {
  readonly kind: 'hcall';
  readonly opcode: number;
  readonly args: readonly U64[];
  readonly ret: number;
}

export interface RtasEvent extends EventBase {
  readonly kind: 'rtas';
  readonly token: number;
  /** `ibm,query-pe-dma-window` and so on; the token in hex when nobody answers to it. */
  readonly name: string;
  readonly args: readonly number[];
  readonly nret: number;
  /** Cells as int32; `rets[0]` is the status. */
  readonly rets: readonly number[];
}

export interface WindowDescription {
  readonly liobn: number;
  readonly start: U64;
  readonly pageShift: number;
  /** Number of TCEs. */
  readonly entries: number;
  readonly isDefault: boolean;
}

export interface WindowEvent extends EventBase {
  readonly kind: 'window-created' | 'window-removed' | 'window-restored';
  readonly buid: U64;
  readonly window: WindowDescription;
}

/** A device's DMA, as one transfer. */
export interface DmaEvent extends EventBase {
  readonly kind: 'dma';
  readonly fn: FunctionAddress;
  readonly direction: 'read' | 'write';
  readonly busAddress: U64;
  readonly bytes: number;
}

export interface DmaFaultEvent extends EventBase {
  readonly kind: 'dma-fault';
  readonly fn: FunctionAddress;
  readonly direction: 'read' | 'write';
  readonly busAddress: U64;
  readonly bytes: number;
  readonly fault: DmaFault;
}

export interface PeFrozenEvent extends EventBase {
  readonly kind: 'pe-frozen';
  readonly buid: U64;
  readonly fn: FunctionAddress;
}

/**
 * States of a PE (ibm,read-slot-reset-state2): normal 0, reset 1 (active), stopped 2 (MMIO and DMA), mmio-enabled 4 (DMA stopped),
 * unavailable 5 (for a while), disabled 5 (for good).
 */
export type PeState = 'normal' | 'reset' | 'stopped' | 'mmio-enabled' | 'unavailable' | 'disabled';

/** A PE went from one error state to another. */
export interface PeStateEvent extends EventBase {
  readonly kind: 'pe-state';
  readonly buid: U64;
  readonly from: PeState;
  readonly to: PeState;
  /** The RTAS call that did it, or what happened. */
  readonly by: string;
}

/** A line of the guest's kernel log, in the kernel's words. */
export interface PrintkEvent extends EventBase {
  readonly kind: 'printk';
  readonly level: 'err' | 'warn' | 'notice' | 'info' | 'debug';
  /** The function that dev_info() and its like name first; absent for pr_info(). */
  readonly fn?: FunctionAddress;
  /** The whole line without time stamp: "nvme 0000:00:01.0: ibm,query-pe-dma-windows(2026) ...". */
  readonly text: string;
}

/** A guest function entered; what happens inside has this event as its cause. */
export interface GuestCallEvent extends EventBase {
  readonly kind: 'guest-call';
  /** The kernel's function: `enable_ddw`, `iommu_map_page`, `pci_dma_bus_setup_pSeriesLP`. */
  readonly name: string;
  readonly fn?: FunctionAddress;
  readonly detail?: string;
}

/** One numbered step of the kernel's decision: what was compared with what, and the branch taken. */
export interface PlanStep {
  /** Kernel function: `enable_ddw`, `query_ddw`, `ddw_memory_hotplug_max`. */
  readonly where: string;
  /** A sentence a colleague would say. */
  readonly text: string;
  /** The two numbers compared, when there were two. */
  readonly compared?: {
    readonly left: string;
    readonly op: string;
    readonly right: string;
    readonly holds: boolean;
  };
}

export type DmaMode = 'direct' | 'indirect' | 'hybrid' | 'default' | 'none';

/** enable_ddw()'s decision for a device, as made. */
export interface DdwPlanEvent extends EventBase {
  readonly kind: 'ddw-plan';
  readonly fn: FunctionAddress;
  readonly mode: DmaMode;
  readonly steps: readonly PlanStep[];
}

/** A device's driver bound, with the way its DMA goes from now on. */
export interface DriverEvent extends EventBase {
  readonly kind: 'driver-bound' | 'driver-failed' | 'driver-unbound';
  readonly fn: FunctionAddress;
  readonly driver: string;
  readonly mode: DmaMode;
  /** dma_mask bits the driver asked for. */
  readonly maskBits: number;
  /** driver-failed: why, with the errno. */
  readonly reason?: string;
}

/** The guest's live device tree changed. `before`/`after` are raw bytes; absent = the property does not exist. */
export interface DtChangedEvent extends EventBase {
  readonly kind: 'dt-changed';
  readonly path: string;
  readonly property: string;
  readonly before?: Uint8Array;
  readonly after?: Uint8Array;
}

/** What a function of the machine is, when it appears or goes. */
export interface FunctionDescription {
  /** The name that commands use: `vf0`, `nvme0`. */
  readonly id: string;
  readonly fn: FunctionAddress;
  /** Slot class of the profile: `qemu-phb`, `dedicated`, `sriov-vf`. */
  readonly slotClass: string;
  readonly device: string;
  readonly buid: U64;
  readonly defaultLiobn: number;
}

export interface FunctionEvent extends EventBase {
  readonly kind: 'function-added' | 'function-removed';
  readonly description: FunctionDescription;
}

export interface MachineStateEvent extends EventBase {
  readonly kind: 'machine-state';
  readonly state: MachineState;
}

export type MachineState = 'off' | 'booting' | 'running' | 'oops';

/** A command as it was accepted. `line` is its text in the lab's command language. */
export interface CommandEvent extends EventBase {
  readonly kind: 'command';
  readonly line: string;
}

/** A workload ended (or was stopped): its figures. Times are virtual. */
export interface IoFiguresEvent extends EventBase {
  readonly kind: 'io-figures';
  readonly id: string;
  readonly fn: FunctionAddress;
  readonly requests: number;
  readonly bytes: number;
  readonly maps: number;
  readonly unmaps: number;
  readonly hcalls: number;
  readonly failures: number;
  /** Most TCEs mapped at one time. */
  readonly peakTces: number;
  readonly durationNs: number;
  /** Payloads whose hash did not match after the transfer. */
  readonly corrupted: number;
}

/** A system call of a user process came back (VFIO's ioctls, and the memory calls that go with them). */
export interface IoctlEvent extends EventBase {
  readonly kind: 'ioctl';
  readonly process: string;
  readonly container: string;
  /** The kernel's name: `VFIO_IOMMU_MAP_DMA`, `mmap`. */
  readonly name: string;
  readonly args: string;
  /** 0 or above, or a negative errno. */
  readonly ret: number;
  /** The result in words: `-ENODEV`, `0 start=0x800000000000000`. */
  readonly answer: string;
}

export interface MarkEvent extends EventBase {
  readonly kind: 'mark';
  readonly text: string;
}

export type TraceEvent =
  | TceHcallEvent
  | TceExchangeEvent
  | HcallEvent
  | RtasEvent
  | WindowEvent
  | DmaEvent
  | DmaFaultEvent
  | PeFrozenEvent
  | PeStateEvent
  | PrintkEvent
  | GuestCallEvent
  | DdwPlanEvent
  | DriverEvent
  | DtChangedEvent
  | FunctionEvent
  | MachineStateEvent
  | CommandEvent
  | IoFiguresEvent
  | IoctlEvent
  | MarkEvent;

export type TraceEventKind = TraceEvent['kind'];

/** An event as its maker hands it in: the log adds seq, timeNs and cause. */
export type NewEvent<E extends TraceEvent = TraceEvent> = E extends TraceEvent
  ? Omit<E, 'seq' | 'timeNs' | 'cause'>
  : never;

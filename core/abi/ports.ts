// The only doors between a guest and its platform: hcalls, RTAS, device tree, real memory, and device registers.
// The guest model and the firmware never import each other; both import this.

/** A node of the device tree as plain data. Property values are raw big-endian bytes. */
export interface DtNode {
  readonly name: string;
  readonly properties: Map<string, Uint8Array>;
  readonly children: DtNode[];
}

/**
 * The hcall door. Before a call `regs` holds r3 (the opcode) to r12, after it r3 (the status) to r9, each register as
 * two int32 halves: `regs[2 * (n - 3)]` upper, `regs[2 * (n - 3) + 1]` lower.
 * On failure r4.. keep their input values (QEMU writes outputs only on success).
 */
export interface HcallPort {
  readonly regs: Int32Array;
  /** Performs the call; returns the status (r3) as a number. */
  hcall(): number;
  /**
   * `count` times H_GET_TCE, then H_PUT_TCE, of neighbouring entries, in one go: `regs` as of the first H_PUT_TCE; each TCE one I/O
   * page above the last, or all 0 when the first is. True: done, all with success, at the cost of as many calls. False: nothing was
   * done (an entry is outside, a call would fail or is watched): make them one by one. Absent: they are always made one by one.
   */
  exchange?(count: number): boolean;
}

/** The RTAS door: token and 32-bit cells in, 32-bit cells out; `rets[0]` is the status (int32). */
export interface RtasPort {
  call(token: number, args: readonly number[], nret: number): readonly number[];
}

/** Guest real memory as the guest sees it. Addresses are byte addresses below 2^53; memory is big-endian where it matters. */
export interface GuestMemoryPort {
  /** Bytes of RAM now present, from address 0, contiguous. */
  readonly ramBytes: number;
  /** A live view of `length` bytes at `address`; the range must lie in one 64 KiB block of RAM (allocates the block). */
  bytes(address: number, length: number): Uint8Array;
  /**
   * The live 64 KiB block that holds `address`, as int32 words in host byte order (swap to get big-endian values).
   * For the TCE list page: word index = (address % 65536) / 4.
   */
  words(address: number): Int32Array;
  /** What stood there is of no use to anybody any more: it may read as zero from now on, and whole 64 KiB blocks cost nothing. */
  discard(address: number, length: number): void;
}

/** Device registers (memory-mapped): 32- and 64-bit accesses at an offset of a function's BAR 0. */
export interface MmioPort {
  read32(fn: FunctionAddress, offset: number): number;
  write32(fn: FunctionAddress, offset: number, value: number): void;
}

/** `0103:01:00.0`, as Linux prints a PCI function: domain, bus, device, function. */
export type FunctionAddress = string;

/** Everything a guest may touch. */
export interface GuestPorts {
  readonly hcall: HcallPort;
  readonly rtas: RtasPort;
  readonly memory: GuestMemoryPort;
  readonly mmio: MmioPort;
  /** The tree that the platform hands over at boot. The guest takes a copy: it edits its own. */
  readonly deviceTree: () => DtNode;
}

/** How a DMA ended, in the device's eyes. A miss and a permission failure are kept apart. */
export type DmaFault = 'no-window' | 'no-tce' | 'permission' | 'beyond-ram' | 'frozen';

export interface DmaOutcome {
  /** Bytes that reached memory (or came from it). */
  readonly bytesDone: number;
  /** The first fault, if any. What follows it depends on the platform (QEMU goes on, PowerVM freezes the PE). */
  readonly fault?: DmaFault;
}

/**
 * All that a device sees of the machine. Bus addresses are two int32 halves. The transfer is cut at I/O page boundaries.
 */
export interface DmaBus {
  /** The device reads memory: `into` is filled (zeros where refused). */
  read(busHi: number, busLo: number, into: Uint8Array): DmaOutcome;
  /** The device writes memory. */
  write(busHi: number, busLo: number, from: Uint8Array): DmaOutcome;
}

/** A device model behind a function's registers. It raises interrupts through the callback given at construction. */
export interface DeviceModel {
  readonly kind: string;
  read32(offset: number): number;
  write32(offset: number, value: number): void;
  /** An hcall that names the unit address of this virtual device (in r4); `regs` as of HcallPort. Returns the status. */
  hcall?(opcode: number, regs: Int32Array): number;
  /** Back to power-on state (function reset, partition reset). */
  reset(): void;
}

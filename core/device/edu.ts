// QEMU's educational PCI device (docs/specs/edu): a 4 KiB buffer and one DMA engine. The oracle's DMA recordings drive it.

import type { DeviceModel, DmaBus } from '../abi/ports.ts';
import { hi32, lo32, joinU64, numberFromHalves, type U64 } from '../base/u64.ts';
import type { DeviceHost } from './types.ts';

export const EDU_VENDOR = 0x1234;
export const EDU_DEVICE_ID = 0x11e8;
export const EDU_CLASS = 0x00ff00;
export const EDU_BAR_BYTES = 0x10_0000;

const BUFFER_START = 0x4_0000;
const BUFFER_BYTES = 0x1000;
const IDENTIFICATION = 0x0100_00ed;
/** The transfer starts so long after the command is written. */
const DMA_DELAY_NS = 100_000_000;

const REG_LIVENESS = 0x04;
const REG_FACTORIAL = 0x08;
const REG_IRQ_STATUS = 0x24;
const REG_IRQ_RAISE = 0x60;
const REG_IRQ_ACK = 0x64;
const REG_SOURCE = 0x80;
const REG_DESTINATION = 0x88;
const REG_COUNT = 0x90;
const REG_COMMAND = 0x98;

export const EDU_RUN = 1;
/** Device to RAM; without it RAM to device. */
export const EDU_TO_MEMORY = 2;
const EDU_RAISE_IRQ = 4;
const DMA_IRQ = 0x100;

export interface EduOptions {
  /** Bus address bits that the device drives: property dma_mask. */
  readonly dmaMask: bigint;
}

/** QEMU's default of dma_mask: 28 bits. */
export const EDU_DEFAULT_DMA_MASK = 0x0fff_ffffn;

export class EduDevice implements DeviceModel {
  readonly kind = 'edu';
  private readonly host: Pick<DeviceHost, 'bus' | 'scheduler' | 'raiseInterrupt'>;
  private readonly options: EduOptions;
  private readonly buffer = new Uint8Array(BUFFER_BYTES);
  private readonly wide = new Map<number, U64>();
  private liveness = 0;
  private factorial = 0;
  private irqStatus = 0;

  constructor(host: Pick<DeviceHost, 'bus' | 'scheduler' | 'raiseInterrupt'>, options: EduOptions) {
    this.host = host;
    this.options = options;
  }

  read32(offset: number): number {
    switch (offset) {
      case 0:
        return IDENTIFICATION;
      case REG_LIVENESS:
        return this.liveness;
      case REG_FACTORIAL:
        return this.factorial;
      case REG_IRQ_STATUS:
        return this.irqStatus;
      default:
        return offset >= REG_SOURCE ? lo32(this.wide.get(offset) ?? 0n) : -1;
    }
  }

  write32(offset: number, value: number): void {
    if (offset === REG_LIVENESS) this.liveness = ~value;
    else if (offset === REG_FACTORIAL) this.factorial = factorialOf(value >>> 0);
    else if (offset === REG_IRQ_RAISE) this.raise(value);
    else if (offset === REG_IRQ_ACK) this.irqStatus &= ~value;
    else this.write64(offset, 0, value);
  }

  /** The DMA registers take 64 bits at once. */
  write64(offset: number, hi: number, lo: number): void {
    if (offset < REG_SOURCE || offset > REG_COMMAND) return;
    this.wide.set(offset, joinU64(hi, lo));
    if (offset === REG_COMMAND && (lo & EDU_RUN) !== 0)
      this.host.scheduler.after(DMA_DELAY_NS, () => this.run());
  }

  reset(): void {
    this.buffer.fill(0);
    this.wide.clear();
    this.liveness = 0;
    this.factorial = 0;
    this.irqStatus = 0;
  }

  private run(): void {
    const command = lo32(this.register(REG_COMMAND));
    if ((command & EDU_RUN) === 0) return;
    const count = numberOf(this.register(REG_COUNT));
    if ((command & EDU_TO_MEMORY) === 0) this.fromMemory(count);
    else this.toMemory(count);
    this.wide.set(REG_COMMAND, joinU64(0, command & ~EDU_RUN));
    if ((command & EDU_RAISE_IRQ) !== 0) this.raise(DMA_IRQ);
  }

  private fromMemory(count: number): void {
    const into = this.part(this.register(REG_DESTINATION), count);
    const source = this.clamp(this.register(REG_SOURCE));
    if (into !== undefined) this.host.bus.read(hi32(source), lo32(source), into);
  }

  private toMemory(count: number): void {
    const from = this.part(this.register(REG_SOURCE), count);
    const destination = this.clamp(this.register(REG_DESTINATION));
    if (from !== undefined) this.host.bus.write(hi32(destination), lo32(destination), from);
  }

  private register(offset: number): U64 {
    return this.wide.get(offset) ?? joinU64(0, 0);
  }

  /** A part of the buffer; undefined outside it (QEMU stops there with an error of the machine). */
  private part(address: U64, count: number): Uint8Array | undefined {
    const from = numberOf(address) - BUFFER_START;
    return from >= 0 && from + count <= BUFFER_BYTES ? this.buffer.subarray(from, from + count) : undefined;
  }

  private clamp(address: U64): bigint {
    return address & this.options.dmaMask;
  }

  private raise(status: number): void {
    this.irqStatus |= status;
    if (this.irqStatus !== 0) this.host.raiseInterrupt();
  }
}

function numberOf(value: U64): number {
  return numberFromHalves(hi32(value), lo32(value));
}

/** n! modulo 2^32. */
function factorialOf(n: number): number {
  let product = 1;
  // From 34! on, 2^32 divides the product.
  for (let i = 2; i <= Math.min(n, 34); i++) product = Math.imul(product, i);
  return product;
}

/** A bus that answers only while the function may be bus master; otherwise reads give zeros and writes go nowhere. */
export function masteredBus(bus: DmaBus, isMaster: () => boolean): DmaBus {
  return {
    read(busHi, busLo, into) {
      if (isMaster()) return bus.read(busHi, busLo, into);
      into.fill(0);
      return { bytesDone: 0, fault: 'no-window' };
    },
    write(busHi, busLo, from) {
      return isMaster() ? bus.write(busHi, busLo, from) : { bytesDone: 0, fault: 'no-window' };
    },
  };
}

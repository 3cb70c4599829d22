// The configuration space of a PCI function as far as firmware touches it: identity, command, base addresses (PCI 3.0 type 0 header).

export const PCI_COMMAND = 0x04;
export const PCI_BASE_ADDRESS_0 = 0x10;
export const PCI_COMMAND_MEMORY = 0x2;
export const PCI_COMMAND_MASTER = 0x4;

/** Bytes of the space: conventional functions end at 256, PCI Express ones at 4096. */
const SPACE_BYTES = 256;

export interface PciIdentity {
  readonly vendor: number;
  readonly deviceId: number;
  readonly classCode: number;
  /** Size of the memory behind each base address register; absent or 0: the register does not exist. */
  readonly barBytes?: readonly number[];
}

export class ConfigSpace {
  private readonly bytes = new Uint8Array(SPACE_BYTES);
  /** Bits that a write may change. */
  private readonly writable = new Uint8Array(SPACE_BYTES);

  constructor(identity: PciIdentity) {
    this.set(0x00, 2, identity.vendor);
    this.set(0x02, 2, identity.deviceId);
    this.set(0x09, 1, identity.classCode);
    this.set(0x0a, 2, identity.classCode >>> 8);
    this.allow(PCI_COMMAND, 2, 0x0547);
    (identity.barBytes ?? []).forEach((size, i) => {
      if (size > 0) this.allow(PCI_BASE_ADDRESS_0 + 4 * i, 4, -size);
    });
    this.allow(0x3c, 1, 0xff);
  }

  get size(): number {
    return SPACE_BYTES;
  }

  /** A little-endian register of 1, 2 or 4 bytes, as uint32. */
  read(offset: number, bytes: number): number {
    let value = 0;
    for (let i = bytes - 1; i >= 0; i--) value = (value << 8) | (this.bytes[offset + i] ?? 0);
    return value >>> 0;
  }

  write(offset: number, bytes: number, value: number): void {
    for (let i = 0; i < bytes; i++) {
      const mask = this.writable[offset + i] ?? 0;
      const old = this.bytes[offset + i] ?? 0;
      this.bytes[offset + i] = (old & ~mask) | ((value >>> (8 * i)) & mask);
    }
  }

  private set(offset: number, bytes: number, value: number): void {
    for (let i = 0; i < bytes; i++) this.bytes[offset + i] = (value >>> (8 * i)) & 0xff;
  }

  private allow(offset: number, bytes: number, mask: number): void {
    for (let i = 0; i < bytes; i++) this.writable[offset + i] = (mask >>> (8 * i)) & 0xff;
  }
}

// The partition's memory as the platform has it: where more of it goes, and which of it can leave.
// QEMU adds DIMMs above the next GiB and takes them away whole; PowerVM moves single LMBs, those of boot time too.

import type { AddedMemory, MemoryLayout } from '../firmware/tree/layout.ts';
import { addableFrom } from '../firmware/tree/memory-nodes.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';

/** QEMU puts the memory of DIMMs above the next multiple of it. */
const DIMM_ALIGNMENT = 2 ** 30;

export interface PartitionMemoryParts {
  readonly memory: GuestMemory;
  readonly layout: MemoryLayout;
  /** The firmware's tree describes it so from now on. */
  readonly tell: (layout: MemoryLayout) => void;
  /** Memory comes and goes as DIMMs (QEMU), not as single LMBs. */
  readonly byDimm: boolean;
}

export class PartitionMemory {
  readonly byDimm: boolean;
  private readonly parts: PartitionMemoryParts;
  private layout: MemoryLayout;

  constructor(parts: PartitionMemoryParts) {
    this.parts = parts;
    this.byDimm = parts.byDimm;
    this.layout = parts.layout;
  }

  get lmbBytes(): number {
    return this.layout.lmbBytes;
  }

  /** False: the platform describes no memory that could be added. */
  get canGrow(): boolean {
    return this.layout.hasDynamicMemory;
  }

  /** Where `bytes` more go. */
  next(bytes: number): AddedMemory {
    const { added } = this.layout;
    const above = this.byDimm && added.length === 0;
    return { address: above ? addableFrom(this.layout, DIMM_ALIGNMENT) : this.end, bytes };
  }

  /** DIMMs added since power-on, the last one first; on PowerVM none. */
  get dimms(): readonly AddedMemory[] {
    return [...this.layout.added].reverse();
  }

  /** What leaves when the partition gives up `bytes`, one request of the platform each; undefined: no such DIMMs. */
  last(bytes: number): readonly AddedMemory[] | undefined {
    if (!this.byDimm) return [{ address: this.end - bytes, bytes }];
    let left = bytes;
    const leaving = this.dimms.filter((dimm) => {
      const leaves = left > 0;
      if (leaves) left -= dimm.bytes;
      return leaves;
    });
    return left === 0 ? leaving : undefined;
  }

  plug(range: AddedMemory): void {
    const { added, ramBytes } = this.layout;
    const more = this.byDimm ? { added: [...added, range] } : { ramBytes: ramBytes + range.bytes };
    this.change({ ...this.layout, ...more });
  }

  /** `range` is the end of memory. */
  unplug(range: AddedMemory): void {
    const { added, ramBytes } = this.layout;
    const less = this.byDimm
      ? { added: added.filter((dimm) => dimm.address !== range.address) }
      : { ramBytes: ramBytes - range.bytes };
    this.change({ ...this.layout, ...less });
  }

  private get end(): number {
    const { added, ramBytes } = this.layout;
    return Math.max(ramBytes, ...added.map(({ address, bytes }) => address + bytes));
  }

  private change(layout: MemoryLayout): void {
    this.layout = layout;
    this.parts.memory.resize(this.end);
    this.parts.tell(layout);
  }
}

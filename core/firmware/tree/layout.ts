// How a partition's memory lies: an input of the device tree.

/** A DIMM added while the partition runs, or from the start. */
export interface AddedMemory {
  readonly address: number;
  readonly bytes: number;
}

export interface MemoryLayout {
  /** RAM at boot, from address 0. */
  readonly ramBytes: number;
  /** Maximum memory (QEMU maxmem, PowerVM max_mem); ramBytes when none can be added. */
  readonly maxBytes: number;
  readonly lmbBytes: number;
  /** False: the platform describes no memory that could be added (QEMU without maxmem). */
  readonly hasDynamicMemory: boolean;
  readonly added: readonly AddedMemory[];
  /** NVDIMMs: each an ibm,pmemory node. */
  readonly nvdimms: number;
}

/** The layout of a partition whose memory is `ramBytes` now and `maxBytes` at most. */
export function memoryLayout(ramBytes: number, maxBytes = ramBytes, lmbBytes = 0x1000_0000): MemoryLayout {
  return { ramBytes, maxBytes, lmbBytes, hasDynamicMemory: maxBytes > ramBytes, added: [], nvdimms: 0 };
}

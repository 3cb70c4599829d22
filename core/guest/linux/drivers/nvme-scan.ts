// What Linux learns of an NVMe controller and its namespace, and the first reads of a disk (nvme_scan_work, partition scan).

import {
  CNS,
  IDENTIFY_CTRL_WRITE_HASH,
  IDENTIFY_NS_SEED,
  NVM,
  NVME_LBA_BYTES,
  nvmeStatusName,
  PSDT_SHIFT,
  WRITE_HASH_MAGIC,
} from '../../../abi/nvme.ts';
import type { GuestMemoryPort } from '../../../abi/ports.ts';
import type { DriverContext } from '../types.ts';
import type { NvmeQueue } from './nvme-queue.ts';
import type { CommandOutcome, FillEntry, NvmeSyncCommands } from './nvme-sync-commands.ts';

const EIO = -5;

/** What the driver learnt from the controller. */
export interface NvmeFacts {
  readonly maxTransferBytes: number;
  readonly sglSupported: boolean;
  /** Completion dword 0 of a write is the payload's hash (the lab's controller says so). */
  readonly writeHash: boolean;
  readonly doorbellBuffer: boolean;
  /** Of the namespace: blocks of 512 bytes, and how its pattern is seeded. */
  readonly blocks: number;
  readonly seed: number;
}

export const noFacts: NvmeFacts = {
  maxTransferBytes: 128 * 1024,
  sglSupported: false,
  writeHash: false,
  doorbellBuffer: false,
  blocks: 0,
  seed: 0,
};

const reader = (memory: GuestMemoryPort, buffer: number): ((offset: number) => number) => {
  const bytes = memory.bytes(buffer, 4096);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return (offset) => view.getUint32(offset, true);
};

/** From the Identify Controller data at `buffer`. */
export function controllerFacts(memory: GuestMemoryPort, buffer: number): Partial<NvmeFacts> {
  const word = reader(memory, buffer);
  const mdts = (word(76) >>> 8) & 0xff;
  return {
    maxTransferBytes: mdts === 0 ? 1024 * 1024 : 4096 << mdts,
    sglSupported: (word(536) & 3) !== 0,
    doorbellBuffer: (word(256) & (1 << 8)) !== 0,
    writeHash: word(IDENTIFY_CTRL_WRITE_HASH) === WRITE_HASH_MAGIC,
  };
}

/** From the Identify Namespace data at `buffer`. */
export function namespaceFacts(memory: GuestMemoryPort, buffer: number): Partial<NvmeFacts> {
  const word = reader(memory, buffer);
  return { blocks: word(0) + word(4) * 0x1_0000_0000, seed: word(IDENTIFY_NS_SEED) };
}

/** nvme_scan_work: limits, list of namespaces, then namespace 1: descriptors, identify twice. Its data are left at `buffer`. */
export function* scanNamespace(commands: NvmeSyncCommands, admin: NvmeQueue, buffer: number): CommandOutcome {
  for (const [cns, nsid] of [
    [CNS.nvmController, 0],
    [CNS.namespaceList, 0],
    [CNS.namespaceDescriptors, 1],
    [CNS.namespace, 1],
    [CNS.namespace, 1],
  ] as const) {
    const status = yield* commands.identify(admin, cns, nsid, buffer);
    // Only the namespace itself must be there.
    if (status < 0 || (status !== 0 && cns === CNS.namespace)) return EIO;
  }
  return 0;
}

/** A read of `bytes` from block 0 into one piece of memory whose bus address is PRP1 already. */
const readFirstBlocks =
  (bytes: number): FillEntry =>
  (sq, entry) => {
    sq.set32(entry + 4, 1);
    sq.set32(entry + 48, bytes / NVME_LBA_BYTES - 1);
    if (bytes <= 4096) return;
    // An SGL data block: the address stays where it is, the length follows, type 0.
    sq.set8(entry + 1, 1 << (PSDT_SHIFT - 8));
    sq.set32(entry + 32, bytes);
    sq.set32(entry + 36, 0);
  };

/** The partition scan's first reads: 4K, then one page of the cache (two on a 4K kernel), as recorded. */
export function* readPartitions(
  context: DriverContext,
  commands: NvmeSyncCommands,
  io: NvmeQueue,
  buffer: number,
): CommandOutcome {
  const { pageBytes } = context;
  const sizes = pageBytes > 4096 ? [4096, pageBytes] : [4096, 4096, 4096];
  for (const bytes of sizes) {
    const status = yield* commands.executeWithData(
      io,
      NVM.read,
      readFirstBlocks(bytes),
      buffer,
      bytes,
      'from-device',
    );
    if (status < 0) return EIO;
    if (status !== 0)
      context.log('err', `nvme0n1: unable to read partition table (${nvmeStatusName(status)})`);
  }
  return 0;
}

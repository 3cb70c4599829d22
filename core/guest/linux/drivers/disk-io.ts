// I/O on a disk behind a host adapter that shows it as a SCSI or ATA disk.

import { BLOCK_BYTES, DISK_BLOCKS, DISK_HASH, DISK_LBA, DISK_SEED } from '../../../abi/disk.ts';
import { startBlockIo } from './block-requests.ts';
import type { BlockIo, BlockIoParts } from './block-requests.ts';
import { cutBuffers } from './data-buffer.ts';
import type { Disk, DiskCommand } from './disk.ts';

/** Requests that the block layer holds for a device. */
const MAX_REQUESTS = 64;

export interface DiskIoParts extends BlockIoParts {
  readonly disk: Disk;
}

/** Undefined: no memory for the buffers. */
export function startDiskIo(parts: DiskIoParts): BlockIo | undefined {
  const { context, disk, plan } = parts;
  const { mmio, dev, pageBytes } = context;
  const reading = plan.direction === 'read';
  const { maxTransferBytes, maxSegments, maxSegBytes } = disk;
  const describe = (command: DiskCommand): string =>
    `${reading ? 'READ' : 'WRITE'} sector ${command.address / BLOCK_BYTES}, ${command.buffer.bytes / BLOCK_BYTES} blocks`;
  const named = (command: DiskCommand): string => `${disk.name}: ${describe(command)}`;
  return startBlockIo(parts, {
    blockBytes: BLOCK_BYTES,
    blocks: disk.blocks,
    mediumSeed: mmio.read32(dev.fn, DISK_SEED) >>> 0,
    mostRequests: () => MAX_REQUESTS,
    depth: disk.depth,
    cut: (pages, sizeBytes) =>
      cutBuffers(pages, pageBytes, sizeBytes, maxTransferBytes, maxSegments, maxSegBytes),
    start: (command) => disk.start(command, reading),
    reap(completions) {
      disk.reap((tag, error) => {
        const command = completions.active(tag);
        if (command === undefined) return;
        const line = error && `${disk.name}: I/O error, ${describe(command)}: ${error}`;
        completions.ended(command, line, 0);
      });
    },
    drop: (command) => disk.drop(command),
    /** By the lab's registers of the disk. */
    storedHash(command) {
      mmio.write32(dev.fn, DISK_LBA, command.address / BLOCK_BYTES);
      mmio.write32(dev.fn, DISK_BLOCKS, command.buffer.bytes / BLOCK_BYTES);
      return mmio.read32(dev.fn, DISK_HASH) | 0;
    },
    gaveUpLine: named,
    corruptedLine: named,
    expire(command) {
      context.log('warn', `${named(command)}: timed out, resetting`);
      return 'reset';
    },
    isDead: () => disk.isDead?.() === true,
  });
}

// The lab's own registers of a disk (abi/disk.ts): what is stored can be compared with what was meant, block by block.

import { BLOCK_BYTES, DISK_BLOCKS, DISK_HASH, DISK_LBA, DISK_SEED } from '../abi/disk.ts';
import type { DiskMedium } from './disk-medium.ts';

export interface DiskRegisters {
  read32(offset: number): number;
  write32(offset: number, value: number): void;
}

export function createDiskRegisters(medium: DiskMedium): DiskRegisters {
  let lba = 0;
  let blocks = 0;

  const hash = (): number =>
    lba + blocks > medium.blocks ? 0 : medium.hash(lba * BLOCK_BYTES, blocks * BLOCK_BYTES);

  return {
    read32(offset) {
      if (offset === DISK_SEED) return medium.seed | 0;
      return offset === DISK_HASH ? hash() : 0;
    },
    write32(offset, value) {
      if (offset === DISK_LBA) lba = value >>> 0;
      else if (offset === DISK_BLOCKS) blocks = value & 0xffff;
    },
  };
}

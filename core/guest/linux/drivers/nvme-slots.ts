// The requests of an NVMe workload: each slot has its buffer for good, cut into commands; and how the log names them.

import { NVME_LBA_BYTES, nvmeStatusName } from '../../../abi/nvme.ts';
import type { DataBuffer } from './data-buffer.ts';
import { newMapping, type DataMapping } from './nvme-request.ts';

export interface NvmeCommandSlot {
  readonly tag: number;
  readonly slot: number;
  readonly buffer: DataBuffer;
  /** Byte offset of this command in its request. */
  readonly offset: number;
  readonly mapping: DataMapping;
  address: number;
  seed: number;
  submittedNs: number;
  active: boolean;
  requeues: number;
}

/** One request. */
export interface NvmeSlot {
  readonly commands: readonly NvmeCommandSlot[];
  left: number;
  failed: boolean;
  corrupted: boolean;
}

/** A slot on `buffers`; its commands get the next tags. */
export function newSlot(slot: number, buffers: readonly DataBuffer[], tags: NvmeCommandSlot[]): NvmeSlot {
  const commands: NvmeCommandSlot[] = [];
  let offset = 0;
  for (const buffer of buffers) {
    const command: NvmeCommandSlot = {
      tag: tags.length,
      slot,
      buffer,
      offset,
      mapping: newMapping(),
      address: 0,
      seed: 0,
      submittedNs: 0,
      active: false,
      requeues: 0,
    };
    tags.push(command);
    commands.push(command);
    offset += buffer.bytes;
  }
  return { commands, left: 0, failed: false, corrupted: false };
}

export function describe(command: NvmeCommandSlot, reading: boolean): string {
  const name = reading ? 'Read(0x2)' : 'Write(0x1)';
  return `${name} @ LBA ${command.address / NVME_LBA_BYTES}, ${command.buffer.bytes / NVME_LBA_BYTES} blocks`;
}

/** As nvme_log_error words it. */
export function errorLine(command: NvmeCommandSlot, reading: boolean, status: number): string {
  const code = `sct 0x${(status >> 8).toString(16)} / sc 0x${(status & 0xff).toString(16)}`;
  return `nvme0n1: ${describe(command, reading)}, ${nvmeStatusName(status)} (${code}) DNR`;
}

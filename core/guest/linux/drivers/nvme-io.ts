// I/O on an NVMe namespace: commands in the I/O queue, and what their completions say.

import { NVM, NVME_CSTS_CFS, NVME_LBA_BYTES, nvmeStatusName } from '../../../abi/nvme.ts';
import { startBlockIo } from './block-requests.ts';
import type { BlockIo, BlockIoParts } from './block-requests.ts';
import { cutBuffers } from './data-buffer.ts';
import { directionOf, type DiskCommand } from './disk.ts';
import type { NvmeController } from './nvme-controller.ts';
import {
  newCompletion,
  nextEntry,
  releaseCompletions,
  submitEntry,
  takeCompletion,
  type NvmeQueue,
} from './nvme-queue.ts';
import { mapData, MAX_SEGMENTS, newMapping, unmapData } from './nvme-request.ts';
import type { DataMapping, MappingParts, NvmePools } from './nvme-request.ts';

export interface NvmeIoParts extends BlockIoParts {
  readonly controller: NvmeController;
  readonly queue: NvmeQueue;
  readonly pools: NvmePools;
}

/** Undefined: no memory for the buffers. */
export function startNvmeIo(parts: NvmeIoParts): BlockIo | undefined {
  const { context, controller, queue, plan, figures, pools } = parts;
  const { pageBytes } = context;
  const { facts } = controller;
  const reading = plan.direction === 'read';
  const direction = directionOf(reading);
  const mapping: MappingParts = {
    context,
    pools,
    sglSupported: facts.sglSupported,
    figures,
    cpu: plan.cpu ?? 0,
  };
  /** By tag. */
  const mappings: DataMapping[] = [];
  const mappingOf = (command: DiskCommand): DataMapping => (mappings[command.tag] ??= newMapping());
  const completion = newCompletion();
  const unmap = (command: DiskCommand): void =>
    unmapData(mapping, command.buffer, direction, mappingOf(command));

  return startBlockIo(parts, {
    blockBytes: NVME_LBA_BYTES,
    blocks: facts.blocks,
    mediumSeed: facts.seed,
    // The queue holds one command less than it has entries, so that full and empty are not the same.
    mostRequests(sizeBytes) {
      const perRequest = Math.ceil(sizeBytes / Math.min(facts.maxTransferBytes, MAX_SEGMENTS * pageBytes));
      return Math.floor((queue.depth - 1) / perRequest);
    },
    depth: queue.depth - 1,
    cut: (pages, sizeBytes) => cutBuffers(pages, pageBytes, sizeBytes, facts.maxTransferBytes, MAX_SEGMENTS),
    start(command) {
      const entry = nextEntry(queue);
      const { sq } = queue;
      if (!mapData(mapping, command.buffer, direction, mappingOf(command), sq, entry)) return false;
      sq.set32(entry, (sq.get32(entry) & 0xffff) | (reading ? NVM.read : NVM.write) | (command.tag << 16));
      sq.set32(entry + 4, 1);
      const lba = command.address / NVME_LBA_BYTES;
      sq.set32(entry + 40, lba | 0);
      sq.set32(entry + 44, Math.floor(lba / 0x1_0000_0000));
      sq.set32(entry + 48, command.buffer.bytes / NVME_LBA_BYTES - 1);
      submitEntry(context, queue);
      return true;
    },
    reap(completions) {
      let any = false;
      while (takeCompletion(queue, completion)) {
        any = true;
        const { status, result } = completion;
        const command = completions.active(completion.commandId);
        if (command === undefined) continue;
        unmap(command);
        completions.ended(command, status === 0 ? undefined : errorLine(command, reading, status), result);
      }
      if (any) releaseCompletions(context, queue);
    },
    drop: unmap,
    storedHash: (_command, result) => (facts.writeHash ? result : undefined),
    gaveUpLine: ({ tag }) => `nvme0n1: I/O ${tag}`,
    corruptedLine: (command) => `nvme0n1: ${describe(command, reading)}`,
    expire(command) {
      const csts = controller.csts();
      // BLK_EH_RESET_TIMER: a reset now would get in the way of the PCI error recovery.
      if (context.channelOffline?.() === true) return 'wait';
      if (csts === -1 || (csts & NVME_CSTS_CFS) !== 0) {
        context.log('warn', `controller is down; will reset: CSTS=0x${(csts >>> 0).toString(16)}`);
      }
      context.log('warn', `I/O ${command.tag} QID ${queue.id} timeout, reset controller`);
      return 'reset';
    },
  });
}

function describe(command: DiskCommand, reading: boolean): string {
  const name = reading ? 'Read(0x2)' : 'Write(0x1)';
  return `${name} @ LBA ${command.address / NVME_LBA_BYTES}, ${command.buffer.bytes / NVME_LBA_BYTES} blocks`;
}

/** As nvme_log_error words it. */
function errorLine(command: DiskCommand, reading: boolean, status: number): string {
  const code = `sct 0x${(status >> 8).toString(16)} / sc 0x${(status & 0xff).toString(16)}`;
  return `nvme0n1: ${describe(command, reading)}, ${nvmeStatusName(status)} (${code}) DNR`;
}

// I/O on an NVMe namespace: requests of a workload, their commands, completion, proof of the payload, timeouts.
// Reads go through the lower half of the namespace, which nobody writes; writes go round a small region of the upper half.

import { HASH_START, payloadHash, payloadOffset, payloadTable } from '../../../abi/payload.ts';
import { NVM, NVME_CSTS_CFS, NVME_LBA_BYTES } from '../../../abi/nvme.ts';
import type { DmaDirection, DriverContext, IoFigures, IoRequestPlan } from '../types.ts';
import { allocPages, checkPayload, cutBuffers, fillPayload, freePages, spoilPayload } from './data-buffer.ts';
import type { NvmeController } from './nvme-controller.ts';
import {
  newCompletion,
  nextEntry,
  releaseCompletions,
  submitEntry,
  takeCompletion,
  type NvmeQueue,
} from './nvme-queue.ts';
import { mapData, MAX_SEGMENTS, unmapData, type MappingParts, type NvmePools } from './nvme-request.ts';
import { describe, errorLine, newSlot, type NvmeCommandSlot, type NvmeSlot } from './nvme-slots.ts';
import { createWorkload, type Workload } from './workload.ts';

/** Module parameter io_timeout. */
const IO_TIMEOUT_NS = 30e9;
/** A request that could not be mapped is tried again so much later (blk-mq's delayed requeue). */
const REQUEUE_NS = 10e6;
/** Linux tries for ever; a workload of the lab gives up after half a minute, so that it ends. */
const MAX_REQUEUES = 3000;
const MIN_WRITE_REGION = 1024 * 1024;

export interface NvmeIo {
  /** Completions are there. */
  interrupt(): void;
  stop(): void;
  /** Ends all that is under way as failed, unmaps it; the workload goes on only after resume(). */
  failAll(): void;
  resume(): void;
}

export interface NvmeIoParts {
  readonly context: DriverContext;
  readonly controller: NvmeController;
  readonly queue: NvmeQueue;
  readonly pools: NvmePools;
  readonly plan: IoRequestPlan;
  readonly figures: IoFigures;
  readonly done: () => void;
  /** A command got no answer in time, or the controller reports a fatal error. */
  readonly timedOut: () => void;
}

/** Undefined: no memory for the buffers. */
export function startNvmeIo(parts: NvmeIoParts): NvmeIo | undefined {
  const { context, controller, queue, plan, figures } = parts;
  const { memory, scheduler, pages, pageBytes } = context;
  const { facts } = controller;
  const reading = plan.direction === 'read';
  const direction: DmaDirection = reading ? 'from-device' : 'to-device';
  const sizeBytes = Math.max(1, Math.ceil(plan.sizeBytes / NVME_LBA_BYTES)) * NVME_LBA_BYTES;
  const perRequest = Math.ceil(sizeBytes / Math.min(facts.maxTransferBytes, MAX_SEGMENTS * pageBytes));
  const depth = Math.max(1, Math.min(plan.depth, Math.floor((queue.depth - 1) / perRequest)));

  const held: number[] = [];
  const tags: NvmeCommandSlot[] = [];
  const slots: NvmeSlot[] = [];
  for (let i = 0; i < depth; i++) {
    const slotPages = allocPages(pages, sizeBytes);
    if (slotPages === undefined) break;
    held.push(...slotPages);
    slots.push(
      newSlot(i, cutBuffers(slotPages, pageBytes, sizeBytes, facts.maxTransferBytes, MAX_SEGMENTS), tags),
    );
  }
  if (slots.length === 0) return undefined;

  const mapping: MappingParts = {
    context,
    pools: parts.pools,
    sglSupported: facts.sglSupported,
    figures,
    cpu: plan.cpu ?? 0,
  };
  const half = Math.floor(facts.blocks / 2) * NVME_LBA_BYTES;
  const readRegion = Math.max(1, Math.floor(half / sizeBytes));
  const writeRegion = Math.max(depth * 2, Math.floor(MIN_WRITE_REGION / sizeBytes));
  const completion = newCompletion();
  let generation = context.random() >>> 0;
  let watchdog = -1;
  let active = 0;

  const submit = (command: NvmeCommandSlot): void => {
    const entry = nextEntry(queue);
    const { sq } = queue;
    if (!mapData(mapping, command.buffer, direction, command.mapping, sq, entry)) return requeue(command);
    sq.set32(entry, (sq.get32(entry) & 0xffff) | (reading ? NVM.read : NVM.write) | (command.tag << 16));
    sq.set32(entry + 4, 1);
    const lba = command.address / NVME_LBA_BYTES;
    sq.set32(entry + 40, lba | 0);
    sq.set32(entry + 44, Math.floor(lba / 0x1_0000_0000));
    sq.set32(entry + 48, command.buffer.bytes / NVME_LBA_BYTES - 1);
    command.submittedNs = scheduler.clock.nowNs;
    command.active = true;
    active++;
    submitEntry(context, queue);
    if (watchdog < 0) watch(IO_TIMEOUT_NS);
  };

  const requeue = (command: NvmeCommandSlot): void => {
    if (command.requeues++ >= MAX_REQUEUES) {
      context.log('err', `nvme0n1: I/O ${command.tag} could not be mapped, giving up`);
      return finish(command, true, false);
    }
    scheduler.after(REQUEUE_NS, () => {
      if (workload.paused) finish(command, true, false);
      else submit(command);
    });
  };

  const finish = (command: NvmeCommandSlot, failed: boolean, corrupted: boolean): void => {
    const slot = slots[command.slot];
    if (slot === undefined) return;
    slot.failed ||= failed;
    slot.corrupted ||= corrupted;
    if (--slot.left > 0) return;
    figures.requests++;
    figures.bytes += slot.failed ? 0 : sizeBytes;
    if (slot.failed) figures.failures++;
    if (slot.corrupted) figures.corrupted++;
    workload.complete(command.slot);
  };

  const isIntact = (command: NvmeCommandSlot, result: number): boolean => {
    if (reading) return checkPayload(memory, command.buffer, command.address, facts.seed);
    if (!facts.writeHash) return true;
    const word = payloadOffset(command.address, command.seed) >> 2;
    return payloadHash(payloadTable().words, word, command.buffer.bytes, HASH_START) === result;
  };

  const complete = (command: NvmeCommandSlot, status: number, result: number): void => {
    command.active = false;
    active--;
    unmapData(mapping, command.buffer, direction, command.mapping);
    const intact = status !== 0 || isIntact(command, result);
    if (status !== 0) context.log('err', errorLine(command, reading, status));
    else if (!intact) context.log('err', `nvme0n1: ${describe(command, reading)}: data corrupted`);
    finish(command, status !== 0, !intact);
  };

  const launch = (index: number, request: number): void => {
    const slot = slots[index];
    if (slot === undefined) return;
    slot.left = slot.commands.length;
    slot.failed = false;
    slot.corrupted = false;
    const start = reading ? (request % readRegion) * sizeBytes : half + (request % writeRegion) * sizeBytes;
    generation = (generation + 1) >>> 0;
    for (const command of slot.commands) {
      command.address = start + command.offset;
      command.seed = reading ? facts.seed : generation;
      command.requeues = 0;
      const prepare = reading ? spoilPayload : fillPayload;
      prepare(memory, command.buffer, command.address, command.seed);
      submit(command);
    }
  };

  function watch(delayNs: number): void {
    watchdog = scheduler.after(delayNs, () => {
      watchdog = -1;
      const oldest = tags.reduce((least, c) => (c.active ? Math.min(least, c.submittedNs) : least), Infinity);
      if (oldest === Infinity) return;
      const age = scheduler.clock.nowNs - oldest;
      if (age < IO_TIMEOUT_NS) return watch(IO_TIMEOUT_NS - age);
      reap();
      if (tags.some((c) => c.active && c.submittedNs === oldest)) expire(oldest);
      else if (active > 0 && watchdog < 0) watch(IO_TIMEOUT_NS);
    });
  }

  const expire = (oldest: number): void => {
    const csts = controller.csts();
    // BLK_EH_RESET_TIMER: a reset now would get in the way of the PCI error recovery.
    if (context.channelOffline?.() === true) return watch(IO_TIMEOUT_NS);
    const late = tags.find((c) => c.active && c.submittedNs === oldest);
    if (csts === -1 || (csts & NVME_CSTS_CFS) !== 0) {
      context.log('warn', `controller is down; will reset: CSTS=0x${(csts >>> 0).toString(16)}`);
    }
    context.log('warn', `I/O ${late?.tag ?? 0} QID ${queue.id} timeout, reset controller`);
    parts.timedOut();
  };

  const reap = (): void => {
    let any = false;
    while (takeCompletion(queue, completion)) {
      any = true;
      const command = tags[completion.commandId];
      if (command?.active === true) complete(command, completion.status, completion.result);
    }
    if (any) releaseCompletions(context, queue);
  };

  const workload: Workload = createWorkload({
    scheduler,
    plan,
    slots: slots.length,
    launch,
    done: () => {
      if (watchdog >= 0) scheduler.cancel(watchdog);
      freePages(pages, held);
      parts.done();
    },
  });
  workload.pump();

  return {
    interrupt: reap,
    stop: () => workload.stop(),
    failAll() {
      workload.paused = true;
      for (const command of tags) {
        if (!command.active) continue;
        command.active = false;
        active--;
        unmapData(mapping, command.buffer, direction, command.mapping);
        finish(command, true, false);
      }
    },
    resume() {
      workload.paused = false;
      workload.pump();
    },
  };
}

// I/O on a disk: requests of a workload, cut into commands, given to the adapter as it has room, proved when they come back, timed out.
// Reads go through the lower half of the disk, which nobody writes; writes go round a small region of the upper half.

import { BLOCK_BYTES, DISK_BLOCKS, DISK_HASH, DISK_LBA, DISK_SEED } from '../../../abi/disk.ts';
import { HASH_START, payloadHash, payloadOffset, payloadTable } from '../../../abi/payload.ts';
import type { DriverContext, IoFigures, IoRequestPlan } from '../types.ts';
import { allocPages, checkPayload, cutBuffers, fillPayload, freePages, spoilPayload } from './data-buffer.ts';
import type { Disk, DiskCommand } from './disk.ts';
import { createWorkload, type Workload } from './workload.ts';

/** SD_TIMEOUT, BLK_MQ's default. */
const IO_TIMEOUT_NS = 30e9;
/** A request that could not be mapped is tried again so much later. */
const REQUEUE_NS = 10e6;
/** Linux tries for ever; a workload of the lab gives up after half a minute, so that it ends. */
const MAX_REQUEUES = 3000;
const MIN_WRITE_REGION = 1024 * 1024;
/** Requests that the block layer holds for a device. */
const MAX_REQUESTS = 64;

interface Request {
  readonly commands: readonly DiskCommand[];
  left: number;
  failed: boolean;
  corrupted: boolean;
}

export interface DiskIo {
  /** Completions may be there. */
  interrupt(): void;
  stop(): void;
  /** After Disk.halt(): ends all that is under way as failed; the workload goes on only after resume(). */
  failAll(): void;
  resume(): void;
}

export interface DiskIoParts {
  readonly context: DriverContext;
  readonly disk: Disk;
  readonly plan: IoRequestPlan;
  readonly figures: IoFigures;
  readonly done: () => void;
  /** A command got no answer in time, or the adapter says that none will come. */
  readonly timedOut: () => void;
}

/** Undefined: no memory for the buffers. */
export function startDiskIo(parts: DiskIoParts): DiskIo | undefined {
  const { context, disk, plan, figures } = parts;
  const { memory, mmio, scheduler, pages, pageBytes, dev } = context;
  const reading = plan.direction === 'read';
  const sizeBytes = Math.max(1, Math.ceil(plan.sizeBytes / BLOCK_BYTES)) * BLOCK_BYTES;
  const mediumSeed = mmio.read32(dev.fn, DISK_SEED) >>> 0;

  const held: number[] = [];
  const tags: DiskCommand[] = [];
  const requests: Request[] = [];
  for (let slot = 0; slot < Math.max(1, Math.min(plan.depth, MAX_REQUESTS)); slot++) {
    const slotPages = allocPages(pages, sizeBytes);
    if (slotPages === undefined) break;
    held.push(...slotPages);
    const { maxTransferBytes, maxSegments, maxSegBytes } = disk;
    const buffers = cutBuffers(slotPages, pageBytes, sizeBytes, maxTransferBytes, maxSegments, maxSegBytes);
    let offset = 0;
    const commands = buffers.map((buffer): DiskCommand => {
      const command = {
        ...{ tag: tags.length, slot, buffer, offset, address: 0, seed: 0 },
        ...{ submittedNs: 0, active: false, requeues: 0 },
      };
      tags.push(command);
      offset += buffer.bytes;
      return command;
    });
    requests.push({ commands, left: 0, failed: false, corrupted: false });
  }
  if (requests.length === 0) return undefined;

  const half = Math.floor(disk.blocks / 2) * BLOCK_BYTES;
  const readRegion = Math.max(1, Math.floor(half / sizeBytes));
  const writeRegion = Math.max(requests.length * 2, Math.floor(MIN_WRITE_REGION / sizeBytes));
  /** Commands that wait for room in the adapter. */
  const waiting: DiskCommand[] = [];
  let generation = context.random() >>> 0;
  let watchdog = -1;
  let active = 0;
  let pumping = false;

  const pump = (): void => {
    // A command that fails at once comes back here: the loop below goes on, not a new one.
    if (pumping) return;
    pumping = true;
    while (active < disk.depth && !workload.paused) {
      const command = waiting.shift();
      if (command === undefined) break;
      submit(command);
    }
    pumping = false;
  };

  const submit = (command: DiskCommand): void => {
    if (!disk.start(command, reading)) return requeue(command);
    command.submittedNs = scheduler.clock.nowNs;
    command.active = true;
    active++;
    if (watchdog < 0) watch(IO_TIMEOUT_NS);
  };

  const requeue = (command: DiskCommand): void => {
    if (command.requeues++ >= MAX_REQUEUES) {
      context.log('err', `${disk.name}: ${describe(command)} could not be mapped, giving up`);
      return finish(command, true, false);
    }
    scheduler.after(REQUEUE_NS, () => {
      if (workload.paused) return finish(command, true, false);
      waiting.push(command);
      pump();
    });
  };

  const finish = (command: DiskCommand, failed: boolean, corrupted: boolean): void => {
    const request = requests[command.slot];
    if (request === undefined) return;
    request.failed ||= failed;
    request.corrupted ||= corrupted;
    if (--request.left > 0) return;
    figures.requests++;
    figures.bytes += request.failed ? 0 : sizeBytes;
    if (request.failed) figures.failures++;
    if (request.corrupted) figures.corrupted++;
    workload.complete(command.slot);
  };

  const describe = (command: DiskCommand): string =>
    `${reading ? 'READ' : 'WRITE'} sector ${command.address / BLOCK_BYTES}, ${command.buffer.bytes / BLOCK_BYTES} blocks`;

  /** What a write stored, by the lab's registers of the disk. */
  const storedHash = (command: DiskCommand): number => {
    mmio.write32(dev.fn, DISK_LBA, command.address / BLOCK_BYTES);
    mmio.write32(dev.fn, DISK_BLOCKS, command.buffer.bytes / BLOCK_BYTES);
    return mmio.read32(dev.fn, DISK_HASH) | 0;
  };

  const isIntact = (command: DiskCommand): boolean => {
    if (reading) return checkPayload(memory, command.buffer, command.address, command.seed);
    const word = payloadOffset(command.address, command.seed) >> 2;
    return payloadHash(payloadTable().words, word, command.buffer.bytes, HASH_START) === storedHash(command);
  };

  const complete = (command: DiskCommand, error: string | undefined): void => {
    command.active = false;
    active--;
    const intact = error !== undefined || isIntact(command);
    if (error !== undefined) context.log('err', `${disk.name}: I/O error, ${describe(command)}: ${error}`);
    else if (!intact) context.log('err', `${disk.name}: ${describe(command)}: data corrupted`);
    finish(command, error !== undefined, !intact);
  };

  const launch = (index: number, number: number): void => {
    const request = requests[index];
    if (request === undefined) return;
    Object.assign(request, { left: request.commands.length, failed: false, corrupted: false });
    const start = reading ? (number % readRegion) * sizeBytes : half + (number % writeRegion) * sizeBytes;
    generation = (generation + 1) >>> 0;
    for (const command of request.commands) {
      command.address = start + command.offset;
      command.seed = reading ? mediumSeed : generation;
      command.requeues = 0;
      const prepare = reading ? spoilPayload : fillPayload;
      prepare(memory, command.buffer, command.address, command.seed);
      waiting.push(command);
    }
    pump();
  };

  function watch(delayNs: number): void {
    watchdog = scheduler.after(delayNs, () => {
      watchdog = -1;
      const oldest = tags.reduce((least, c) => (c.active ? Math.min(least, c.submittedNs) : least), Infinity);
      if (oldest === Infinity) return;
      const age = scheduler.clock.nowNs - oldest;
      if (age < IO_TIMEOUT_NS) return watch(IO_TIMEOUT_NS - age);
      // An interrupt may have been lost.
      reap();
      const late = tags.find((c) => c.active && c.submittedNs === oldest);
      if (late !== undefined) {
        context.log('warn', `${disk.name}: ${describe(late)}: timed out, resetting`);
        parts.timedOut();
      } else if (active > 0 && watchdog < 0) watch(IO_TIMEOUT_NS);
    });
  }

  const reap = (): void => {
    disk.reap((tag, error) => {
      const command = tags[tag];
      if (command?.active === true) complete(command, error);
    });
    if (active > 0 && disk.isDead?.() === true) parts.timedOut();
    else pump();
  };

  const workload: Workload = createWorkload({
    scheduler,
    plan,
    slots: requests.length,
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
      for (const command of waiting.splice(0)) finish(command, true, false);
      for (const command of tags) {
        if (!command.active) continue;
        command.active = false;
        active--;
        disk.drop(command);
        finish(command, true, false);
      }
    },
    resume() {
      workload.paused = false;
      workload.pump();
    },
  };
}

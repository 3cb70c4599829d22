// Requests of a workload on a disk, whatever carries them: cut into commands, handed down as there is room, proved when they come
// back, tried again when they could not be mapped, timed out. Reads go through the lower half of the disk, which nobody writes;
// writes go round a small region of the upper half.

import { HASH_START, payloadHash, payloadOffset, payloadTable } from '../../../abi/payload.ts';
import type { DriverContext, IoFigures, IoRequestPlan } from '../types.ts';
import { allocPages, checkPayload, fillPayload, freePages, spoilPayload } from './data-buffer.ts';
import type { DataBuffer } from './data-buffer.ts';
import type { DiskCommand } from './disk.ts';
import { createWorkload, type Workload } from './workload.ts';

/** BLK_MQ's default, SD_TIMEOUT, and the module parameter io_timeout of NVMe. */
const IO_TIMEOUT_NS = 30e9;
/** A request that could not be mapped is tried again so much later (blk-mq's delayed requeue). */
const REQUEUE_NS = 10e6;
/** Linux tries for ever; a workload of the lab gives up after half a minute, so that it ends. */
const MAX_REQUEUES = 3000;
const MIN_WRITE_REGION = 1024 * 1024;

/** What runs on a disk. */
export interface BlockIo {
  /** Completions may be there. */
  interrupt(): void;
  stop(): void;
  /** After the adapter was halted: ends all that is under way as failed; the workload goes on only after resume(). */
  failAll(): void;
  resume(): void;
}

export interface BlockIoParts {
  readonly context: DriverContext;
  readonly plan: IoRequestPlan;
  readonly figures: IoFigures;
  readonly done: () => void;
  /** A command got no answer in time, or the adapter says that none will come. */
  readonly timedOut: () => void;
}

/** Commands as a transport sees them while it takes completions. */
export interface Completions {
  /** The command of a tag, if it is under way. */
  active(tag: number): DiskCommand | undefined;
  /** Its mappings are undone. `error`: the log's line for one that failed; `result`: what the device gave with it. */
  ended(command: DiskCommand, error: string | undefined, result: number): void;
}

/** What carries commands to a disk. All sizes in bytes, but blocks. */
export interface BlockTransport {
  readonly blockBytes: number;
  readonly blocks: number;
  /** Of the payload that the medium holds where nobody wrote. */
  readonly mediumSeed: number;
  /** Requests of this size that it can have at one time. */
  mostRequests(sizeBytes: number): number;
  /** Commands that it takes at one time. */
  readonly depth: number;
  cut(pages: readonly number[], sizeBytes: number): readonly DataBuffer[];
  /** Maps the command's data and hands it down; false: a mapping failed and nothing is held. */
  start(command: DiskCommand): boolean;
  reap(completions: Completions): void;
  /** Undoes the mappings of a command that never came back. */
  drop(command: DiskCommand): void;
  /** Hash of what a write stored; undefined: the device does not tell. */
  storedHash(command: DiskCommand, result: number): number | undefined;
  /** As the log begins a line about the command. */
  gaveUpLine(command: DiskCommand): string;
  corruptedLine(command: DiskCommand): string;
  /** Logs a command without answer. `wait`: nothing is to be done about it yet. */
  expire(command: DiskCommand): 'reset' | 'wait';
  /** The adapter has stopped by itself and needs a reset. Absent: such a thing shows as a timeout. */
  isDead?(): boolean;
}

interface Request {
  readonly commands: readonly DiskCommand[];
  left: number;
  failed: boolean;
  corrupted: boolean;
}

/** Undefined: no memory for the buffers. */
export function startBlockIo(parts: BlockIoParts, transport: BlockTransport): BlockIo | undefined {
  const { context, plan, figures } = parts;
  const { memory, scheduler, pages } = context;
  const { blockBytes } = transport;
  const reading = plan.direction === 'read';
  const sizeBytes = Math.max(1, Math.ceil(plan.sizeBytes / blockBytes)) * blockBytes;

  const held: number[] = [];
  const tags: DiskCommand[] = [];
  const requests: Request[] = [];
  const most = Math.max(1, Math.min(plan.depth, transport.mostRequests(sizeBytes)));
  for (let slot = 0; slot < most; slot++) {
    const slotPages = allocPages(pages, sizeBytes);
    if (slotPages === undefined) break;
    held.push(...slotPages);
    requests.push(newRequest(slot, transport.cut(slotPages, sizeBytes), tags));
  }
  if (requests.length === 0) return undefined;

  const half = Math.floor(transport.blocks / 2) * blockBytes;
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
    while (active < transport.depth && !workload.paused) {
      const command = waiting.shift();
      if (command === undefined) break;
      submit(command);
    }
    pumping = false;
  };

  const submit = (command: DiskCommand): void => {
    if (!transport.start(command)) return requeue(command);
    command.submittedNs = scheduler.clock.nowNs;
    command.active = true;
    active++;
    if (watchdog < 0) watch(IO_TIMEOUT_NS);
  };

  const requeue = (command: DiskCommand): void => {
    if (command.requeues++ >= MAX_REQUEUES) {
      context.log('err', `${transport.gaveUpLine(command)} could not be mapped, giving up`);
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

  const isIntact = (command: DiskCommand, result: number): boolean => {
    if (reading) return checkPayload(memory, command.buffer, command.address, command.seed);
    const stored = transport.storedHash(command, result);
    if (stored === undefined) return true;
    const word = payloadOffset(command.address, command.seed) >> 2;
    return payloadHash(payloadTable().words, word, command.buffer.bytes, HASH_START) === stored;
  };

  const completions: Completions = {
    active(tag) {
      const command = tags[tag];
      return command?.active === true ? command : undefined;
    },
    ended(command, error, result) {
      command.active = false;
      active--;
      const intact = error !== undefined || isIntact(command, result);
      if (error !== undefined) context.log('err', error);
      else if (!intact) context.log('err', `${transport.corruptedLine(command)}: data corrupted`);
      finish(command, error !== undefined, !intact);
    },
  };

  const launch = (index: number, number: number): void => {
    const request = requests[index];
    if (request === undefined) return;
    Object.assign(request, { left: request.commands.length, failed: false, corrupted: false });
    const start = reading ? (number % readRegion) * sizeBytes : half + (number % writeRegion) * sizeBytes;
    generation = (generation + 1) >>> 0;
    for (const command of request.commands) {
      command.address = start + command.offset;
      command.seed = reading ? transport.mediumSeed : generation;
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
      if (late === undefined) {
        if (active > 0 && watchdog < 0) watch(IO_TIMEOUT_NS);
      } else if (transport.expire(late) === 'wait') watch(IO_TIMEOUT_NS);
      else parts.timedOut();
    });
  }

  const reap = (): void => {
    transport.reap(completions);
    if (active > 0 && transport.isDead?.() === true) parts.timedOut();
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
        transport.drop(command);
        finish(command, true, false);
      }
    },
    resume() {
      workload.paused = false;
      workload.pump();
    },
  };
}

/** A request on `buffers`, which it keeps; its commands get the next tags. */
function newRequest(slot: number, buffers: readonly DataBuffer[], tags: DiskCommand[]): Request {
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
  return { commands, left: 0, failed: false, corrupted: false };
}

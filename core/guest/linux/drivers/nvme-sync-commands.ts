// Commands for an NVMe controller before its interrupt handler is there: submitted, then waited for by looking at the
// completion queue in growing pauses (drivers/nvme/host/core.c, nvme_submit_sync_cmd).

import { ADMIN, NVME_CC, NVME_CSTS } from '../../../abi/nvme.ts';
import type { DmaDirection, DriverContext } from '../types.ts';
import type { CoherentMemory } from './coherent-memory.ts';
import {
  newCompletion,
  nextEntry,
  releaseCompletions,
  submitEntry,
  takeCompletion,
  type NvmeQueue,
} from './nvme-queue.ts';

const EIO = -5;
const ENOMEM = -12;
const ADMIN_TIMEOUT_NS = 60e9;
const POLL_FIRST_NS = 5_000;
const POLL_LAST_NS = 10e6;

/** Fills the rest of a submission entry that begins at `entry`. */
export type FillEntry = (sq: CoherentMemory, entry: number) => void;
/** 0, an NVMe status (SCT and SC), or a negative errno: -5 after a timeout, -12 when the data could not be mapped. */
export type CommandOutcome = Generator<number, number, void>;

export interface NvmeSyncCommands {
  read(offset: number): number;
  write(offset: number, value: number): void;
  waitFor(holds: () => boolean, timeoutNs: number): Generator<number, boolean, void>;
  execute(queue: NvmeQueue, opcode: number, fill: FillEntry): CommandOutcome;
  /** With data at `buffer`, mapped for the command's time; PRP1 is its bus address. */
  executeWithData(
    queue: NvmeQueue,
    opcode: number,
    fill: FillEntry,
    buffer: number,
    bytes: number,
    direction: DmaDirection,
  ): CommandOutcome;
  identify(queue: NvmeQueue, cns: number, nsid: number, buffer: number): CommandOutcome;
  logPage(queue: NvmeQueue, id: number, buffer: number, bytes: number): CommandOutcome;
  setFeature(queue: NvmeQueue, id: number, buffer: number, bytes: number): CommandOutcome;
  /** At once: CC.EN = 0, so that no DMA follows. */
  disable(): void;
}

export function createSyncCommands(context: DriverContext): NvmeSyncCommands {
  const { dev, dma, mmio, scheduler } = context;
  const completion = newCompletion();
  let nextCommandId = 0;

  // A frozen or absent function reads as all ones: -1.
  const read = (offset: number): number => mmio.read32(dev.fn, offset) | 0;
  const write = (offset: number, value: number): void => mmio.write32(dev.fn, offset, value);

  function* waitFor(holds: () => boolean, timeoutNs: number): Generator<number, boolean, void> {
    const until = scheduler.clock.nowNs + timeoutNs;
    for (let pause = POLL_FIRST_NS; !holds(); pause = Math.min(pause * 2, POLL_LAST_NS)) {
      if (scheduler.clock.nowNs >= until) return false;
      yield pause;
    }
    return true;
  }

  function* execute(queue: NvmeQueue, opcode: number, fill: FillEntry): CommandOutcome {
    const commandId = nextCommandId++ & 0x3ff;
    const entry = nextEntry(queue);
    queue.sq.set32(entry, opcode | (commandId << 16));
    fill(queue.sq, entry);
    submitEntry(context, queue);
    const found = (): boolean => {
      while (takeCompletion(queue, completion)) {
        releaseCompletions(context, queue);
        if (completion.commandId === commandId) return true;
      }
      return false;
    };
    if (yield* waitFor(found, ADMIN_TIMEOUT_NS)) return completion.status;
    // nvme_timeout() looks at the controller first: a PE that was stopped shows there.
    read(NVME_CSTS);
    context.log('warn', `I/O ${commandId} QID ${queue.id} timeout, disable controller`);
    return EIO;
  }

  const disable = (): void => write(NVME_CC, 0);

  function* executeWithData(
    queue: NvmeQueue,
    opcode: number,
    fill: FillEntry,
    buffer: number,
    bytes: number,
    direction: DmaDirection,
  ): CommandOutcome {
    if (!dma.mapPage(dev, buffer, bytes, direction)) return ENOMEM;
    const hi = dma.handleHi;
    const lo = dma.handleLo;
    const status = yield* execute(queue, opcode, (sq, entry) => {
      sq.set32(entry + 24, lo);
      sq.set32(entry + 28, hi);
      fill(sq, entry);
    });
    // The controller must not reach memory that is no longer mapped.
    if (status < 0) disable();
    dma.unmapPage(dev, hi, lo, bytes, direction);
    return status;
  }

  const identify = (queue: NvmeQueue, cns: number, nsid: number, buffer: number): CommandOutcome =>
    executeWithData(
      queue,
      ADMIN.identify,
      (sq, entry) => {
        sq.set32(entry + 4, nsid);
        sq.set32(entry + 40, cns);
      },
      buffer,
      4096,
      'from-device',
    );

  const logPage = (queue: NvmeQueue, id: number, buffer: number, bytes: number): CommandOutcome =>
    executeWithData(
      queue,
      ADMIN.getLogPage,
      (sq, entry) => {
        sq.set32(entry + 4, -1);
        sq.set32(entry + 40, id | ((bytes / 4 - 1) << 16));
      },
      buffer,
      bytes,
      'from-device',
    );

  const setFeature = (queue: NvmeQueue, id: number, buffer: number, bytes: number): CommandOutcome =>
    executeWithData(
      queue,
      ADMIN.setFeatures,
      (sq, entry) => sq.set32(entry + 40, id),
      buffer,
      bytes,
      'to-device',
    );

  return { read, write, waitFor, execute, executeWithData, identify, logPage, setFeature, disable };
}

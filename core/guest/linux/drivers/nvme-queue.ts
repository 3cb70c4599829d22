// The driver's ends of a queue pair (drivers/nvme/host/pci.c, struct nvme_queue): rings in coherent memory, doorbells by MMIO.

import { CQE_BYTES, NVME_DOORBELLS, SQE_BYTES, STATUS_DNR } from '../../../abi/nvme.ts';
import { allocCoherent, freeCoherent, type CoherentMemory } from './coherent-memory.ts';
import type { DriverContext } from '../types.ts';

export interface NvmeQueue {
  readonly id: number;
  readonly depth: number;
  readonly sq: CoherentMemory;
  readonly cq: CoherentMemory;
  tail: number;
  head: number;
  phase: number;
}

export interface Completion {
  commandId: number;
  /** SCT and SC; 0 = success. */
  status: number;
  /** Do Not Retry. */
  dnr: boolean;
  /** Completion dword 0. */
  result: number;
}

export const newCompletion = (): Completion => ({ commandId: 0, status: 0, dnr: false, result: 0 });

/** nvme_alloc_queue: the completion queue first, then the submission queue. Undefined: no coherent memory. */
export function allocQueue(context: DriverContext, id: number, depth: number): NvmeQueue | undefined {
  const cq = allocCoherent(context, depth * CQE_BYTES);
  if (cq === undefined) return undefined;
  const sq = allocCoherent(context, depth * SQE_BYTES);
  if (sq === undefined) {
    freeCoherent(context, cq);
    return undefined;
  }
  return { id, depth, sq, cq, tail: 0, head: 0, phase: 1 };
}

export function freeQueue(context: DriverContext, queue: NvmeQueue): void {
  freeCoherent(context, queue.cq);
  freeCoherent(context, queue.sq);
}

/** nvme_init_queue: as new, with no old completion in it. */
export function initQueue(queue: NvmeQueue): void {
  queue.tail = 0;
  queue.head = 0;
  queue.phase = 1;
  for (let at = 0; at < queue.depth * CQE_BYTES; at += 4) queue.cq.set32(at, 0);
}

/** Offset of the next free submission entry, cleared. */
export function nextEntry(queue: NvmeQueue): number {
  const at = queue.tail * SQE_BYTES;
  for (let i = 0; i < SQE_BYTES; i += 4) queue.sq.set32(at + i, 0);
  return at;
}

/** The entry is filled: the controller is told. */
export function submitEntry(context: DriverContext, queue: NvmeQueue): void {
  queue.tail = (queue.tail + 1) % queue.depth;
  context.mmio.write32(context.dev.fn, NVME_DOORBELLS + queue.id * 8, queue.tail);
}

/** Takes the next completion into `into`; false when there is none. */
export function takeCompletion(queue: NvmeQueue, into: Completion): boolean {
  const at = queue.head * CQE_BYTES;
  const dword3 = queue.cq.get32(at + 12);
  if (((dword3 >>> 16) & 1) !== queue.phase) return false;
  into.commandId = dword3 & 0xffff;
  into.status = (dword3 >>> 17) & 0x7ff;
  into.dnr = ((dword3 >>> 17) & STATUS_DNR) !== 0;
  into.result = queue.cq.get32(at);
  if (++queue.head === queue.depth) {
    queue.head = 0;
    queue.phase ^= 1;
  }
  return true;
}

/** After a round of takeCompletion: the controller may use the entries again. */
export function releaseCompletions(context: DriverContext, queue: NvmeQueue): void {
  context.mmio.write32(context.dev.fn, NVME_DOORBELLS + queue.id * 8 + 4, queue.head);
}

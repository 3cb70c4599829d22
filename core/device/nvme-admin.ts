// The admin command set (NVMe 1.4 section 5) as far as the lab's controller has it.

import { ADMIN, CQE_BYTES, FEATURE, SQE_BYTES, STATUS } from '../abi/nvme.ts';
import type { AdminVerdict, NvmeCommand, NvmeEngine } from './nvme-engine.ts';
import { ASYNC_EVENT_LIMIT, identifyData, logPage, MAX_IO_QUEUES } from './nvme-identify.ts';
import type { DiskMedium } from './disk-medium.ts';
import { completionQueue, submissionQueue } from './nvme-queue.ts';

/** CAP.MQES + 1. */
export const MAX_QUEUE_ENTRIES = 2048;

export interface NvmeAdmin {
  execute(command: NvmeCommand, engine: NvmeEngine): AdminVerdict;
  reset(): void;
}

const dword = (command: NvmeCommand, index: number): number => command.sqe.getUint32(index * 4, true);
const idOf = (command: NvmeCommand): number => dword(command, 10) & 0xffff;

function queueSizeStatus(command: NvmeCommand, entryBytes: number): number {
  const entries = (dword(command, 10) >>> 16) + 1;
  if (entries < 2 || entries > MAX_QUEUE_ENTRIES) return STATUS.invalidQueueSize;
  // One piece of memory only (CAP.CQR), which must begin at a page.
  const contiguous = (dword(command, 11) & 1) === 1;
  return contiguous && (dword(command, 6) & 0xfff) === 0 && entryBytes > 0
    ? STATUS.success
    : STATUS.invalidField;
}

function createCq(command: NvmeCommand, engine: NvmeEngine): number {
  const id = idOf(command);
  if (id === 0 || id > MAX_IO_QUEUES || engine.cqs.has(id)) return STATUS.invalidQueueId;
  const status = queueSizeStatus(command, CQE_BYTES);
  if (status !== STATUS.success) return status;
  const entries = (dword(command, 10) >>> 16) + 1;
  const interrupts = (dword(command, 11) & 2) !== 0;
  engine.cqs.set(id, completionQueue(id, dword(command, 7) | 0, dword(command, 6) | 0, entries, interrupts));
  return STATUS.success;
}

function createSq(command: NvmeCommand, engine: NvmeEngine): number {
  const id = idOf(command);
  if (id === 0 || id > MAX_IO_QUEUES || engine.sqs.has(id)) return STATUS.invalidQueueId;
  const status = queueSizeStatus(command, SQE_BYTES);
  if (status !== STATUS.success) return status;
  const cqId = dword(command, 11) >>> 16;
  if (cqId === 0 || !engine.cqs.has(cqId)) return STATUS.cqInvalid;
  const entries = (dword(command, 10) >>> 16) + 1;
  engine.sqs.set(id, submissionQueue(id, cqId, dword(command, 7) | 0, dword(command, 6) | 0, entries));
  return STATUS.success;
}

function deleteSq(command: NvmeCommand, engine: NvmeEngine): number {
  const id = idOf(command);
  return id !== 0 && engine.sqs.delete(id) ? STATUS.success : STATUS.invalidQueueId;
}

function deleteCq(command: NvmeCommand, engine: NvmeEngine): number {
  const id = idOf(command);
  for (const sq of engine.sqs.values()) if (id !== 0 && sq.cqId === id) return STATUS.invalidQueueDeletion;
  return id !== 0 && engine.cqs.delete(id) ? STATUS.success : STATUS.invalidQueueId;
}

function identify(command: NvmeCommand, engine: NvmeEngine, medium: DiskMedium): number {
  const data = identifyData(dword(command, 10) & 0xff, dword(command, 1), medium);
  if (data === undefined) return STATUS.invalidField;
  if (data === 'no-namespace') return STATUS.invalidNamespace;
  return engine.sendData(command, data);
}

function getLogPage(command: NvmeCommand, engine: NvmeEngine): number {
  const page = logPage(dword(command, 10) & 0xff);
  if (page === undefined) return STATUS.invalidLogPage;
  const dwords = (dword(command, 10) >>> 16) + (dword(command, 11) & 0xffff) * 0x10000 + 1;
  return engine.sendData(command, page.subarray(0, Math.min(page.length, dwords * 4)));
}

/** Set Features and Get Features; data of those that have some is read and kept by nobody. */
function features(command: NvmeCommand, engine: NvmeEngine, set: boolean): number {
  switch (dword(command, 10) & 0xff) {
    case FEATURE.numberOfQueues: {
      const asked = set ? dword(command, 11) : 0xffff_ffff;
      const grant = (n: number): number => Math.min(n, MAX_IO_QUEUES - 1);
      command.result = grant(asked & 0xffff) | (grant(asked >>> 16) << 16);
      return STATUS.success;
    }
    case FEATURE.asyncEvents:
      return STATUS.success;
    case FEATURE.timestamp:
      return set ? engine.takeData(command, new Uint8Array(8)) : engine.sendData(command, new Uint8Array(8));
    case FEATURE.hostBehavior:
      return set
        ? engine.takeData(command, new Uint8Array(512))
        : engine.sendData(command, new Uint8Array(512));
    default:
      return STATUS.invalidField;
  }
}

export function createNvmeAdmin(medium: DiskMedium): NvmeAdmin {
  let asyncEvents = 0;
  const execute = (command: NvmeCommand, engine: NvmeEngine): AdminVerdict => {
    switch (command.sqe.getUint8(0)) {
      case ADMIN.identify:
        return identify(command, engine, medium);
      case ADMIN.createCq:
        return createCq(command, engine);
      case ADMIN.createSq:
        return createSq(command, engine);
      case ADMIN.deleteSq:
        return deleteSq(command, engine);
      case ADMIN.deleteCq:
        return deleteCq(command, engine);
      case ADMIN.getLogPage:
        return getLogPage(command, engine);
      case ADMIN.setFeatures:
        return features(command, engine, true);
      case ADMIN.getFeatures:
        return features(command, engine, false);
      case ADMIN.abort:
        command.result = 1; // the command was not aborted
        return STATUS.success;
      case ADMIN.doorbellBuffer:
        // Accepted; the registers stay what counts: a driver that rings them is always heard.
        return STATUS.success;
      case ADMIN.asyncEvent:
        if (asyncEvents === ASYNC_EVENT_LIMIT) return STATUS.asyncEventLimit;
        asyncEvents++;
        return 'held';
      default:
        return STATUS.invalidOpcode;
    }
  };
  return { execute, reset: () => void (asyncEvents = 0) };
}

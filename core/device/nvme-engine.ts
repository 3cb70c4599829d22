// The controller's work: fetch commands by DMA, move data by DMA, post completions by DMA (NVMe 1.4 sections 4.1, 7.2).
// Times are of a middling PCIe flash drive; they are virtual and the same in every run.

import { CQE_BYTES, NVM, SQE_BYTES, STATUS, STATUS_DNR } from '../abi/nvme.ts';
import { createDataPointerReader, createDataRuns, type DataRuns } from './nvme-data-pointer.ts';
import { MAX_TRANSFER_BYTES } from './nvme-identify.ts';
import { bytesOfBlocks, type DiskMedium } from './disk-medium.ts';
import { hiAt, isFull, type CompletionQueue, type SubmissionQueue } from './nvme-queue.ts';
import type { DeviceHost } from './types.ts';

const FETCH_NS = 600;
const ADMIN_NS = 15_000;
const ACCESS_NS: Readonly<Record<number, number>> = {
  [NVM.read]: 20_000,
  [NVM.write]: 10_000,
  [NVM.flush]: 30_000,
};
/** PCIe 3.0 x4 after its overheads. */
const BYTES_PER_NS = 3.2;
/** Commands fetched in one transfer. */
const FETCH_BURST = 16;

/** A command in the controller. Objects are reused. */
export interface NvmeCommand {
  sq: SubmissionQueue;
  readonly bytes: Uint8Array;
  readonly sqe: DataView;
  /** Completion dword 0. */
  result: number;
  status: number;
  epoch: number;
  readonly finish: () => void;
}

export type AdminVerdict = number | 'held';

export interface NvmeEngine {
  readonly sqs: Map<number, SubmissionQueue>;
  readonly cqs: Map<number, CompletionQueue<NvmeCommand>>;
  /** Host memory page, CC.MPS. */
  pageBytes: number;
  /** New tail of a submission queue: fetching begins. */
  ring(sq: SubmissionQueue, tail: number): void;
  /** New head of a completion queue: completions that waited for room go out. */
  release(cq: CompletionQueue<NvmeCommand>, head: number): void;
  /** An admin command's data to host memory. Returns the status. */
  sendData(command: NvmeCommand, data: Uint8Array): number;
  /** An admin command's data from host memory. Returns the status. */
  takeData(command: NvmeCommand, data: Uint8Array): number;
  /** Forgets all queues and commands. */
  stop(): void;
}

export interface NvmeEngineParts {
  readonly host: DeviceHost;
  readonly medium: DiskMedium;
  /** Executes an admin command; `held`: it has no completion yet (Asynchronous Event Request). */
  readonly admin: (command: NvmeCommand) => AdminVerdict;
  /** A queue could not be reached: CSTS.CFS. */
  readonly fatal: () => void;
}

export function createNvmeEngine({ host, medium, admin, fatal }: NvmeEngineParts): NvmeEngine {
  const { bus, scheduler } = host;
  const pointers = createDataPointerReader(bus);
  const runs: DataRuns = createDataRuns();
  const fetched = new Uint8Array(FETCH_BURST * SQE_BYTES);
  const cqe = new DataView(new ArrayBuffer(CQE_BYTES));
  const cqeBytes = new Uint8Array(cqe.buffer);
  const pool: NvmeCommand[] = [];
  let epoch = 0;
  let linkFreeNs = 0;

  // The cursor of the transfer under way: a run and the bytes of it that are done.
  let run = 0;
  let inRun = 0;
  let failed = false;

  const mover =
    (move: (hi: number, lo: number, view: Uint8Array) => { readonly fault?: unknown }) =>
    (view: Uint8Array): void => {
      for (let at = 0; at < view.length && !failed;) {
        const left = (runs.bytes[run] ?? 0) - inRun;
        // The data pointer gave less memory than the command has data.
        if (left <= 0) return void (failed = true);
        const n = Math.min(view.length - at, left);
        const lo = runs.lo[run] ?? 0;
        const piece = n === view.length ? view : view.subarray(at, at + n);
        failed = move(hiAt(runs.hi[run] ?? 0, lo, inRun), (lo + inRun) | 0, piece).fault !== undefined;
        at += n;
        inRun = n === left ? 0 : inRun + n;
        if (n === left) run++;
      }
    };
  const toHost = mover((hi, lo, view) => bus.write(hi, lo, view));
  const fromHost = mover((hi, lo, view) => bus.read(hi, lo, view));

  const transfer = (command: NvmeCommand, bytes: number, move: () => void): number => {
    const status = pointers.locate(command.sqe, bytes, engine.pageBytes, runs);
    if (status !== STATUS.success) return status;
    run = 0;
    inRun = 0;
    failed = false;
    move();
    return failed ? STATUS.dataTransferError : STATUS.success;
  };

  const executeIo = (command: NvmeCommand): number => {
    const { sqe } = command;
    const opcode = sqe.getUint8(0);
    if (sqe.getUint32(4, true) !== 1) return STATUS.invalidNamespace;
    if (opcode === NVM.flush) return STATUS.success;
    if (opcode !== NVM.read && opcode !== NVM.write) return STATUS.invalidOpcode;
    const lba = sqe.getUint32(40, true) + sqe.getUint32(44, true) * 0x1_0000_0000;
    const blocks = sqe.getUint16(48, true) + 1;
    const bytes = bytesOfBlocks(blocks);
    if (bytes > MAX_TRANSFER_BYTES) return STATUS.invalidField;
    if (lba + blocks > medium.blocks) return STATUS.lbaOutOfRange;
    const address = bytesOfBlocks(lba);
    if (opcode === NVM.read) return transfer(command, bytes, () => medium.read(address, bytes, toHost));
    const status = transfer(command, bytes, () => medium.write(address, bytes, fromHost));
    command.result = medium.hash(address, bytes);
    return status;
  };

  const post = (command: NvmeCommand): void => {
    const cq = engine.cqs.get(command.sq.cqId);
    if (cq === undefined) return;
    if (isFull(cq)) {
      cq.waiting.push(command);
      return;
    }
    // A retry would meet the same fault or the same field: Do Not Retry.
    const status = command.status === STATUS.success ? 0 : command.status | STATUS_DNR;
    cqe.setInt32(0, command.result, true);
    cqe.setInt32(8, command.sq.head | (command.sq.id << 16), true);
    cqe.setInt32(12, command.sqe.getUint16(2, true) | (status << 17) | (cq.phase << 16), true);
    const offset = cq.tail * CQE_BYTES;
    pool.push(command);
    if (bus.write(hiAt(cq.hi, cq.lo, offset), (cq.lo + offset) | 0, cqeBytes).fault !== undefined)
      return fatal();
    if (++cq.tail === cq.size) {
      cq.tail = 0;
      cq.phase = cq.phase === 1 ? 0 : 1;
    }
    if (cq.interrupts) host.raiseInterrupt();
  };

  const finish = (command: NvmeCommand): void => {
    if (command.epoch !== epoch) return;
    command.result = 0;
    if (command.sq.id === 0) {
      const verdict = admin(command);
      if (verdict === 'held') return;
      command.status = verdict;
    } else command.status = executeIo(command);
    post(command);
  };

  const newCommand = (sq: SubmissionQueue): NvmeCommand => {
    const bytes = new Uint8Array(SQE_BYTES);
    const made: NvmeCommand = {
      sq,
      bytes,
      sqe: new DataView(bytes.buffer),
      result: 0,
      status: 0,
      epoch,
      finish: () => finish(made),
    };
    return made;
  };

  /** Virtual ns from now until the command is done; data of all commands share one link. */
  const duration = (command: NvmeCommand): number => {
    if (command.sq.id === 0) return ADMIN_NS;
    const opcode = command.sqe.getUint8(0);
    const bytes = opcode === NVM.flush ? 0 : bytesOfBlocks(command.sqe.getUint16(48, true) + 1);
    const now = scheduler.clock.nowNs;
    linkFreeNs = Math.max(linkFreeNs, now) + Math.ceil(bytes / BYTES_PER_NS);
    return linkFreeNs - now + (ACCESS_NS[opcode] ?? FETCH_NS);
  };

  const begin = (sq: SubmissionQueue, index: number): void => {
    const command = pool.pop() ?? newCommand(sq);
    command.sq = sq;
    command.epoch = epoch;
    command.bytes.set(fetched.subarray(index * SQE_BYTES, (index + 1) * SQE_BYTES));
    scheduler.after(duration(command), command.finish);
  };

  const fetch = (sq: SubmissionQueue): void => {
    sq.fetching = false;
    while (sq.head !== sq.tail) {
      const ahead = (sq.tail > sq.head ? sq.tail : sq.size) - sq.head;
      const n = Math.min(ahead, FETCH_BURST);
      const offset = sq.head * SQE_BYTES;
      const into = fetched.subarray(0, n * SQE_BYTES);
      if (bus.read(hiAt(sq.hi, sq.lo, offset), (sq.lo + offset) | 0, into).fault !== undefined)
        return fatal();
      sq.head = (sq.head + n) % sq.size;
      for (let i = 0; i < n; i++) begin(sq, i);
    }
  };

  const engine: NvmeEngine = {
    sqs: new Map(),
    cqs: new Map(),
    pageBytes: 4096,
    ring(sq, tail) {
      if (tail >= sq.size) return;
      sq.tail = tail;
      if (sq.fetching || sq.head === tail) return;
      sq.fetching = true;
      const started = epoch;
      scheduler.after(FETCH_NS, () => {
        if (started === epoch) fetch(sq);
      });
    },
    release(cq, head) {
      if (head >= cq.size) return;
      cq.head = head;
      while (cq.waiting.length > 0 && !isFull(cq)) {
        const command = cq.waiting.shift();
        if (command !== undefined) post(command);
      }
    },
    sendData: (command, data) => transfer(command, data.length, () => toHost(data)),
    takeData: (command, data) => transfer(command, data.length, () => fromHost(data)),
    stop() {
      epoch++;
      linkFreeNs = 0;
      pool.length = 0;
      engine.sqs.clear();
      engine.cqs.clear();
    },
  };
  return engine;
}

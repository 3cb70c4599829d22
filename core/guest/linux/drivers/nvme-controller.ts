// Bringing an NVMe controller up and down (drivers/nvme/host/pci.c and core.c, 6.1): what is mapped, in the order recorded.

import {
  ADMIN,
  CNS,
  FEATURE,
  LOG_PAGE,
  NVME_ACQ,
  NVME_ACQ_HI,
  NVME_AQA,
  NVME_ASQ,
  NVME_ASQ_HI,
  NVME_CAP,
  NVME_CC,
  NVME_CC_EN,
  NVME_CC_IOCQES_SHIFT,
  NVME_CC_IOSQES_SHIFT,
  NVME_CC_SHN_SHIFT,
  NVME_CSTS,
  NVME_CSTS_CFS,
  NVME_CSTS_RDY,
  NVME_CSTS_SHST_COMPLETE,
  NVME_CSTS_SHST_MASK,
} from '../../../abi/nvme.ts';
import type { DriverContext } from '../types.ts';
import { allocCoherent, freeCoherent, type CoherentMemory } from './coherent-memory.ts';
import { allocQueue, freeQueue, initQueue, type NvmeQueue } from './nvme-queue.ts';
import {
  controllerFacts,
  namespaceFacts,
  noFacts,
  readPartitions,
  scanNamespace,
  type NvmeFacts,
} from './nvme-scan.ts';
import { createSyncCommands, type CommandOutcome } from './nvme-sync-commands.ts';

const EIO = -5;
const ENOMEM = -12;
const ENODEV = -19;
/** NVME_AQ_DEPTH; module parameter io_queue_depth. */
const ADMIN_DEPTH = 32;
const IO_DEPTH = 1024;
const SHUTDOWN_TIMEOUT_NS = 5e9;

export interface NvmeController {
  /** From reset to a working I/O queue. 0 or a negative errno. `first`: queues are still to be allocated. */
  bringUp(): CommandOutcome;
  /** Deletes the I/O queues and shuts down, if the controller still answers. */
  shutDown(): Generator<number, void, void>;
  disable(): void;
  /** Unmaps and frees all queues. */
  free(): void;
  readonly facts: NvmeFacts;
  readonly io: NvmeQueue | undefined;
  csts(): number;
}

export function createNvmeController(context: DriverContext): NvmeController {
  const { memory, pages, pageBytes } = context;
  const commands = createSyncCommands(context);
  const { read, write, waitFor, execute, identify, logPage, setFeature, disable } = commands;
  let admin: NvmeQueue | undefined;
  let io: NvmeQueue | undefined;
  let doorbells: CoherentMemory[] = [];
  let facts = noFacts;

  /** nvme_pci_configure_admin_queue. */
  function* enableAdminQueue(): CommandOutcome {
    const capLo = read(NVME_CAP);
    if (read(NVME_CSTS) === -1) return ENODEV;
    const timeoutNs = Math.max(1, capLo >>> 24) * 500e6;
    disable();
    if (!(yield* waitFor(() => (read(NVME_CSTS) & NVME_CSTS_RDY) === 0, timeoutNs))) return ENODEV;
    admin ??= allocQueue(context, 0, ADMIN_DEPTH);
    if (admin === undefined) return ENOMEM;
    initQueue(admin);
    write(NVME_AQA, (ADMIN_DEPTH - 1) | ((ADMIN_DEPTH - 1) << 16));
    write(NVME_ASQ, admin.sq.lo);
    write(NVME_ASQ_HI, admin.sq.hi);
    write(NVME_ACQ, admin.cq.lo);
    write(NVME_ACQ_HI, admin.cq.hi);
    write(NVME_CC, NVME_CC_EN | (6 << NVME_CC_IOSQES_SHIFT) | (4 << NVME_CC_IOCQES_SHIFT));
    if (yield* waitFor(() => (read(NVME_CSTS) & NVME_CSTS_RDY) !== 0, timeoutNs)) return 0;
    context.log(
      'err',
      'Device not ready; aborting initialisation, CSTS=0x' + (read(NVME_CSTS) >>> 0).toString(16),
    );
    return ENODEV;
  }

  /** nvme_init_ctrl_finish: identify, effects log, timestamp, host behaviour, then hwmon's first look at the health log. */
  function* initController(queue: NvmeQueue, buffer: number): CommandOutcome {
    const status = yield* identify(queue, CNS.controller, 0, buffer);
    if (status !== 0) {
      context.log('err', `Identify Controller failed (${status})`);
      return EIO;
    }
    facts = { ...facts, ...controllerFacts(memory, buffer) };
    let error = yield* logPage(queue, LOG_PAGE.commandEffects, buffer, 4096);
    if (error >= 0) error = yield* setFeature(queue, FEATURE.timestamp, buffer, 8);
    if (error >= 0) error = yield* setFeature(queue, FEATURE.hostBehavior, buffer, 512);
    if (error >= 0) error = yield* logPage(queue, LOG_PAGE.health, buffer, 512);
    return Math.min(error, 0);
  }

  /** nvme_dbbuf_dma_alloc and its command: two pages, shadow doorbells and event indexes. */
  function* setUpDoorbells(queue: NvmeQueue): CommandOutcome {
    if (!facts.doorbellBuffer) return 0;
    for (let i = doorbells.length; i < 2; i++) {
      const page = allocCoherent(context, pageBytes);
      if (page === undefined) return ENOMEM;
      doorbells.push(page);
    }
    const status = yield* execute(queue, ADMIN.doorbellBuffer, (sq, entry) => {
      doorbells.forEach((page, i) => {
        sq.set32(entry + 24 + 8 * i, page.lo);
        sq.set32(entry + 28 + 8 * i, page.hi);
      });
    });
    return Math.min(status, 0);
  }

  /** nvme_setup_io_queues with one queue: number of queues, then create_cq and create_sq. */
  function* setUpIoQueue(queue: NvmeQueue): CommandOutcome {
    const granted = yield* execute(queue, ADMIN.setFeatures, (sq, entry) =>
      sq.set32(entry + 40, FEATURE.numberOfQueues),
    );
    if (granted !== 0) return EIO;
    io ??= allocQueue(context, 1, IO_DEPTH);
    if (io === undefined) return ENOMEM;
    const { id, depth, sq: ring, cq } = io;
    initQueue(io);
    const create = (opcode: number, ringHi: number, ringLo: number, flags: number): CommandOutcome =>
      execute(queue, opcode, (sq, entry) => {
        sq.set32(entry + 24, ringLo);
        sq.set32(entry + 28, ringHi);
        sq.set32(entry + 40, id | ((depth - 1) << 16));
        sq.set32(entry + 44, flags);
      });
    // Contiguous; the completion queue interrupts; the submission queue names its completion queue.
    if ((yield* create(ADMIN.createCq, cq.hi, cq.lo, 3)) !== 0) return EIO;
    return (yield* create(ADMIN.createSq, ring.hi, ring.lo, 1 | (id << 16))) === 0 ? 0 : EIO;
  }

  function* bringUpWith(buffer: number): CommandOutcome {
    let error = yield* enableAdminQueue();
    if (error < 0 || admin === undefined) return error;
    error = yield* initController(admin, buffer);
    if (error === 0) error = yield* setUpDoorbells(admin);
    if (error === 0) error = yield* setUpIoQueue(admin);
    if (error === 0) error = yield* scanNamespace(commands, admin, buffer);
    if (error !== 0 || io === undefined) return error;
    const known = facts.blocks > 0;
    facts = { ...facts, ...namespaceFacts(memory, buffer) };
    // A disk that was there before a reset is there after it: its partitions are not read again.
    return known ? 0 : yield* readPartitions(context, commands, io, buffer);
  }

  return {
    *bringUp() {
      const order = 0;
      const buffer = pages.alloc(order);
      if (buffer === undefined) return ENOMEM;
      const error = yield* bringUpWith(buffer);
      pages.free(buffer, order);
      return error;
    },
    *shutDown() {
      if (admin === undefined || read(NVME_CSTS) === -1) return;
      if (io !== undefined && (read(NVME_CSTS) & NVME_CSTS_CFS) === 0) {
        const { id } = io;
        const deleted = yield* execute(admin, ADMIN.deleteSq, (sq, entry) => sq.set32(entry + 40, id));
        if (deleted >= 0) yield* execute(admin, ADMIN.deleteCq, (sq, entry) => sq.set32(entry + 40, id));
      }
      write(NVME_CC, read(NVME_CC) | (1 << NVME_CC_SHN_SHIFT));
      yield* waitFor(
        () => (read(NVME_CSTS) & NVME_CSTS_SHST_MASK) === NVME_CSTS_SHST_COMPLETE,
        SHUTDOWN_TIMEOUT_NS,
      );
      disable();
    },
    disable,
    free() {
      if (io !== undefined) freeQueue(context, io);
      if (admin !== undefined) freeQueue(context, admin);
      for (const page of doorbells) freeCoherent(context, page);
      io = undefined;
      admin = undefined;
      doorbells = [];
    },
    get facts() {
      return facts;
    },
    get io() {
      return io;
    },
    csts: () => read(NVME_CSTS),
  };
}

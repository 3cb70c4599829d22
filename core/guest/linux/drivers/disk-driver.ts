// A disk bound to its driver: workloads, reset after a timeout, unbind. What all host adapters here have in common.

import { invariant } from '../../../base/invariant.ts';
import type { Task } from '../../../time/scheduler.ts';
import type { BoundDriver, DriverContext, IoFigures, IoRequestPlan } from '../types.ts';
import { cutBuffers } from './data-buffer.ts';
import type { Disk, DiskCommand, DiskPorts } from './disk.ts';
import type { BlockIo } from './block-requests.ts';
import { startDiskIo } from './disk-io.ts';
import { newFigures } from './workload.ts';

/** An unbind waits so long for I/O under way. */
const DRAIN_NS = 1e9;
const DRAIN_STEP_NS = 100_000;
const RESET_POLL_NS = 10e6;
/** A disk that answers nothing within five seconds is not added. */
const PROBE_POLL_NS = 100_000;
const PROBE_POLLS = 50_000;
const EIO = -5;
const ENOMEM = -12;

/** Brings the disk of `create` up and binds it, or says why not (a negative errno; nothing is held then). */
export function* probeDisk(
  context: DriverContext,
  create: (ports: DiskPorts) => Disk,
): Generator<number, BoundDriver | number, void> {
  const now = { figures: newFigures(), cpu: 0 };
  const disk = create({ context, figures: () => now.figures, cpu: () => now.cpu });
  const error = (yield* disk.bringUp()) || (yield* readPartitions(context, disk));
  if (error === 0) return bind(context, disk, now);
  context.log('warn', `probe failed with error ${error}`);
  disk.halt();
  disk.free();
  return error;
}

/** read_part_sector(): the first page of the disk, as adding it makes the kernel look for partitions. 0, or a negative errno. */
function* readPartitions(context: DriverContext, disk: Disk): Generator<number, number, void> {
  const { pages, pageBytes } = context;
  const page = pages.alloc(0);
  if (page === undefined) return ENOMEM;
  const [buffer] = cutBuffers([page], pageBytes, pageBytes, pageBytes, 1);
  invariant(buffer !== undefined, 'one page is one buffer');
  const command: DiskCommand = {
    ...{ tag: 0, slot: 0, buffer, offset: 0, address: 0, seed: 0 },
    ...{ submittedNs: 0, active: true, requeues: 0 },
  };
  const answer = yield* readPage(disk, command);
  pages.free(page, 0);
  if (answer !== undefined) context.log('warn', `${disk.name}: unable to read partition table: ${answer}`);
  return answer === 'no answer' ? EIO : 0;
}

/** How reading failed; undefined: it did not. */
function* readPage(disk: Disk, command: DiskCommand): Generator<number, string | undefined, void> {
  if (!disk.start(command, true)) return 'not mapped';
  let error: string | undefined = 'no answer';
  for (let polls = 0; polls < PROBE_POLLS && command.active; polls++) {
    yield PROBE_POLL_NS;
    disk.reap((_tag, how) => {
      command.active = false;
      error = how;
    });
  }
  if (!command.active) return error;
  disk.halt();
  disk.drop(command);
  return error;
}

interface Now {
  figures: IoFigures;
  cpu: number;
}

function bind(context: DriverContext, disk: Disk, now: Now): BoundDriver {
  let io: BlockIo | undefined;
  let state: 'live' | 'resetting' | 'dead' = 'live';

  /** Error handling: all that is under way fails; an adapter that does not come back is dead, and so is its I/O. */
  const reset = (): void => {
    if (state !== 'live') return;
    state = 'resetting';
    disk.halt();
    io?.failAll();
    context.scheduler.start(resetTask());
  };

  function* resetTask(): Task {
    const error = yield* disk.bringUp();
    if (state !== 'resetting') return;
    state = error === 0 ? 'live' : 'dead';
    if (state === 'live') return io?.resume();
    context.log('err', `${disk.name}: device offlined after reset failure: ${error}`);
    disk.halt();
    io?.stop();
  }

  const fail = (done: (figures: IoFigures) => void): void => {
    context.log('err', state === 'live' ? 'no memory for I/O buffers' : `${disk.name}: device is offline`);
    now.figures.failures++;
    done(now.figures);
  };

  const startIo = (plan: IoRequestPlan, done: (figures: IoFigures) => void): void => {
    invariant(io === undefined, 'one workload at a time on a device');
    const figures = (now.figures = newFigures());
    now.cpu = plan.cpu ?? 0;
    if (state !== 'live') return fail(done);
    // A workload can end while it starts (nothing could be mapped): its end must not be overwritten by its own start.
    let over = false;
    const started = startDiskIo({
      context,
      disk,
      plan,
      figures,
      timedOut: reset,
      done: () => {
        over = true;
        io = undefined;
        done(figures);
      },
    });
    if (started === undefined) return fail(done);
    if (!over) io = started;
  };

  return {
    interrupt: () => io?.interrupt(),
    startIo,
    stopIo() {
      io?.stop();
      // A stop does not wait for what can no longer come.
      if (io !== undefined && disk.isGone()) reset();
    },
    get figures() {
      return now.figures;
    },
    *remove() {
      while (state === 'resetting') yield RESET_POLL_NS;
      io?.stop();
      // What is under way may still end well, if the adapter answers.
      const until = context.scheduler.clock.nowNs + DRAIN_NS;
      while (io !== undefined && !disk.isGone() && context.scheduler.clock.nowNs < until) {
        yield DRAIN_STEP_NS;
        io?.interrupt();
      }
      state = 'dead';
      disk.halt();
      io?.failAll();
      disk.free();
    },
  };
}

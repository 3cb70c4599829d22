// The `nvme` driver (drivers/nvme/host/pci.c): 64-bit masks, one I/O queue, reset after a timeout.

import { NVME_CSTS_CFS } from '../../../abi/nvme.ts';
import { invariant } from '../../../base/invariant.ts';
import type { Task } from '../../../time/scheduler.ts';
import type {
  BoundDriver,
  Driver,
  DriverContext,
  IoFigures,
  IoRequestPlan,
  PciErrorHandlers,
} from '../types.ts';
import { createDmaPool } from './dma-pool.ts';
import { createNvmeController, type NvmeController } from './nvme-controller.ts';
import type { BlockIo } from './block-requests.ts';
import { startNvmeIo } from './nvme-io.ts';
import type { NvmePools } from './nvme-request.ts';
import { newFigures } from './workload.ts';

const ENOMEM = -12;
/** An unbind waits so long for I/O under way. */
const DRAIN_NS = 1e9;
const DRAIN_STEP_NS = 100_000;
const RESET_POLL_NS = 10e6;

export const nvmeDriver: Driver = {
  name: 'nvme',
  devices: ['nvme'],
  dmaMaskBits: 64,
  coherentMaskBits: 64,
  *probe(context) {
    // dma_set_max_seg_size(): merged segments may be as long as a request.
    context.dev.maxSegBytes = 0xffff_ffff;
    // nvme_pci_enable answers -ENOMEM whatever dma_set_mask_and_coherent said.
    const { dmaMaskBits, coherentMaskBits } = context.masks ?? nvmeDriver;
    const masks = yield* context.dma.setMasks(context.dev, dmaMaskBits, coherentMaskBits);
    if (masks < 0) return ENOMEM;
    const controller = createNvmeController(context);
    const error = yield* controller.bringUp();
    if (error < 0) {
      context.log('warn', `Removing after probe failure status: ${error}`);
      controller.disable();
      controller.free();
      return error;
    }
    context.log('info', '1/0/0 default/read/poll queues');
    return bind(context, controller);
  },
};

function bind(context: DriverContext, controller: NvmeController): BoundDriver {
  const pools: NvmePools = { small: createDmaPool(context, 256), page: createDmaPool(context, 4096) };
  let figures: IoFigures = newFigures();
  let io: BlockIo | undefined;
  let state: 'live' | 'resetting' | 'dead' = 'live';
  let resets = 0;
  let resetWorks = 0;

  /** nvme_reset_work; a controller that does not come back is dead, and so is its I/O. */
  const reset = (): void => {
    if (state !== 'live' || context.channelOffline?.() === true) return;
    shutDownForReset();
    context.scheduler.start(resetTask());
  };

  const shutDownForReset = (): void => {
    state = 'resetting';
    controller.disable();
    io?.failAll();
  };

  function* resetTask(): Task {
    const mine = ++resets;
    resetWorks++;
    const error = yield* controller.bringUp();
    resetWorks--;
    // A slot reset in between begins anew.
    if (state !== 'resetting' || mine !== resets) return;
    state = error === 0 ? 'live' : 'dead';
    if (state === 'live') return io?.resume();
    context.log('err', `Disabling device after reset failure: ${error}`);
    controller.disable();
    io?.stop();
  }

  const startIo = (plan: IoRequestPlan, done: (figures: IoFigures) => void): void => {
    invariant(io === undefined, 'one workload at a time on a device');
    figures = newFigures();
    const { io: queue } = controller;
    const ended = (): void => {
      io = undefined;
      done(figures);
    };
    if (queue === undefined || state !== 'live') return fail(done);
    // A workload can end while it starts (nothing could be mapped): `ended` must not be overwritten by its own start.
    let over = false;
    const started = startNvmeIo({
      context,
      controller,
      queue,
      pools,
      plan,
      figures,
      timedOut: reset,
      done: () => {
        over = true;
        ended();
      },
    });
    if (started === undefined) return fail(done);
    if (!over) io = started;
  };

  /** A stop does not wait for what can no longer come: a controller that is gone or in fatal state is reset at once. */
  const stopIo = (): void => {
    io?.stop();
    const csts = controller.csts();
    if (io !== undefined && (csts === -1 || (csts & NVME_CSTS_CFS) !== 0)) reset();
  };

  /** nvme_err_handler. */
  const errorHandlers: PciErrorHandlers = {
    errorDetected(channel) {
      if (channel === 'frozen' && state !== 'dead') {
        context.log('warn', 'frozen state error detected, reset controller');
        resets++;
        shutDownForReset();
        return 'need reset';
      }
      context.log('warn', 'failure state error detected, request disconnect');
      state = 'dead';
      io?.failAll();
      io?.stop();
      return 'disconnect';
    },
    slotReset() {
      context.log('info', 'restart after slot reset');
      return 'recovered';
    },
    *resume() {
      // flush_work(): one reset at a time works on the queues.
      while (resetWorks > 0) yield RESET_POLL_NS;
      yield* resetTask();
    },
  };

  const fail = (done: (figures: IoFigures) => void): void => {
    context.log('err', state === 'live' ? 'no memory for I/O buffers' : 'device is disabled');
    figures.failures++;
    done(figures);
  };

  return {
    interrupt() {
      // While the controller is reset, whoever resets it looks at the queues.
      if (state !== 'resetting') io?.interrupt();
    },
    startIo,
    stopIo,
    errorHandlers,
    get figures() {
      return figures;
    },
    *remove() {
      // flush_work(): a reset under way comes to its end first.
      while (state === 'resetting') yield RESET_POLL_NS;
      const wasLive = state === 'live';
      io?.stop();
      // What is under way may still end well, if the controller answers.
      const until = context.scheduler.clock.nowNs + DRAIN_NS;
      while (io !== undefined && controller.csts() !== -1 && context.scheduler.clock.nowNs < until) {
        yield DRAIN_STEP_NS;
        io?.interrupt();
      }
      state = 'dead';
      if (wasLive) yield* controller.shutDown();
      controller.disable();
      io?.failAll();
      controller.free();
      pools.small.destroy();
      pools.page.destroy();
    },
  };
}

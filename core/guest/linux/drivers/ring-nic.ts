// Network drivers of ring NICs. `e1000` (drivers/net/ethernet/intel/e1000) has a 32-bit mask and so stays on the default window;
// `e1000e` takes 64 bits. `vfnet` is the lab's generic driver of an SR-IOV virtual function: it stands for the vendors' VF drivers
// (64-bit mask, jumbo frames, every buffer mapped and unmapped by itself) and claims to be none of them.

import { invariant } from '../../../base/invariant.ts';
import type { BoundDriver, Driver, DriverContext, IoFigures, IoRequestPlan } from '../types.ts';
import { createNicAdapter, type NicHabits } from './nic-adapter.ts';
import { startReceiving } from './nic-receive.ts';
import { startSending } from './nic-send.ts';
import type { NicStream } from './nic-stream.ts';
import { newFigures } from './workload.ts';

const EIO = -5;
const ENODEV = -19;
/** watchdog_timeo of a network device. */
const HANG_NS = 5e9;
const DRAIN_NS = 1e9;
const DRAIN_STEP_NS = 100_000;

interface RingNic extends NicHabits {
  readonly name: string;
  readonly device: string;
  readonly maskBits: number;
}

const standardFrames: NicHabits = { frameBytes: 1512, bufferBytes: 2048, rxMapBytes: 1522, copybreak: 0 };
const jumboFrames: NicHabits = { frameBytes: 9000, bufferBytes: 16384, rxMapBytes: 9216, copybreak: 0 };

export const e1000Driver = ringNicDriver({
  name: 'e1000',
  device: 'e1000',
  maskBits: 32,
  ...standardFrames,
  copybreak: 256,
});
export const e1000eDriver = ringNicDriver({
  name: 'e1000e',
  device: 'e1000e',
  maskBits: 64,
  ...standardFrames,
});
export const vfnetDriver = ringNicDriver({ name: 'vfnet', device: 'nic', maskBits: 64, ...jumboFrames });

/** A network driver can be brought up and down by itself; the first workload brings it up too, and it stays up until remove(). */
export interface NetDriver extends BoundDriver {
  /** `ip link set up`: false when there is no memory. */
  up(): boolean;
  down(): void;
}

function ringNicDriver(nic: RingNic): Driver {
  return {
    name: nic.name,
    devices: [nic.device],
    dmaMaskBits: nic.maskBits,
    coherentMaskBits: nic.maskBits,
    *probe(context) {
      const { dmaMaskBits = nic.maskBits, coherentMaskBits = nic.maskBits } = context.masks ?? {};
      const error = yield* context.dma.setMasks(context.dev, dmaMaskBits, coherentMaskBits);
      if (error < 0) {
        context.log('err', 'No usable DMA configuration, aborting');
        return EIO;
      }
      const driver = bind(context, nic);
      return driver ?? ENODEV;
    },
  };
}

function bind(context: DriverContext, nic: RingNic): NetDriver | undefined {
  let figures: IoFigures = newFigures();
  let stream: NicStream | undefined;
  let cpu = 0;
  let watchdog = -1;

  const adapter = createNicAdapter({
    context,
    habits: nic,
    figures: () => figures,
    cpu: () => cpu,
    onReceived: (address, bytes, failed) => stream?.onReceived(address, bytes, failed),
    onSent: (index, failed) => stream?.onSent(index, failed),
  });
  if (adapter.isGone()) return undefined;
  adapter.down();

  const poll = (): void => {
    if (!adapter.isUp) return;
    adapter.poll();
    stream?.polled();
  };

  const up = (): boolean => {
    if (adapter.isUp) return true;
    if (!adapter.up()) return false;
    context.log('info', 'eth0: NIC Link is Up');
    return true;
  };

  /** dev_watchdog and the driver's reset task; what was under way is lost. */
  const hang = (): void => {
    context.log('err', 'NETDEV WATCHDOG: eth0: transmit queue 0 timed out or nothing received');
    adapter.down();
    const gone = adapter.isGone();
    if (!gone) adapter.up();
    else context.log('err', 'eth0: adapter is gone');
    stream?.lost(gone || !adapter.isUp);
  };

  const watch = (limitNs: number): void => {
    const seen = stream?.progress;
    watchdog = context.scheduler.after(limitNs, () => {
      watchdog = -1;
      if (stream === undefined) return;
      if (stream.waiting && stream.progress === seen) poll();
      if (stream?.waiting === true && stream.progress === seen) hang();
      if (stream !== undefined) watch(limitNs);
    });
  };

  const startIo = (plan: IoRequestPlan, done: (figures: IoFigures) => void): void => {
    invariant(stream === undefined, 'one workload at a time on a device');
    const mine = (figures = newFigures());
    cpu = plan.cpu ?? 0;
    if (adapter.isGone() || !up()) {
      context.log('err', 'eth0: cannot be brought up');
      figures.failures++;
      return done(figures);
    }
    let over = false;
    const start = plan.direction === 'read' ? startReceiving : startSending;
    const started = start({
      context,
      adapter,
      habits: nic,
      plan,
      figures,
      done: () => {
        over = true;
        stream = undefined;
        if (watchdog >= 0) context.scheduler.cancel(watchdog);
        watchdog = -1;
        // Receive buffers that stay mapped belong to the interface: the workload's figures end here.
        figures = { ...mine };
        done(mine);
      },
    });
    if (over) return;
    stream = started;
    watch(Math.max(HANG_NS, 3 * plan.intervalNs));
  };

  const stopIo = (): void => {
    stream?.stop();
    // Nothing more comes from a function that is gone; should it come back, it begins anew.
    if (stream === undefined || !adapter.isGone()) return;
    adapter.down();
    stream.lost(true);
  };

  return {
    interrupt: poll,
    startIo,
    stopIo,
    get figures() {
      return figures;
    },
    up,
    down: () => adapter.down(),
    *remove() {
      stream?.stop();
      const until = context.scheduler.clock.nowNs + DRAIN_NS;
      while (stream !== undefined && !adapter.isGone() && context.scheduler.clock.nowNs < until) {
        yield DRAIN_STEP_NS;
        poll();
      }
      adapter.down();
      stream?.lost(true);
    },
  };
}

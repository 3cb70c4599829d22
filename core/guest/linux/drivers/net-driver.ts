// A network adapter bound to its driver: brought up and down, one stream at a time, a watchdog that resets it. Common to all adapters here.

import { invariant } from '../../../base/invariant.ts';
import type { BoundDriver, DriverContext, IoFigures, IoRequestPlan, PciErrorHandlers } from '../types.ts';
import type { NicAdapter, NicAdapterParts, NicHabits } from './nic-adapter.ts';
import { startReceiving } from './nic-receive.ts';
import { startSending } from './nic-send.ts';
import type { NicStream } from './nic-stream.ts';
import { newFigures } from './workload.ts';

const ENODEV = -19;
/** watchdog_timeo of a network device. */
const HANG_NS = 5e9;
const DRAIN_NS = 1e9;
const LINK_UP_NS = 1e9;
const DRAIN_STEP_NS = 100_000;

/** A network driver can be brought up and down by itself; the first workload brings it up too, and it stays up until remove(). */
export interface NetDriver extends BoundDriver {
  /** `ip link set up`: false when there is no memory. */
  up(): boolean;
  down(): void;
}

/** `pciErrors`: the driver has error handlers, so that its slot can be reset under it. A negative errno: the adapter is not there, or cannot be had. */
export function bindNet(
  context: DriverContext,
  habits: NicHabits,
  create: (parts: NicAdapterParts) => NicAdapter,
  pciErrors = false,
): NetDriver | number {
  let figures: IoFigures = newFigures();
  let stream: NicStream | undefined;
  let cpu = 0;
  let watchdog = -1;
  let detached = false;
  let wasUp = false;

  const adapter = create({
    context,
    habits,
    figures: () => figures,
    cpu: () => cpu,
    onReceived: (address, bytes, failed) => stream?.onReceived(address, bytes, failed),
    onSent: (index, failed) => stream?.onSent(index, failed),
    poll: () => poll(),
  });
  if (adapter.isGone()) return ENODEV;
  adapter.down();
  const attached = adapter.attach?.() ?? 0;
  if (attached < 0) {
    adapter.detach?.();
    return attached;
  }

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
    // Detached (netif_device_detach) while the platform recovers the PE: the watchdog looks away.
    if (detached || context.channelOffline?.() === true) return;
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
      habits,
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

  /** e1000_io_error_detected() and its like. */
  const errorHandlers: PciErrorHandlers = {
    errorDetected(channel) {
      if (!detached) wasUp = adapter.isUp;
      detached = true;
      adapter.down();
      if (channel === 'frozen') return 'need reset';
      stream?.lost(true);
      return 'disconnect';
    },
    slotReset() {
      adapter.down();
      return 'recovered';
    },
    *resume() {
      detached = false;
      if (!wasUp) return;
      adapter.up();
      // The link comes up again before the first frame goes.
      yield LINK_UP_NS;
      stream?.lost(!adapter.isUp);
    },
  };

  return {
    interrupt: poll,
    startIo,
    stopIo,
    ...(pciErrors ? { errorHandlers } : {}),
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
      adapter.detach?.();
    },
  };
}

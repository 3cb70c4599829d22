// Network streams as a workload: a request is a message of plan.sizeBytes, cut into frames. Each frame carries its number and a hash:
// those received are checked here, those sent are checked by the peer, which counts the wrong ones.

import {
  FRAME_HEADER_BYTES,
  PEER_BAD,
  PEER_COUNT,
  PEER_FRAME_BYTES,
  PEER_GO,
  PEER_INTERVAL_NS,
  PEER_SENT,
} from '../../../abi/nic.ts';
import type { DriverContext, IoFigures, IoRequestPlan } from '../types.ts';
import type { NicAdapter, NicHabits } from './nic-adapter.ts';
import { checkFrame, RING_ENTRIES } from './nic-rings.ts';
import { createWorkload } from './workload.ts';

const MIN_FRAME = 64;
/** A frame that could not be mapped is dropped; its request is over only so much later, as time passes in a real stack. */
const DROP_NS = 1e6;

export interface NicStream {
  onReceived(address: number, bytes: number, failed: boolean): void;
  onSent(index: number, failed: boolean): void;
  /** After a round of frames. */
  polled(): void;
  stop(): void;
  /** The adapter was reset: what was under way is lost. `gone`: nothing more can follow. */
  lost(gone: boolean): void;
  /** Grows with every frame: the watchdog looks at it. */
  readonly progress: number;
  /** Frames are expected now. */
  readonly waiting: boolean;
}

export interface NicStreamParts {
  readonly context: DriverContext;
  readonly adapter: NicAdapter;
  readonly habits: NicHabits;
  readonly plan: IoRequestPlan;
  readonly figures: IoFigures;
  readonly done: () => void;
}

interface Cut {
  readonly frames: number;
  readonly frameBytes: number;
}

/** A message as equal frames, each a multiple of 4 bytes long. */
export function cutMessage(sizeBytes: number, maxFrameBytes: number): Cut {
  const payload = maxFrameBytes - FRAME_HEADER_BYTES;
  const frames = Math.max(1, Math.ceil(sizeBytes / payload));
  const each = Math.ceil(sizeBytes / frames / 4) * 4;
  return { frames, frameBytes: Math.max(MIN_FRAME, each + FRAME_HEADER_BYTES) };
}

/** Requests counted as their frames come in, in order. */
function createTally(figures: IoFigures, sizeBytes: number, framesPerRequest: number) {
  let frames = 0;
  let bad = false;
  return {
    add(failed: boolean): void {
      bad ||= failed;
      if (++frames % framesPerRequest !== 0) return;
      figures.requests++;
      if (bad) figures.failures++;
      else figures.bytes += sizeBytes;
      bad = false;
    },
    get frames() {
      return frames;
    },
  };
}

/** The peer streams to us. */
export function startReceiving(parts: NicStreamParts): NicStream {
  const { context, adapter, habits, plan, figures } = parts;
  const { frames, frameBytes } = cutMessage(plan.sizeBytes, habits.frameBytes);
  const tally = createTally(figures, plan.sizeBytes, frames);
  let total = plan.count === 0 ? Infinity : plan.count * frames;
  let over = false;

  const endIfOver = (): void => {
    if (over || tally.frames < total) return;
    over = true;
    adapter.write(PEER_GO, 0);
    parts.done();
  };

  adapter.write(PEER_FRAME_BYTES, frameBytes);
  adapter.write(PEER_INTERVAL_NS, Math.round(plan.intervalNs / frames));
  adapter.write(PEER_COUNT, total === Infinity ? 0 : total);
  adapter.write(PEER_GO, 1);

  return {
    onReceived(address, bytes, failed) {
      const sequence = tally.frames;
      const intact = failed || (bytes === frameBytes && checkFrame(context.memory, address, sequence, bytes));
      if (failed) context.log('err', `eth0: receive error, frame ${sequence}`);
      else if (!intact) {
        figures.corrupted++;
        context.log('err', `eth0: frame ${sequence} is not what the peer sent`);
      }
      tally.add(failed);
    },
    onSent: () => undefined,
    polled: endIfOver,
    stop() {
      adapter.write(PEER_GO, 0);
      total = Math.min(total, adapter.read(PEER_SENT));
      endIfOver();
    },
    lost() {
      figures.requests++;
      figures.failures++;
      total = tally.frames;
      endIfOver();
    },
    get progress() {
      return tally.frames;
    },
    get waiting() {
      return tally.frames < total;
    },
  };
}

/** We stream to the peer. */
export function startSending(parts: NicStreamParts): NicStream {
  const { context, adapter, habits, plan, figures } = parts;
  const { frames, frameBytes } = cutMessage(plan.sizeBytes, habits.frameBytes);
  const seed = context.random() >>> 0;
  const depth = Math.max(1, plan.depth);
  const left = new Array<number>(depth).fill(0);
  const failed = new Array<boolean>(depth).fill(false);
  /** Requests with frames that are not in the ring yet: slot and how many. */
  const queue: { slot: number; frames: number }[] = [];
  const owner = new Array<number>(RING_ENTRIES).fill(-1);
  let progress = 0;
  let badBefore = adapter.read(PEER_BAD);
  let inRing = 0;
  let over = false;

  const frameDone = (slot: number, bad: boolean): void => {
    progress++;
    failed[slot] ||= bad;
    left[slot] = (left[slot] ?? 0) - 1;
    if (left[slot] > 0) return;
    figures.requests++;
    if (failed[slot] === true) figures.failures++;
    else figures.bytes += plan.sizeBytes;
    workload.complete(slot);
  };

  const sendOne = (slot: number): void => {
    const index = adapter.send(frameBytes, seed);
    if (index < 0) return void context.scheduler.after(DROP_NS, () => frameDone(slot, true));
    owner[index] = slot;
    inRing++;
  };

  const fillRing = (): void => {
    let sent = false;
    while (queue.length > 0 && adapter.txRoom > 0) {
      const first = queue[0];
      if (first === undefined) break;
      sendOne(first.slot);
      sent = true;
      if (--first.frames === 0) queue.shift();
    }
    if (sent) adapter.flush();
  };

  /** The peer's count of wrong frames belongs to what was sent since the last look. */
  const askPeer = (): void => {
    const bad = adapter.read(PEER_BAD);
    if (bad <= badBefore) return;
    figures.corrupted += bad - badBefore;
    context.log('err', `eth0: the peer got ${bad - badBefore} wrong frames`);
    badBefore = bad;
  };

  const workload = createWorkload({
    scheduler: context.scheduler,
    plan,
    slots: depth,
    launch(slot) {
      left[slot] = frames;
      failed[slot] = false;
      queue.push({ slot, frames });
      fillRing();
    },
    done() {
      over = true;
      askPeer();
      parts.done();
    },
  });
  workload.pump();

  return {
    onReceived: () => undefined,
    onSent(index, bad) {
      const slot = owner[index] ?? -1;
      owner[index] = -1;
      inRing--;
      if (bad) context.log('err', 'eth0: transmit underrun, frame dropped');
      if (slot >= 0) frameDone(slot, bad);
    },
    polled() {
      if (over) return;
      askPeer();
      fillRing();
    },
    stop: () => workload.stop(),
    lost(gone) {
      badBefore = 0;
      inRing = 0;
      workload.paused = true;
      const waiting = queue.splice(0);
      for (const [index, slot] of owner.entries()) {
        owner[index] = -1;
        if (slot >= 0) frameDone(slot, true);
      }
      for (const { slot, frames: unsent } of waiting) for (let i = 0; i < unsent; i++) frameDone(slot, true);
      if (gone) return workload.stop();
      workload.paused = false;
      workload.pump();
      fillRing();
    },
    get progress() {
      return progress;
    },
    get waiting() {
      return inRing > 0;
    },
  };
}

// A network stream to the peer, which checks number and hash of each frame and counts the wrong ones.

import { PEER_BAD } from '../../../abi/nic.ts';
import { RING_ENTRIES } from './nic-rings.ts';
import { cutMessage, type NicStream, type NicStreamParts } from './nic-stream.ts';
import { createWorkload } from './workload.ts';

/** A frame that could not be mapped is dropped; its request is over only so much later, as time passes in a real stack. */
const DROP_NS = 1e6;

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
      // A frame of a stream before this one.
      if (slot < 0) return;
      owner[index] = -1;
      inRing--;
      if (bad) context.log('err', 'eth0: transmit underrun, frame dropped');
      frameDone(slot, bad);
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
      return inRing > 0 || queue.length > 0;
    },
  };
}

// A network stream from the peer: each frame carries its number and a hash, and is checked when it is taken from its buffer.

import { PEER_COUNT, PEER_FRAME_BYTES, PEER_GO, PEER_INTERVAL_NS, PEER_SENT } from '../../../abi/nic.ts';
import type { IoFigures } from '../types.ts';
import { checkFrame } from './nic-rings.ts';
import { cutMessage, type NicStream, type NicStreamParts } from './nic-stream.ts';

interface Tally {
  add(failed: boolean): void;
  readonly frames: number;
}

/** Requests counted as their frames come in, in order. */
function createTally(figures: IoFigures, sizeBytes: number, framesPerRequest: number): Tally {
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

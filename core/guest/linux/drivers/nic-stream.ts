// Network streams as a workload: a request is a message of plan.sizeBytes, cut into frames. Each frame carries its number and a hash:
// those received are checked here, those sent are checked by the peer, which counts the wrong ones.

import { FRAME_HEADER_BYTES } from '../../../abi/nic.ts';
import type { DriverContext, IoFigures, IoRequestPlan } from '../types.ts';
import type { NicAdapter, NicHabits } from './nic-adapter.ts';

const MIN_FRAME = 64;

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

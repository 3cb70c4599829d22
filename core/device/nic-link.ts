// The link of a network adapter to the lab's peer: paces the stream that the peer sends, judges what it gets, and holds the peer's
// registers (abi/nic.ts). The peer waits when there is no receive buffer (flow control), so that nothing is lost by chance.

import {
  PEER_BAD,
  PEER_COUNT,
  PEER_FRAME_BYTES,
  PEER_GO,
  PEER_GOOD,
  PEER_INTERVAL_NS,
  PEER_SENT,
} from '../abi/nic.ts';
import { createNicPeer } from './nic-peer.ts';
import type { DeviceHost } from './types.ts';

const DOORBELL_NS = 500;
/** Preamble, gap and checksum of a frame on the wire. */
const FRAME_OVERHEAD = 24;

export interface NicLinkParts {
  readonly host: DeviceHost;
  /** Time of one byte on the wire. */
  readonly nsPerByte: number;
  /** What one receive buffer holds now: the peer keeps to it. */
  readonly maxFrameBytes: () => number;
  /** The adapter receives and has a buffer. */
  readonly canReceive: () => boolean;
  /** Puts a frame into a buffer; false: the adapter stands still. */
  readonly deliver: (frame: Uint8Array) => boolean;
}

export interface NicLink {
  /** Where a frame being sent is gathered. */
  readonly received: Uint8Array;
  /** The first `bytes` of `received` went over the wire: the peer judges them. */
  judge(bytes: number): void;
  /** Time on the wire of a frame. */
  wireNs(bytes: number): number;
  /** Receive buffers may be there. */
  kick(): void;
  read(offset: number): number;
  write(offset: number, value: number): void;
  reset(): void;
}

export function createNicLink(parts: NicLinkParts): NicLink {
  const { host, nsPerByte } = parts;
  const peer = createNicPeer(host.seed >>> 0);
  const stream = { frameBytes: 64, intervalNs: 0, count: 0, going: false, sent: 0 };
  const judged = { good: 0, bad: 0 };
  let epoch = 0;
  let busy = false;

  const wireNs = (bytes: number): number => Math.ceil((bytes + FRAME_OVERHEAD) * nsPerByte);
  const streamIsOver = (): boolean => !stream.going || (stream.count > 0 && stream.sent >= stream.count);

  const step = (): void => {
    busy = false;
    if (streamIsOver() || !parts.canReceive()) return;
    const frame = peer.frame(stream.sent, Math.min(stream.frameBytes, parts.maxFrameBytes()));
    if (!parts.deliver(frame)) return;
    stream.sent++;
    kick(Math.max(stream.intervalNs, wireNs(frame.length)));
  };

  const kick = (delayNs: number): void => {
    if (busy || streamIsOver()) return;
    busy = true;
    const started = epoch;
    host.scheduler.after(delayNs, () => {
      if (started === epoch) step();
    });
  };

  return {
    received: peer.received,
    judge(bytes) {
      if (peer.accept(bytes)) judged.good++;
      else judged.bad++;
    },
    wireNs,
    kick: () => kick(DOORBELL_NS),
    read(offset) {
      if (offset === PEER_SENT) return stream.sent;
      if (offset === PEER_GOOD) return judged.good;
      return offset === PEER_BAD ? judged.bad : 0;
    },
    write(offset, value) {
      if (offset === PEER_FRAME_BYTES)
        stream.frameBytes = Math.min(peer.received.length, Math.max(64, value & ~3));
      else if (offset === PEER_INTERVAL_NS) stream.intervalNs = value >>> 0;
      else if (offset === PEER_COUNT) stream.count = value >>> 0;
      else if (offset === PEER_GO) {
        stream.going = value !== 0;
        if (stream.going) stream.sent = 0;
        kick(DOORBELL_NS);
      }
    },
    reset() {
      epoch++;
      busy = false;
      peer.reset();
      Object.assign(stream, { frameBytes: 64, intervalNs: 0, count: 0, going: false, sent: 0 });
      Object.assign(judged, { good: 0, bad: 0 });
    },
  };
}

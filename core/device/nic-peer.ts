// The other end of the NIC's link: makes the frames of a stream and judges the frames that it is sent.

import { FRAME_HASH, FRAME_HEADER_BYTES, FRAME_SEQUENCE, FRAME_STRIDE, FRAME_TYPE } from '../abi/nic.ts';
import { payloadHash, payloadOffset, payloadTable } from '../abi/payload.ts';

const FRAME_MAX = 16384;

export interface NicPeer {
  /** Frame number `sequence` of a stream; a view that the next call overwrites. `bytes` is a multiple of 4. */
  frame(sequence: number, bytes: number): Uint8Array;
  /** Where a frame being sent is gathered. */
  readonly received: Uint8Array;
  /** Judges the first `bytes` of `received`: header, hash, and a sequence number not seen before. */
  accept(bytes: number): boolean;
  reset(): void;
}

interface FrameBuffer {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  readonly view: DataView;
}

/** With the addresses and the type that all frames have. */
function frameBuffer(): FrameBuffer {
  const bytes = new Uint8Array(FRAME_MAX);
  bytes.set([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2]);
  const view = new DataView(bytes.buffer);
  view.setUint16(12, FRAME_TYPE);
  return { bytes, words: new Int32Array(bytes.buffer), view };
}

export function createNicPeer(seed: number): NicPeer {
  const table = payloadTable();
  // Made when the first frame is: of a thousand peers most never send one.
  let sending: FrameBuffer | undefined;
  const received = new Uint8Array(FRAME_MAX);
  const receivedWords = new Int32Array(received.buffer);
  const receivedView = new DataView(received.buffer);
  let expected = 0;

  return {
    received,
    frame(sequence, bytes) {
      sending ??= frameBuffer();
      const { bytes: out, words: outWords, view: outView } = sending;
      const word = payloadOffset(sequence * FRAME_STRIDE, seed) >> 2;
      const count = (bytes - FRAME_HEADER_BYTES) >> 2;
      outWords.set(table.words.subarray(word, word + count), FRAME_HEADER_BYTES >> 2);
      outView.setUint32(FRAME_SEQUENCE, sequence, true);
      outView.setInt32(FRAME_HASH, payloadHash(table.words, word, count << 2), true);
      return out.subarray(0, bytes);
    },
    accept(bytes) {
      const sequence = receivedView.getUint32(FRAME_SEQUENCE, true);
      const payload = bytes - FRAME_HEADER_BYTES;
      const known = payload >= 0 && receivedView.getUint16(12) === FRAME_TYPE && sequence >= expected;
      if (!known) return false;
      const hash = payloadHash(receivedWords, FRAME_HEADER_BYTES >> 2, payload & ~3);
      if (hash !== receivedView.getInt32(FRAME_HASH, true)) return false;
      expected = sequence + 1;
      return true;
    },
    reset() {
      expected = 0;
    },
  };
}

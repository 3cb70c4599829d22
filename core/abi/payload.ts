// The lab's test payload: one fixed pseudo-random table. What lies at a byte address of a medium or stream follows from address and
// seed alone, so that device and driver know it without telling each other, and a transfer is one copy, not a computation.

import { createRng } from '../base/rng.ts';

/** Period of the pattern: an odd number of 512-byte blocks, so that buffers reused at power-of-two strides never match by chance. */
export const PAYLOAD_PERIOD = 2047 * 512;
/** Any run up to this length can be had in one piece. */
export const PAYLOAD_RUN = 1024 * 1024;

interface Table {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
}

let table: Table | undefined;

/** The pattern from its start: PAYLOAD_PERIOD + PAYLOAD_RUN bytes. Read-only for all; `words` are the same bytes in host order. */
export function payloadTable(): Table {
  table ??= build();
  return table;
}

function build(): Table {
  const bytes = new Uint8Array(PAYLOAD_PERIOD + PAYLOAD_RUN);
  const words = new Int32Array(bytes.buffer);
  const view = new DataView(bytes.buffer);
  const rng = createRng(0x70617970);
  for (let i = 0; i < PAYLOAD_PERIOD; i += 4) view.setUint32(i, rng.next(), true);
  bytes.copyWithin(PAYLOAD_PERIOD, 0, PAYLOAD_RUN);
  return { bytes, words };
}

/** Where in the table the byte at `address` (a multiple of 4, < 2^53) of the stream `seed` (uint32) is found. */
export function payloadOffset(address: number, seed: number): number {
  return (address + (seed % 2047) * 512) % PAYLOAD_PERIOD;
}

export const HASH_START = 0x811c9dc5 | 0;

/**
 * FNV-1a over the first and the last 32-bit word of each 512-byte block (in host byte order): cheap, and no I/O page is left out.
 * `bytes` is a multiple of 4; `word` the index of the first word.
 */
export function payloadHash(words: Int32Array, word: number, bytes: number, start = HASH_START): number {
  let h = start;
  const end = word + (bytes >> 2);
  for (let at = word; at < end; at += 128) {
    h = Math.imul(h ^ (words[at] ?? 0), 0x01000193);
    h = Math.imul(h ^ (words[Math.min(at + 127, end - 1)] ?? 0), 0x01000193);
  }
  return h;
}

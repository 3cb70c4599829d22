// The blocks of a disk: sparse. What was never written reads as the payload pattern of the disk's seed.

import { BLOCK_BYTES } from '../abi/disk.ts';
import { HASH_START, payloadHash, payloadOffset, payloadTable, PAYLOAD_RUN } from '../abi/payload.ts';

const CHUNK_BYTES = 65536;

export interface DiskMedium {
  readonly blocks: number;
  readonly seed: number;
  /** Calls `piece` with consecutive read-only views that together are the `bytes` (of whole blocks) from byte `address`. */
  read(address: number, bytes: number, piece: (view: Uint8Array) => void): void;
  /** The same with writable views: what `piece` puts there is stored. */
  write(address: number, bytes: number, piece: (view: Uint8Array) => void): void;
  /** payloadHash of what is stored. */
  hash(address: number, bytes: number): number;
}

export function createDiskMedium(blocks: number, seed: number): DiskMedium {
  const chunks = new Map<number, Uint8Array>();
  const pattern = payloadTable();

  const chunkAt = (index: number): Uint8Array => {
    const found = chunks.get(index);
    if (found !== undefined) return found;
    const from = payloadOffset(index * CHUNK_BYTES, seed);
    const made = pattern.bytes.slice(from, from + CHUNK_BYTES);
    chunks.set(index, made);
    return made;
  };

  const readMixed = (address: number, bytes: number, piece: (view: Uint8Array) => void): void => {
    for (let at = address; at < address + bytes;) {
      const offset = at % CHUNK_BYTES;
      const n = Math.min(CHUNK_BYTES - offset, address + bytes - at);
      const chunk = chunks.get((at - offset) / CHUNK_BYTES);
      const from = chunk === undefined ? payloadOffset(at, seed) : offset;
      piece((chunk ?? pattern.bytes).subarray(from, from + n));
      at += n;
    }
  };

  return {
    blocks,
    seed,
    read(address, bytes, piece) {
      if (chunks.size > 0 || bytes > PAYLOAD_RUN) return readMixed(address, bytes, piece);
      const from = payloadOffset(address, seed);
      piece(pattern.bytes.subarray(from, from + bytes));
    },
    write(address, bytes, piece) {
      for (let at = address; at < address + bytes;) {
        const offset = at % CHUNK_BYTES;
        const n = Math.min(CHUNK_BYTES - offset, address + bytes - at);
        piece(chunkAt((at - offset) / CHUNK_BYTES).subarray(offset, offset + n));
        at += n;
      }
    },
    hash(address, bytes) {
      let h = HASH_START;
      this.read(address, bytes, (view) => {
        h = payloadHash(new Int32Array(view.buffer, view.byteOffset, view.length >> 2), 0, view.length, h);
      });
      return h;
    },
  };
}

export const bytesOfBlocks = (blocks: number): number => blocks * BLOCK_BYTES;

// A request's data in guest memory, and the proof that it arrived: filled from the payload pattern, spoiled before a read,
// compared after it. Compared are the first and last word of each 512-byte block, so every I/O page is looked at.

import { payloadOffset, payloadTable } from '../../../abi/payload.ts';
import type { GuestMemoryPort } from '../../../abi/ports.ts';
import type { PageAllocator, ScatterList } from '../types.ts';

export interface DataBuffer {
  /** As the block layer hands it to the DMA API: physically contiguous pages are one element. */
  readonly sg: ScatterList;
  readonly bytes: number;
}

export const emptyScatterList = (): ScatterList => ({
  addresses: [],
  lengths: [],
  dmaHi: [],
  dmaLo: [],
  dmaBytes: [],
});

/** Kernel pages for `bytes`, one by one as anonymous memory has them. Undefined (and nothing held) when RAM is full. */
export function allocPages(pages: PageAllocator, bytes: number): number[] | undefined {
  const held: number[] = [];
  for (let at = 0; at < bytes; at += pages.pageBytes) {
    const page = pages.alloc(0);
    if (page === undefined) {
      freePages(pages, held);
      return undefined;
    }
    held.push(page);
  }
  return held;
}

export function freePages(pages: PageAllocator, held: readonly number[]): void {
  for (const page of held) pages.free(page, 0);
}

/** The buffers of `bytes` on `held`, cut where a command's limit is reached; no element is longer than `maxSegBytes`. */
export function cutBuffers(
  held: readonly number[],
  pageBytes: number,
  bytes: number,
  maxBytes: number,
  maxSegments: number,
  maxSegBytes = Infinity,
): DataBuffer[] {
  const buffers: DataBuffer[] = [];
  let sg = emptyScatterList();
  let total = 0;
  const close = (): void => {
    if (total > 0) buffers.push({ sg, bytes: total });
    sg = emptyScatterList();
    total = 0;
  };
  held.forEach((page, index) => {
    for (let at = 0; at < pageBytes;) {
      const n = Math.min(pageBytes - at, bytes - index * pageBytes - at, maxBytes - total);
      if (n <= 0) break;
      const last = sg.addresses.length - 1;
      const joins =
        last >= 0 &&
        (sg.addresses[last] ?? 0) + (sg.lengths[last] ?? 0) === page + at &&
        (sg.lengths[last] ?? 0) + n <= maxSegBytes;
      if (!joins && sg.addresses.length === maxSegments) {
        close();
        continue;
      }
      if (joins) sg.lengths[last] = (sg.lengths[last] ?? 0) + n;
      else {
        sg.addresses.push(page + at);
        sg.lengths.push(n);
      }
      total += n;
      at += n;
      if (total === maxBytes) close();
    }
  });
  close();
  return buffers;
}

type Visit = (words: Int32Array, word: number, bytes: number, tableWord: number) => boolean;

/** Visits the buffer in pieces that lie in one 64 KiB block of memory; false as soon as `visit` says so. */
function everyPiece(memory: GuestMemoryPort, buffer: DataBuffer, from: number, visit: Visit): boolean {
  const { addresses, lengths } = buffer.sg;
  let table = from >> 2;
  for (let i = 0; i < addresses.length; i++) {
    const end = (addresses[i] ?? 0) + (lengths[i] ?? 0);
    for (let at = addresses[i] ?? 0; at < end;) {
      const n = Math.min(end - at, 65536 - (at % 65536));
      if (!visit(memory.words(at), (at % 65536) >> 2, n, table)) return false;
      table += n >> 2;
      at += n;
    }
  }
  return true;
}

const fillPiece: Visit = (words, word, bytes, tableWord) => {
  words.set(payloadTable().words.subarray(tableWord, tableWord + (bytes >> 2)), word);
  return true;
};

const spoilPiece: Visit = (words, word, bytes, tableWord) => {
  const table = payloadTable().words;
  const count = bytes >> 2;
  for (let i = 0; i < count; i += 128) {
    const last = Math.min(i + 127, count - 1);
    words[word + i] = ~(table[tableWord + i] ?? 0);
    words[word + last] = ~(table[tableWord + last] ?? 0);
  }
  return true;
};

const checkPiece: Visit = (words, word, bytes, tableWord) => {
  const table = payloadTable().words;
  const count = bytes >> 2;
  for (let i = 0; i < count; i += 128) {
    const last = Math.min(i + 127, count - 1);
    if (words[word + i] !== table[tableWord + i] || words[word + last] !== table[tableWord + last])
      return false;
  }
  return true;
};

/** Fills the buffer with the pattern that stream `seed` has at `address`. */
export function fillPayload(
  memory: GuestMemoryPort,
  buffer: DataBuffer,
  address: number,
  seed: number,
): void {
  everyPiece(memory, buffer, payloadOffset(address, seed), fillPiece);
}

/** Makes sure that the check below fails if nothing arrives. */
export function spoilPayload(
  memory: GuestMemoryPort,
  buffer: DataBuffer,
  address: number,
  seed: number,
): void {
  everyPiece(memory, buffer, payloadOffset(address, seed), spoilPiece);
}

/** Whether the buffer holds the pattern that stream `seed` has at `address`. */
export function checkPayload(
  memory: GuestMemoryPort,
  buffer: DataBuffer,
  address: number,
  seed: number,
): boolean {
  return everyPiece(memory, buffer, payloadOffset(address, seed), checkPiece);
}

// The driver's side of a split virtqueue (drivers/virtio/virtio_ring.c): each piece mapped by itself, out before in; a buffer of more
// than one piece goes through an indirect table, which is mapped last and unmapped first.

import { DESC_BYTES, DESC_INDIRECT, DESC_WRITE, DESC_NEXT, ringLayout } from '../../../abi/virtio.ts';
import type { DmaDirection, DriverContext, IoFigures } from '../types.ts';
import { sharedMemory, type CoherentMemory } from './coherent-memory.ts';
import type { Slab } from './slab.ts';
import type { VirtioMemory } from './virtio-memory.ts';

export interface Piece {
  readonly address: number;
  readonly bytes: number;
}

export interface UsedBuffer {
  /** What add() was given. */
  token: number;
  /** Bytes that the device wrote. */
  bytes: number;
}

export interface Virtqueue {
  readonly size: number;
  readonly ring: CoherentMemory;
  /** Descriptors free: a buffer takes one. */
  readonly room: number;
  /** Maps and makes available; false: a mapping failed, or no memory for the table, and nothing is held. */
  add(out: readonly Piece[], into: readonly Piece[], token: number): boolean;
  /** Takes the next used buffer, unmapped; false: none. */
  take(used: UsedBuffer): boolean;
  /** After the device was reset: unmaps all that it still had. Their tokens, in the order of their descriptors. */
  detach(): number[];
  /** As new, with no buffer in it: the device was reset. */
  clear(): void;
  free(): void;
}

export interface VirtqueueParts {
  readonly context: DriverContext;
  readonly dma: VirtioMemory;
  readonly tables: Slab;
  readonly size: number;
  readonly figures: () => IoFigures;
  readonly cpu: () => number;
}

interface Mapping {
  readonly hi: number;
  readonly lo: number;
  readonly bytes: number;
  readonly direction: DmaDirection;
}

interface Buffer {
  readonly token: number;
  readonly pieces: readonly Mapping[];
  /** Guest real address of the indirect table and its mapping; undefined: one piece, no table. */
  readonly table: { readonly address: number; readonly mapping: Mapping } | undefined;
}

/** Undefined: no memory for the ring. */
export function createVirtqueue(parts: VirtqueueParts): Virtqueue | undefined {
  const { context, dma, tables, size } = parts;
  const layout = ringLayout(size);
  const memory = dma.alloc(layout.bytes);
  if (memory === undefined) return undefined;
  const ring = memory;
  const buffers = new Array<Buffer | undefined>(size).fill(undefined);
  const freeHeads: number[] = [];
  let availIndex = 0;
  let lastUsed = 0;

  const map = (address: number, bytes: number, direction: DmaDirection): Mapping | undefined => {
    if (!dma.map(address, bytes, direction, parts.cpu())) return undefined;
    if (dma.usesDmaApi) parts.figures().maps++;
    return { hi: dma.hi, lo: dma.lo, bytes, direction };
  };

  const unmap = ({ hi, lo, bytes, direction }: Mapping): void => {
    dma.unmap(hi, lo, bytes, direction);
    if (dma.usesDmaApi) parts.figures().unmaps++;
  };

  const setDescriptor = (into: CoherentMemory, index: number, mapping: Mapping, flags: number): void => {
    const at = index * DESC_BYTES;
    into.set32(at, mapping.lo);
    into.set32(at + 4, mapping.hi);
    into.set32(at + 8, mapping.bytes);
    into.set32(at + 12, flags | ((index + 1) << 16));
  };

  /** All pieces or none. */
  const mapPieces = (out: readonly Piece[], into: readonly Piece[]): Mapping[] | undefined => {
    const mapped: Mapping[] = [];
    for (const [pieces, direction] of [[out, 'to-device'] as const, [into, 'from-device'] as const]) {
      for (const { address, bytes } of pieces) {
        const mapping = map(address, bytes, direction);
        if (mapping === undefined) {
          mapped.forEach(unmap);
          return undefined;
        }
        mapped.push(mapping);
      }
    }
    return mapped;
  };

  const flagsOf = ({ direction }: Mapping): number => (direction === 'from-device' ? DESC_WRITE : 0);

  /** The indirect table for `pieces`; undefined: no memory, or it could not be mapped. */
  const makeTable = (pieces: readonly Mapping[]): Buffer['table'] => {
    const address = tables.alloc();
    if (address === undefined) return undefined;
    const bytes = pieces.length * DESC_BYTES;
    const table = sharedMemory(context.memory, address, bytes, 0, 0);
    pieces.forEach((piece, i) =>
      setDescriptor(table, i, piece, flagsOf(piece) | (i < pieces.length - 1 ? DESC_NEXT : 0)),
    );
    const mapping = map(address, bytes, 'to-device');
    if (mapping !== undefined) return { address, mapping };
    tables.free(address);
    return undefined;
  };

  const makeBuffer = (out: readonly Piece[], into: readonly Piece[], token: number): Buffer | undefined => {
    const pieces = mapPieces(out, into);
    if (pieces === undefined) return undefined;
    const table = pieces.length > 1 ? makeTable(pieces) : undefined;
    if (pieces.length === 1 || table !== undefined) return { token, pieces, table };
    pieces.forEach(unmap);
    return undefined;
  };

  const release = ({ table, pieces }: Buffer): void => {
    if (table !== undefined) {
      unmap(table.mapping);
      tables.free(table.address);
    }
    pieces.forEach(unmap);
  };

  const clear = (): void => {
    buffers.fill(undefined);
    freeHeads.length = 0;
    for (let head = size - 1; head >= 0; head--) freeHeads.push(head);
    for (let at = 0; at < layout.bytes; at += 2) ring.set16(at, 0);
    availIndex = lastUsed = 0;
  };
  clear();

  return {
    size,
    ring,
    get room() {
      return freeHeads.length;
    },
    add(out, into, token) {
      const head = freeHeads.at(-1);
      const buffer = head === undefined ? undefined : makeBuffer(out, into, token);
      if (head === undefined || buffer === undefined) return false;
      freeHeads.pop();
      buffers[head] = buffer;
      const [first] = buffer.pieces;
      if (buffer.table !== undefined) setDescriptor(ring, head, buffer.table.mapping, DESC_INDIRECT);
      else if (first !== undefined) setDescriptor(ring, head, first, flagsOf(first));
      ring.set16(layout.avail + 4 + 2 * (availIndex % size), head);
      availIndex = (availIndex + 1) & 0xffff;
      ring.set16(layout.avail + 2, availIndex);
      return true;
    },
    take(used) {
      while (ring.get16(layout.used + 2) !== lastUsed) {
        const at = layout.used + 4 + 8 * (lastUsed % size);
        lastUsed = (lastUsed + 1) & 0xffff;
        const head = ring.get32(at);
        const buffer = buffers[head];
        // An id that was not given out: Linux marks the queue broken; here it is passed over.
        if (buffer === undefined) continue;
        buffers[head] = undefined;
        freeHeads.push(head);
        release(buffer);
        used.token = buffer.token;
        used.bytes = ring.get32(at + 4);
        return true;
      }
      return false;
    },
    detach() {
      const tokens: number[] = [];
      for (const buffer of buffers) {
        if (buffer === undefined) continue;
        release(buffer);
        tokens.push(buffer.token);
      }
      clear();
      return tokens;
    },
    clear,
    free: () => dma.free(ring),
  };
}

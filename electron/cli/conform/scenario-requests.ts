// The drivers' map and unmap requests, read from a recorded bus: order, sizes, page alignment and (several CPUs) pools.
// Which IOBA each gets is not an input: the allocator must predict it.

import type { TceCall } from './scenario-call.ts';

/** One buffer of a scatter list, or a whole single mapping: physically contiguous. */
export interface MapElement {
  readonly pages: number;
  /** Its first TCE: real address and permissions. */
  readonly tce: bigint;
}

/** A scatter list (more than one element: each continues at the end of the one before) or a single mapping. */
export interface MapRequest {
  readonly kind: 'map';
  readonly id: number;
  readonly liobn: number;
  readonly pageShift: number;
  readonly elements: readonly MapElement[];
  /** Outlives the step of the guest script that made it: a buffer that a driver keeps. */
  readonly lasting: boolean;
  /** Taken for dma_alloc_coherent(), which aligns by size: both ways, naturally aligned, made by a driver for itself. */
  readonly coherent: boolean;
  /** Several CPUs: the small pool that the recording shows it in. */
  readonly pool: number | undefined;
  readonly calls: readonly TceCall[];
  /** Set-up calls of this bus that came before it. */
  readonly after: number;
  /** Step of the guest script, from 1. */
  readonly step: number;
  readonly seq: number;
}

export interface UnmapRequest {
  readonly kind: 'unmap';
  /** The map request that it takes back, wholly or in part. */
  readonly map: number;
  /** Offset of the first page from the start of the map request, and number of pages. */
  readonly firstPage: number;
  readonly pages: number;
  readonly calls: readonly TceCall[];
  readonly after: number;
  readonly step: number;
  readonly seq: number;
}

export type WorkRequest = MapRequest | UnmapRequest;

export interface RequestOptions {
  readonly multitceOff: boolean;
  readonly cpus: number;
  /** The trace's marks in order: the steps of the guest script. */
  readonly marks: readonly { readonly seq: number; readonly name: string }[];
  /** Bytes of the bus's window at boot: tells the pools apart. */
  readonly defaultWindowBytes: number;
  /** The kernel's base page. */
  readonly pageBytes: number;
}

/** A part of a run that one map request made, or one element of a scatter list. */
export interface Element {
  readonly first: number;
  pages: number;
  readonly tce: bigint;
  readonly calls: TceCall[];
  readonly step: number;
  /** Before anything was unmapped in its step: a driver begins with its own buffers. */
  readonly early: boolean;
  /** Step of its last unmap; undefined while held. */
  unmappedIn: number | undefined;
  /** Unmapped together with other elements: a merged segment of a scatter list. */
  merged: boolean;
  /** The firmware had no resources (-44): the kernel takes the mapping back at once, as part of the map. */
  refused: boolean;
  request: number;
}

/** Calls at consecutive IOBAs, one right after the other. */
export interface Run {
  readonly liobn: number;
  readonly pageShift: number;
  end: number;
  readonly elements: Element[];
  readonly after: number;
  /** Number of the bus's work call that added to it last. */
  lastWork: number;
  /** The run that ends where this one begins, with an unmap (of something else) in between. */
  readonly previous: Run | undefined;
  /** It goes on with `previous`: one scatter list. */
  joined: boolean;
}

export interface Unmap {
  readonly element: Element;
  readonly first: number;
  readonly call: TceCall;
  readonly after: number;
}

/** Number of marks up to `seq`: the step of the guest script that a call belongs to. */
export function stepOf(marks: RequestOptions['marks'], seq: number): number {
  let low = 0;
  let high = marks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((marks[middle]?.seq ?? 0) <= seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

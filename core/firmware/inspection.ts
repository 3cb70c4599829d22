// What people ask about windows and no guest can: the questions and their answers. WindowInspector answers them.

import type { DmaFault } from '../abi/ports.ts';
import type { U64 } from '../base/u64.ts';

/** Entries [from, to). */
export interface TceRange {
  readonly from: number;
  readonly to: number;
}

export interface TceOverview {
  readonly entries: number;
  /** First entry of the part that is told. */
  readonly from: number;
  readonly perCell: number;
  readonly used: readonly number[];
}

/** A bus address as a PE's windows translate it. */
export interface InspectedAddress {
  /** Null: no window of the PE covers it. */
  readonly entry: {
    readonly liobn: number;
    readonly index: number;
    /** Bus address of the page. */
    readonly ioba: U64;
    readonly pageShift: number;
    /** Bytes into the page. */
    readonly offset: number;
    readonly tce: U64;
  } | null;
  /** Guest real address; null while nothing is mapped there. */
  readonly address: U64 | null;
  /** Why a device that reads memory, or writes it, is refused; null: it is not. */
  readonly read: DmaFault | null;
  readonly write: DmaFault | null;
}

export interface Mapper {
  readonly liobn: number;
  readonly index: number;
  readonly busAddress: U64;
  readonly tce: U64;
}

export interface Mappers {
  readonly mappers: readonly Mapper[];
  /** False: there may be more. */
  readonly complete: boolean;
}

export interface WindowInspection {
  /** How a device behind the PHB would get at a bus address; undefined when there is no such PHB. */
  translate(buid: U64, busAddress: U64): InspectedAddress | undefined;
  /** The entry in use nearest to `from` (itself left out), -1 for none; undefined when there is no such window. */
  nextUsed(liobn: number, from: number, by: 1 | -1): number | undefined;
  /** Entries that map a guest real address: of one PHB's windows, or of all. */
  mappers(address: number, limit: number, buid?: U64): Mappers;
}

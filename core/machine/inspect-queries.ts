// Questions of the state panels (TCE table, device tree, guest log) and their answers: plain data that crosses IPC.

import type { U64 } from '../base/u64.ts';
import type { TreeDifference } from '../devtree/compare-trees.ts';
import type { InspectedAddress, Mappers } from '../firmware/inspection.ts';

/** A remembered device tree: as the kernel was handed it, as it is, or at the mark that is this event. */
export type TreeMoment = 'boot' | 'now' | number;

export type InspectQuery =
  /** How a device behind this function would get at a bus address. */
  | { readonly ask: 'translate'; readonly id: string; readonly busAddress: U64 }
  /** Entries that map a guest real address: in the windows of one function's PE, or in all. */
  | { readonly ask: 'mappers'; readonly address: number; readonly limit: number; readonly id?: string }
  /** The entry in use nearest to `from` (itself left out); up from -1, or down from the table's length, finds the first and last. */
  | { readonly ask: 'tce-next'; readonly liobn: number; readonly from: number; readonly by: 1 | -1 }
  /** The call that wrote an entry last, since its window was made. */
  | { readonly ask: 'tce-writer'; readonly liobn: number; readonly index: number }
  /** Nodes of the tree without their values, parents first. */
  | { readonly ask: 'device-tree-outline' }
  | { readonly ask: 'device-tree-node'; readonly path: string }
  /** Nodes and properties whose name holds the text, or whose value does, as characters or as hex digits. */
  | { readonly ask: 'device-tree-find'; readonly text: string; readonly limit: number }
  /** Trees that are remembered, the oldest first. */
  | { readonly ask: 'device-tree-moments' }
  | { readonly ask: 'device-tree-diff'; readonly from: TreeMoment; readonly to: TreeMoment }
  /** `limit` lines from line `from` of a kernel's log. `boot`: which kernel; absent: the last one that was started. */
  | {
      readonly ask: 'guest-log';
      readonly boot?: number;
      readonly from: number;
      readonly limit: number;
    };

export interface TranslateAnswer extends InspectedAddress {
  readonly busAddress: U64;
}

export interface TceWriterAnswer {
  /** The event; null: nothing wrote it in the part of the trace that was looked at. */
  readonly seq: number | null;
  /** The window was there when the trace began or since this event; null: the search ended before. */
  readonly since: number | null;
}

export interface OutlineNode {
  readonly path: string;
  readonly properties: number;
  readonly children: number;
}

export interface TreeNodeAnswer {
  readonly path: string;
  readonly properties: readonly {
    readonly name: string;
    readonly value: Uint8Array;
    /** The event that changed it last since the kernel booted. */
    readonly seq?: number;
  }[];
  /** Cells of addresses and sizes in the `reg` of this node, and of its children's. */
  readonly regCells: CellCounts;
  readonly childCells: CellCounts;
}

export interface CellCounts {
  readonly address: number;
  readonly size: number;
}

export interface TreeHit {
  readonly path: string;
  readonly property?: string;
}

export interface TreeFindAnswer {
  readonly hits: readonly TreeHit[];
  /** False: there are more than the limit. */
  readonly complete: boolean;
}

export interface TreeMomentAnswer {
  readonly moment: TreeMoment;
  /** The mark's words; empty for boot and now. */
  readonly text: string;
  readonly timeNs: number;
}

/** `seq`: the event that changed it last since the kernel booted. */
export interface TreeDiffRow extends TreeDifference {
  readonly seq?: number;
}

export interface LogBoot {
  /** Counts the kernels of the session from 1. */
  readonly boot: number;
  readonly lines: number;
  /** It died. */
  readonly oops: boolean;
}

export interface GuestLogAnswer {
  readonly boot: number;
  /** The kernels whose logs are kept, the oldest first. */
  readonly boots: readonly LogBoot[];
  readonly from: number;
  readonly total: number;
  readonly lines: readonly LogLine[];
}

export interface LogLine {
  readonly seq: number;
  readonly timeNs: number;
  readonly level: 'err' | 'warn' | 'notice' | 'info' | 'debug';
  readonly text: string;
  /** The enclosing event; -1: none. */
  readonly cause: number;
}

export interface InspectAnswers {
  translate: TranslateAnswer;
  mappers: Mappers;
  'tce-next': number;
  'tce-writer': TceWriterAnswer;
  'device-tree-outline': readonly OutlineNode[];
  'device-tree-node': TreeNodeAnswer;
  'device-tree-find': TreeFindAnswer;
  'device-tree-moments': readonly TreeMomentAnswer[];
  'device-tree-diff': readonly TreeDiffRow[];
  'guest-log': GuestLogAnswer;
}

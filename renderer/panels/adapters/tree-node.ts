// A node of the tree of adapters, ports and functions.

import type {
  FunctionAnswer,
  LogicalPortAnswer,
  PhysicalPortAnswer,
  SlotAnswer,
} from '../../../core/index.ts';

/** What a row stands for in the managed system. */
export type Place =
  | { readonly kind: 'slot'; readonly slot: SlotAnswer }
  | { readonly kind: 'port'; readonly slot: SlotAnswer; readonly port: PhysicalPortAnswer }
  | { readonly kind: 'logical'; readonly slot: SlotAnswer; readonly row: LogicalPortAnswer };

/** A branch: what it holds is below it. A leaf is a function. */
export interface TreeNode {
  /** Stable while the machine changes: what was open stays open. */
  readonly key: string;
  readonly name: string;
  /** Said beside the name. */
  readonly note: string;
  readonly fn?: FunctionAnswer;
  /** Its place in the managed system, where the machine has one. */
  readonly place?: Place;
  readonly children: readonly TreeNode[];
  /** Every function under it, itself if it is one. */
  readonly functions: readonly FunctionAnswer[];
}

export const functionKey = (id: string): string => `function ${id}`;

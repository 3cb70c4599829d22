// A node of the tree of adapters, ports and functions.

import type { FunctionAnswer } from '../../../core/index.ts';
import type { Place } from './system-tree.ts';

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

// Device trees remembered at marks, so that any two moments of a session can be compared.

import type { DtNode } from '../abi/ports.ts';

export interface TreeMark {
  /** The mark's event. */
  readonly seq: number;
  readonly timeNs: number;
  readonly text: string;
  readonly tree: DtNode;
}

/** A tree of a thousand VFs is some megabytes. */
const KEPT = 12;

export class TreeMarks {
  private kept: readonly TreeMark[] = [];

  /** Oldest first. */
  get all(): readonly TreeMark[] {
    return this.kept;
  }

  remember(mark: TreeMark): void {
    this.kept = [...this.kept, mark].slice(-KEPT);
  }
}

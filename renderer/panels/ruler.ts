// The bus address space of one PE as a drawing: windows in order of their addresses, what lies between them broken with a zigzag.
// Not to scale between windows (2 GiB beside 2^59): inside a window it is.

import type { TceOverviewAnswer, WindowAnswer } from '../../core/index.ts';

export interface WindowSegment {
  readonly kind: 'window';
  readonly window: WindowAnswer;
  readonly end: bigint;
  readonly bytes: number;
  /** Share of the drawing's width that windows have, 0..1. */
  readonly weight: number;
}

export interface GapSegment {
  readonly kind: 'gap';
  readonly bytes: bigint;
}

export type Segment = WindowSegment | GapSegment;

export const bytesOf = (window: WindowAnswer): number => window.entries * 2 ** window.pageShift;

/** A window twice as long (in powers of two) gets a little more room, never more than three times another's. */
const weightOf = (bytes: number): number => Math.min(3, Math.max(1, (Math.log2(bytes) - 27) / 4));

export function rulerOf(windows: readonly WindowAnswer[]): readonly Segment[] {
  const ordered = [...windows].sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  const total = ordered.reduce((sum, window) => sum + weightOf(bytesOf(window)), 0);
  const segments: Segment[] = [];
  let at = 0n;
  for (const window of ordered) {
    if (window.start > at) segments.push({ kind: 'gap', bytes: window.start - at });
    const bytes = bytesOf(window);
    const end = window.start + BigInt(bytes);
    segments.push({ kind: 'window', window, end: end - 1n, bytes, weight: weightOf(bytes) / total });
    at = end > at ? end : at;
  }
  return segments;
}

/** Distance of the page ticks in pixels: fine pages stand dense, coarse ones wide. Not to scale: 2^22 pages cannot be drawn. */
export function tickDistance(pageShift: number): number {
  return Math.round(Math.min(48, 3 + Math.max(0, pageShift - 12) * 2));
}

export interface FilledRun {
  readonly from: number;
  readonly to: number;
  /** Fullest cell of the run, 0..1. */
  readonly density: number;
}

/** Runs of overview cells that hold mapped TCEs, as shares of the window's length; cells of like density are joined. */
export function filledRuns(overview: TceOverviewAnswer | undefined): readonly FilledRun[] {
  if (overview === undefined) return [];
  const cells = overview.used.length;
  const runs: FilledRun[] = [];
  for (const [cell, used] of overview.used.entries()) {
    if (used === 0) continue;
    const density = densityStep(used / overview.perCell);
    const last = runs.at(-1);
    if (last !== undefined && last.to === cell / cells && last.density === density) {
      runs[runs.length - 1] = { ...last, to: (cell + 1) / cells };
    } else {
      runs.push({ from: cell / cells, to: (cell + 1) / cells, density });
    }
  }
  return runs;
}

/** Five steps that an eye can tell apart: 0, a trace, a quarter, a half, full. */
export function densityStep(share: number): number {
  if (share <= 0) return 0;
  if (share < 0.05) return 0.35;
  if (share < 0.35) return 0.55;
  if (share < 0.95) return 0.8;
  return 1;
}

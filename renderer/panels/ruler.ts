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
  /** Where MMIO32 lies inside the window, as shares of its length: Linux gives these entries to nobody. */
  readonly reserved?: { readonly from: number; readonly to: number };
}

/** Bus addresses of the devices' own registers. */
export interface MmioSegment {
  readonly kind: 'mmio';
  readonly start: bigint;
  readonly end: bigint;
}

export interface GapSegment {
  readonly kind: 'gap';
  readonly bytes: bigint;
}

export type Segment = WindowSegment | MmioSegment | GapSegment;

export const bytesOf = (window: Pick<WindowAnswer, 'entries' | 'pageShift'>): number =>
  window.entries * 2 ** window.pageShift;

/** A window twice as long (in powers of two) gets a little more room, never more than three times another's. */
const weightOf = (bytes: number): number => Math.min(3, Math.max(1, (Math.log2(bytes) - 27) / 4));

type Range = Omit<MmioSegment, 'kind'>;

/** Bus addresses of 32-bit memory space in a PHB's `ranges` (PCI Bus Binding): three cells bus, two CPU, two size. */
export function mmio32Of(ranges: Uint8Array | undefined): Range | undefined {
  if (ranges === undefined) return undefined;
  const view = new DataView(ranges.buffer, ranges.byteOffset, ranges.length);
  for (let at = 0; at + 28 <= ranges.length; at += 28) {
    if (((view.getUint32(at) >>> 24) & 3) !== 2) continue;
    const start = view.getBigUint64(at + 4);
    return { start, end: start + view.getBigUint64(at + 20) - 1n };
  }
  return undefined;
}

export function rulerOf(windows: readonly WindowAnswer[], mmio?: Range): readonly Segment[] {
  const total = windows.reduce((sum, window) => sum + weightOf(bytesOf(window)), 0);
  const drawn = windows.map((window) => windowSegment(window, total, mmio));
  const apart = mmio !== undefined && drawn.every(({ reserved }) => reserved === undefined);
  const parts = [...drawn, ...(apart ? [{ kind: 'mmio' as const, ...mmio }] : [])];
  const startOf = (part: WindowSegment | MmioSegment): bigint =>
    part.kind === 'window' ? part.window.start : part.start;
  parts.sort((a, b) => (startOf(a) < startOf(b) ? -1 : startOf(a) > startOf(b) ? 1 : 0));
  const segments: Segment[] = [];
  let at = 0n;
  for (const part of parts) {
    const start = startOf(part);
    if (start > at) segments.push({ kind: 'gap', bytes: start - at });
    segments.push(part);
    if (part.end >= at) at = part.end + 1n;
  }
  return segments;
}

function windowSegment(window: WindowAnswer, total: number, mmio: Range | undefined): WindowSegment {
  const bytes = bytesOf(window);
  const end = window.start + BigInt(bytes) - 1n;
  const segment = { kind: 'window' as const, window, end, bytes, weight: weightOf(bytes) / total };
  if (mmio === undefined || mmio.start > end || mmio.end < window.start) return segment;
  const share = (address: bigint): number => Number(address - window.start) / bytes;
  const reserved = {
    from: Math.max(0, share(mmio.start)),
    to: Math.min(1, share(mmio.end + 1n)),
  };
  return { ...segment, reserved };
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

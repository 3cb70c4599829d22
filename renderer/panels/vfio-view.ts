// The VFIO matrix as a picture: one program on one platform, kernels by page sizes; kernels that fare alike share a row.

import type { Grade } from '../../core/index.ts';
import type { VfioSheet, VfioSheetCell } from '../../electron/ipc-contract.ts';

export type App = VfioSheetCell['app'];

export interface VfioRow {
  /** Neighbours that fare alike, oldest first. */
  readonly kernels: readonly string[];
  /** Of the newest of them, one for each page size. */
  readonly cells: readonly VfioSheetCell[];
}

/** Kernels oldest first, as the sheet has them. */
export function rowsOf(sheet: VfioSheet, platform: number, app: App, merged: boolean): readonly VfioRow[] {
  const rows: VfioRow[] = [];
  for (const cells of byKernel(sheet, platform, app)) {
    const kernel = cells[0]?.kernel ?? '';
    const last = rows.at(-1);
    if (merged && last !== undefined && alike(last.cells, cells))
      rows[rows.length - 1] = { kernels: [...last.kernels, kernel], cells };
    else rows.push({ kernels: [kernel], cells });
  }
  return rows;
}

function byKernel(sheet: VfioSheet, platform: number, app: App): Iterable<VfioSheetCell[]> {
  const found = new Map<string, VfioSheetCell[]>();
  for (const cell of sheet.cells) {
    if (cell.platform !== platform || cell.app !== app) continue;
    const row = found.get(cell.kernel);
    if (row === undefined) found.set(cell.kernel, [cell]);
    else row.push(cell);
  }
  return found.values();
}

/** In what a cell shows; that the kernels' code differs otherwise is no other answer. */
const alike = (a: readonly VfioSheetCell[], b: readonly VfioSheetCell[]): boolean =>
  JSON.stringify(a.map(essence)) === JSON.stringify(b.map(essence));

const essence = ({ pageBytes, outcome, failed, ioPageBytes, tces, hcalls }: VfioSheetCell): unknown => [
  pageBytes,
  outcome,
  failed,
  ioPageBytes,
  tces,
  hcalls,
];

/** For whom a huge page goes: a page larger than the first, which is the base page. */
export interface HugePage {
  readonly pageBytes: number;
  readonly outcome: 'works' | 'costs';
  /** First and last kernel of each run of neighbours. */
  readonly spans: readonly (readonly [string, string])[];
}

/** What goes with huge pages, by page size; empty: nothing does. */
export function hugePagesOf(rows: readonly VfioRow[]): readonly HugePage[] {
  const sizes = rows[0]?.cells.slice(1).map(({ pageBytes }) => pageBytes) ?? [];
  return sizes.flatMap((pageBytes, i) => {
    const cells = rows.map((row) => row.cells[i + 1]);
    const goes = rows.filter((_, at) => (cells[at]?.outcome ?? 'fails') !== 'fails');
    if (goes.length === 0) return [];
    const outcome = cells.some((cell) => cell?.outcome === 'works') ? 'works' : 'costs';
    return [{ pageBytes, outcome, spans: spansOf(rows, goes) } as const];
  });
}

function spansOf(rows: readonly VfioRow[], goes: readonly VfioRow[]): readonly (readonly [string, string])[] {
  const spans: [string, string][] = [];
  let before = -2;
  for (const row of goes) {
    const at = rows.indexOf(row);
    const [first, last] = [row.kernels[0] ?? '', row.kernels.at(-1) ?? ''];
    const open = spans.at(-1);
    if (open !== undefined && at === before + 1) open[1] = last;
    else spans.push([first, last]);
    before = at;
  }
  return spans;
}

export interface Tally {
  readonly works: number;
  readonly costs: number;
  readonly fails: number;
}

export function tallyOf(cells: readonly VfioSheetCell[]): Tally {
  const of = (outcome: VfioSheetCell['outcome']): number =>
    cells.filter((cell) => cell.outcome === outcome).length;
  return { works: of('works'), costs: of('costs'), fails: of('fails') };
}

/** Surest first. */
const GRADES: readonly Grade[] = ['verified', 'observed', 'documented', 'assumed'];

/** An outcome is as sure as the least sure fact beneath it. */
export function weakest(grades: readonly Grade[]): Grade {
  return GRADES.findLast((grade) => grades.includes(grade)) ?? 'assumed';
}

export interface Spot {
  readonly row: number;
  readonly column: number;
}

/** Where a key leads in a grid; undefined: it is no key of grids. */
export function moved(
  { row, column }: Spot,
  { key, ctrlKey }: Pick<KeyboardEvent, 'key' | 'ctrlKey'>,
  { rows, columns }: { readonly rows: number; readonly columns: number },
): Spot | undefined {
  const spot = (r: number, c: number): Spot => ({
    row: Math.max(0, Math.min(rows - 1, r)),
    column: Math.max(0, Math.min(columns - 1, c)),
  });
  switch (key) {
    case 'ArrowUp':
      return spot(row - 1, column);
    case 'ArrowDown':
      return spot(row + 1, column);
    case 'ArrowLeft':
      return spot(row, column - 1);
    case 'ArrowRight':
      return spot(row, column + 1);
    case 'PageUp':
      return spot(0, column);
    case 'PageDown':
      return spot(rows - 1, column);
    case 'Home':
      return spot(ctrlKey ? 0 : row, 0);
    case 'End':
      return spot(ctrlKey ? rows - 1 : row, columns - 1);
    default:
      return undefined;
  }
}

/** 65536 -> "64K", 2 ** 30 -> "1G", as page sizes are named. */
export function pageName(bytes: number): string {
  for (const [unit, name] of [
    [2 ** 30, 'G'],
    [2 ** 20, 'M'],
    [2 ** 10, 'K'],
  ] as const)
    if (bytes >= unit && bytes % unit === 0) return `${bytes / unit}${name}`;
  return String(bytes);
}

/** "VFIO_IOMMU_SPAPR_TCE_CREATE" -> "CREATE": as much of a call's name as a cell has room for. */
export const shortCall = (call: string): string => call.replace(/^VFIO_(?:IOMMU_)?(?:SPAPR_TCE_)?/, '');

// `show tces`: entries of one window's table, all from an index, or the first ones in use.

import { permissionText } from '../../abi/papr/tce.ts';
import { parseInteger } from '../../base/quantities.ts';
import { fail, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { hex16, hex8, lo32 } from '../../base/u64.ts';
import type { TceAnswer, WindowAnswer } from '../../machine/queries.ts';
import type { ShowRequest } from './actions.ts';
import type { Ask, Shown } from './shown.ts';
import { grouped, tableText } from './table.ts';

const DEFAULT_COUNT = 16;
const OVERVIEW_CELLS = 4096;

export function showTces(ask: Ask, show: ShowRequest): Result<Shown> {
  const window = windowOf(ask, show.target);
  if (!window.ok) return window;
  const count = show.count ?? DEFAULT_COUNT;
  const { liobn } = window.value;
  const entries =
    show.index === undefined
      ? usedEntries(ask, liobn, count)
      : ask({ ask: 'tces', liobn, index: show.index, count });
  if (!entries.ok) return entries;
  return ok({ value: entries.value, text: tcesText(window.value, entries.value) });
}

/** The window of a function (the active one with most entries in use), or the one with this LIOBN. */
function windowOf(ask: Ask, target: string | undefined): Result<WindowAnswer> {
  if (target === undefined) {
    return fail(
      'needs-target',
      'show tces needs a function or a LIOBN',
      'type: show tces vf0, or: show windows',
    );
  }
  const liobn = parseInteger(target);
  const windows = liobn === undefined ? ask({ ask: 'windows', id: target }) : ask({ ask: 'windows' });
  if (!windows.ok) return windows;
  const active = windows.value
    .filter((window) => window.active && (liobn === undefined || (window.liobn | 0) === (liobn | 0)))
    .sort((a, b) => b.usedTces - a.usedTces);
  const window = active[0];
  if (window === undefined) {
    return fail('no-window', `there is no window ${target} now`, 'type: show windows');
  }
  return ok(window);
}

function usedEntries(ask: Ask, liobn: number, count: number): Result<readonly TceAnswer[]> {
  const overview = ask({ ask: 'tce-overview', liobn, cells: OVERVIEW_CELLS });
  if (!overview.ok) return overview;
  const { used, perCell, entries } = overview.value;
  const found: TceAnswer[] = [];
  for (const [cell, inUse] of used.entries()) {
    if (found.length >= count) break;
    if (inUse > 0) {
      const more = usedInCell(
        ask,
        liobn,
        cell * perCell,
        Math.min(perCell, entries - cell * perCell),
        count - found.length,
      );
      if (!more.ok) return more;
      found.push(...more.value);
    }
  }
  return ok(found);
}

/** The first `count` entries in use of a part of the table, asked for in pieces: a cell of a huge table is long. */
function usedInCell(
  ask: Ask,
  liobn: number,
  from: number,
  length: number,
  count: number,
): Result<readonly TceAnswer[]> {
  const found: TceAnswer[] = [];
  const piece = 4096;
  for (let at = 0; at < length && found.length < count; at += piece) {
    const rows = ask({ ask: 'tces', liobn, index: from + at, count: Math.min(piece, length - at) });
    if (!rows.ok) return rows;
    found.push(...rows.value.filter((row) => (row.tce & 3n) !== 0n));
  }
  return ok(found.slice(0, count));
}

function tcesText(window: WindowAnswer, rows: readonly TceAnswer[]): string {
  const head = `window ${hex8(window.liobn)} of ${window.id}: ${grouped(window.usedTces)} of ${grouped(window.entries)} TCEs in use`;
  if (rows.length === 0) return head;
  const columns = [{ title: 'index', right: true }, { title: 'ioba' }, { title: 'tce' }, { title: 'perm' }];
  const cells = rows.map((row) => [
    String(row.index),
    hex16(row.ioba),
    hex16(row.tce),
    permissionText(lo32(row.tce)),
  ]);
  return `${head}\n${tableText(columns, cells)}`;
}

// What the command palette offers, and in which order: what fits best; among equals, what was chosen lately.

import type { Lab } from './lab.svelte.ts';
import type { Action } from './action-table.ts';
import { shell } from '../texts/texts.ts';
import { fitness } from './fuzzy.ts';

export interface Choice {
  /** The same the next time, so that it is known as chosen lately. */
  readonly key: string;
  readonly label: string;
  /** Where it comes from: a menu, a kind. */
  readonly from: string;
  readonly keys: string;
  run(): void;
}

const MOST = 60;
const LATELY = 12;
const LATELY_COUNTS = 3;

export function choicesOf(
  lab: Lab,
  openFile: (index: number) => void,
  show: (tab: number) => void,
): Choice[] {
  const words = shell.palette;
  return [
    ...lab.actions.map(({ action, label, keys, menuTitle }) => ({
      key: action,
      label,
      from: action.startsWith('panel:') ? words.panel : menuTitle,
      keys,
      run: () => lab.act(action as Action),
    })),
    ...lab.desk.tabs
      .filter(({ id }) => id !== lab.desk.shown)
      .map(({ id, title }) => ({
        key: `tab:${id}`,
        label: words.session(title === '' ? shell.sessions.unnamed(id) : title),
        from: words.sessions,
        keys: '',
        run: () => show(id),
      })),
    ...lab.desk.recent.map(({ title, folder }, index) => ({
      key: `file:${folder}/${title}`,
      label: words.recent(title),
      from: words.recentIn(folder),
      keys: '',
      run: () => openFile(index),
    })),
    ...lab.functions.map(({ description: { id } }) => ({
      key: `function:${id}`,
      label: words.goTo(id),
      from: words.function,
      keys: '',
      run: () => lab.point({ kind: 'function', id }, true),
    })),
  ];
}

/** The best first, a screenful or two. `lately`: keys, the latest first. */
export function bestChoices(
  choices: readonly Choice[],
  query: string,
  lately: readonly string[],
): readonly Choice[] {
  const age = (key: string): number => {
    const at = lately.indexOf(key);
    return at === -1 ? 0 : (LATELY - at) / LATELY;
  };
  return choices
    .map((choice, rank) => ({ choice, rank, fits: fitness(query, choice.label), age: age(choice.key) }))
    .filter((each) => each.fits !== undefined)
    .map((each) => ({ ...each, worth: (each.fits ?? 0) + each.age * (query === '' ? 1000 : LATELY_COUNTS) }))
    .sort((a, b) => (query === '' ? b.age - a.age || a.rank - b.rank : b.worth - a.worth || a.rank - b.rank))
    .slice(0, MOST)
    .map(({ choice }) => choice);
}

const KEPT = 'ddw-lab-palette';

/** What was chosen lately, of this start and those before; what is kept and does not read counts for nothing. */
export function readLately(storage: Pick<Storage, 'getItem'>): readonly string[] {
  try {
    const kept: unknown = JSON.parse(storage.getItem(KEPT) ?? '[]');
    if (!Array.isArray(kept)) return [];
    return kept.filter((key): key is string => typeof key === 'string').slice(0, LATELY);
  } catch {
    return [];
  }
}

/** Of a tab there is nothing to keep: its number is another one's at the next start. */
export function keepLately(lately: readonly string[], storage: Pick<Storage, 'setItem'>): void {
  storage.setItem(KEPT, JSON.stringify(lately.filter((key) => !key.startsWith('tab:'))));
}

/** The keys chosen lately, with this one in front. */
export const withLatest = (lately: readonly string[], key: string): readonly string[] =>
  [key, ...lately.filter((other) => other !== key)].slice(0, LATELY);

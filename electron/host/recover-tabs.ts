// From journals to tabs: in their order, asleep until shown, and in sentences what is missing.

import { afterFalls } from './falls.ts';
import type { Tab, Twin } from './tab.ts';
import type { Found } from './vault.ts';

export interface Recovery {
  readonly tabs: readonly Tab[];
  /** Sentences: what is missing or was left out. */
  readonly missing: readonly string[];
  /** Sessions in which something had been done. */
  readonly sessions: number;
}

export function recoverTabs(found: Found, make: (name: string, twin: Twin | undefined) => Tab): Recovery {
  const missing = [...found.unreadable];
  const tabs: Tab[] = [];
  for (const { name, journal } of found.sessions) {
    const { journal: usable, leftOut } = afterFalls(journal);
    const tab = make(name, usable.twin);
    tab.sleepOn(usable);
    tabs.push(tab);
    if (leftOut !== undefined) missing.push(leftOut);
    if (journal.lost !== undefined) missing.push(`A session was recovered in part: ${journal.lost}.`);
  }
  linkTwins(found, tabs);
  return {
    tabs,
    missing,
    sessions: found.sessions.filter(({ journal }) => journal.log.commands.length > 0).length,
  };
}

function linkTwins({ sessions }: Found, tabs: readonly Tab[]): void {
  for (const [at, { twinOf }] of sessions.entries()) {
    const tab = tabs[at];
    if (tab !== undefined) tab.twinOf = tabs.find(({ name }) => name === twinOf)?.id;
  }
}

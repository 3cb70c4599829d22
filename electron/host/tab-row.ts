// The row of tabs: which there are, in which order, which one is shown. Only that one runs; one that sleeps is replayed when shown.

import { fail, ok } from '../../core/index.ts';
import type { Result } from '../../core/index.ts';
import type { Tab } from './tab.ts';
import type { Vault } from './vault.ts';
import type { WorkList } from './work-list.ts';

/** More open machines than anybody looks at; each holds its trace in memory. */
const MAX_TABS = 32;

export interface TabRowParts {
  readonly vault: Vault;
  readonly work: WorkList;
  readonly nextId: () => number;
  /** Something about the tabs or the one shown is other than before. */
  readonly changed: () => void;
  /** The last tab was closed: another one is wanted. */
  readonly empty: () => void;
  /** A tab's recovery has ended; with an error, it came only so far. */
  readonly woken: (tab: Tab, result: Result<true>) => void;
}

export class TabRow {
  tabs: readonly Tab[] = [];
  /** Stands in until there is a tab. */
  shown: Tab;
  private readonly parts: TabRowParts;

  constructor(standIn: Tab, parts: TabRowParts) {
    this.shown = standIn;
    this.parts = parts;
  }

  find(id: number): Result<Tab> {
    const tab = this.tabs.find((other) => other.id === id);
    return tab === undefined ? fail('no-such-tab', `there is no open session ${id}`) : ok(tab);
  }

  /** Errors: `too-many-tabs`. */
  room(): Result<true> {
    if (this.tabs.length < MAX_TABS) return ok(true);
    return fail('too-many-tabs', `${MAX_TABS} sessions are open already`, 'close one of them first');
  }

  add(tab: Tab, after?: Tab): void {
    const at = after === undefined ? this.tabs.length : this.tabs.indexOf(after) + 1;
    this.tabs = [...this.tabs.slice(0, at), tab, ...this.tabs.slice(at)];
    this.show(tab);
  }

  /** Its neighbour is shown instead. */
  drop(tab: Tab): void {
    const at = this.tabs.indexOf(tab);
    this.tabs = this.tabs.filter((other) => other !== tab);
    const next = this.tabs[at] ?? this.tabs[at - 1];
    if (tab === this.shown && next !== undefined) this.show(next);
    tab.end();
    if (next === undefined) this.parts.empty();
    else this.arranged();
  }

  show(tab: Tab): void {
    if (this.tabs.includes(this.shown)) this.shown.hide();
    this.shown = tab;
    tab.show();
    this.arranged();
    if (tab.sleeps) void this.wake(tab);
  }

  private async wake(tab: Tab): Promise<void> {
    const label = tab.title === '' ? 'Recovering a session' : `Recovering ${tab.title}`;
    const result = await this.parts.work.run(label, true, (work) => tab.wake(work));
    if (!this.tabs.includes(tab)) return;
    this.parts.woken(tab, result);
    if (tab === this.shown) tab.show();
    this.parts.changed();
  }

  private arranged(): void {
    const names = new Map(this.tabs.map(({ id, name }) => [id, name]));
    const tabs = this.tabs.map(({ name, twinOf }) => ({
      journal: name,
      twinOf: twinOf === undefined ? null : (names.get(twinOf) ?? null),
    }));
    this.parts.vault.writeLayout({ nextId: this.parts.nextId(), tabs, shown: this.shown.name });
    this.parts.changed();
  }
}

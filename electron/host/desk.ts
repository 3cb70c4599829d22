// What lies on the desk: the open sessions as tabs. One is shown and may run; the others stand still. Lives in the machine's process
// (electron/machine), and in plain Node for tests.

import { basename } from 'node:path';
import { commandText, fail, ok } from '../../core/index.ts';
import type { Command, MachineBug, MachineConfig, Result, SessionLog } from '../../core/index.ts';
import type { Progress } from '../ipc-contract.ts';
import { withDefaultWorkload } from './compare-host.ts';
import type { CompareSubject } from './compare-host.ts';
import { recoverTabs } from './recover-tabs.ts';
import type { Recovery } from './recover-tabs.ts';
import type { DeskState, MachineNotices } from './machine-contract.ts';
import { Tab } from './tab.ts';
import { Vault } from './vault.ts';
import { WorkList } from './work-list.ts';

/** More open machines than anybody looks at; each holds its trace in memory. */
const MAX_TABS = 32;

export type Tell = <N extends keyof MachineNotices>(name: N, payload: MachineNotices[N]) => void;

export class Desk {
  readonly work: WorkList;
  private readonly vault: Vault;
  private readonly tell: Tell;
  private readonly folder: string;
  private tabs: readonly Tab[] = [];
  private current: Tab;
  private nextId = 1;
  private told = '';
  private troubled = false;

  constructor(folder: string, tell: Tell) {
    this.tell = tell;
    this.folder = folder;
    this.vault = new Vault(folder, (reason) => this.trouble(reason));
    this.work = new WorkList((items) => tell('work', { items }));
    this.current = this.make();
  }

  /** Takes up what the last run left; with nothing left, a fresh session. Replaying goes on afterwards, as work. */
  begin(crashed: boolean): Recovery {
    const found = this.vault.find(crashed);
    this.nextId = found.nextId;
    const recovery = recoverTabs(found, (name, twin) => this.make(name, twin));
    this.tabs = recovery.tabs;
    const shown = recovery.tabs.find(({ name }) => name === found.shown) ?? recovery.tabs[0];
    if (shown === undefined) void this.newSession(undefined);
    else this.show(shown);
    return recovery;
  }

  // What is -------------------------------------------------------------------------------------------------------------------------

  get shown(): Tab {
    return this.current;
  }

  tab(id: number): Result<Tab> {
    const tab = this.tabs.find((other) => other.id === id);
    return tab === undefined ? fail('no-such-tab', `there is no open session ${id}`) : ok(tab);
  }

  progress(): Progress {
    const { host, id, paused, title } = this.current;
    const { state, nowNs, events, hcalls, hcallsPerSecond, problems, busy } = host.progress();
    const session = { id, title: this.current.path === undefined ? '' : title, comparing: this.comparing() };
    return { state, nowNs, events, hcalls, hcallsPerSecond, problems, busy, paused, session };
  }

  state(): DeskState {
    const tabs = this.tabs.map((tab) => ({ ...tab.info(tab === this.current), file: tab.path ?? null }));
    return { tabs, shown: this.current.id };
  }

  /** What the learner's own session did; where it has not booted yet, its machine and the default workload. */
  comparable(): SessionLog | CompareSubject {
    const own = this.own().host;
    const log = own.session.log();
    if (log.commands.some(({ command }) => command.do === 'boot')) return log;
    const config = own.query({ ask: 'config' });
    return config.ok ? withDefaultWorkload(config.value) : log;
  }

  // Tabs ----------------------------------------------------------------------------------------------------------------------------

  newSession(config: MachineConfig | undefined): Result<true> {
    const room = this.room();
    if (!room.ok) return room;
    const tab = this.make();
    const begun = tab.begin(config);
    if (begun.ok) this.add(tab);
    return begun;
  }

  /** In a tab of its own; a fresh one that nothing was done in makes room for it. Errors: those of reading and replaying, `cancelled`. */
  async open(file: string): Promise<Result<true>> {
    const name = basename(file);
    const there = this.tabs.find(({ path }) => path === file);
    if (there !== undefined) return this.showTab(there.id);
    const room = this.room();
    if (!room.ok) return room;
    const tab = this.make();
    const opened = await this.work.run(`Opening ${name}`, true, (work) => tab.open(file, work));
    if (!opened.ok)
      return {
        ok: false,
        error: { ...opened.error, message: `“${name}” cannot be opened: ${opened.error.message}` },
      };
    const fresh = this.current;
    this.add(tab);
    if (fresh.pristine && this.tabs.includes(fresh)) this.drop(fresh);
    return opened;
  }

  async save(id: number, file: string): Promise<Result<true>> {
    const found = this.tab(id);
    if (!found.ok) return found;
    const tab = found.value;
    return this.work.run(`Saving ${basename(file)}`, true, async (work) => {
      const awake = await tab.wake(work);
      if (!awake.ok && awake.error.code === 'cancelled') return awake;
      const saved = await tab.save(file, work);
      this.changed();
      return saved;
    });
  }

  showTab(id: number): Result<true> {
    const found = this.tab(id);
    if (found.ok && found.value !== this.current) this.show(found.value);
    return found.ok ? ok(true) : found;
  }

  /** Closed without a question: whoever asks for it has asked the person. */
  closeTab(id: number): Result<true> {
    const found = this.tab(id);
    if (!found.ok) return found;
    this.drop(found.value);
    return ok(true);
  }

  /** Every journal goes; the desk is done. */
  closeAll(): void {
    for (const tab of this.tabs) tab.end();
    this.vault.writeLayout({ nextId: 1, tabs: [], shown: null });
  }

  /** A command that sets no work going (the machine is off) changes the trace all the same: the page is told. */
  dispatch(command: Command): Result<{ readonly seq: number }> {
    const accepted = this.current.dispatch(command);
    if (accepted.ok) this.changed();
    return accepted;
  }

  pause(on: boolean): void {
    this.current.pause(on);
    this.changed();
  }

  // The same machine under another kernel ---------------------------------------------------------------------------------------------

  compare(kernel: string): Result<true> {
    const own = this.own();
    const config = own.host.query({ ask: 'config' });
    if (!config.ok) return config;
    const twin = this.make(undefined, { own: config.value.kernel, shown: kernel });
    const begun = twin.begin({ ...config.value, kernel });
    if (!begun.ok) return begun;
    const booted = twin.dispatch({ do: 'boot' });
    if (!booted.ok) {
      twin.end();
      return booted;
    }
    const before = this.current;
    twin.twinOf = own.id;
    this.add(twin, own);
    if (before.twin !== undefined && !before.unsaved) this.drop(before);
    return ok(true);
  }

  /** Back to the session that the twin was made from. A twin in which more was done stays open. */
  compareBack(): void {
    const twin = this.current;
    const own = this.own();
    if (own === twin) return;
    this.show(own);
    if (!twin.unsaved) this.drop(twin);
  }

  // Inside --------------------------------------------------------------------------------------------------------------------------

  private own(): Tab {
    return this.tabs.find(({ id }) => id === this.current.twinOf) ?? this.current;
  }

  private comparing(): Progress['session']['comparing'] {
    return this.current.twin === undefined || this.own() === this.current ? null : this.current.twin;
  }

  private room(): Result<true> {
    if (this.tabs.length < MAX_TABS) return ok(true);
    return fail('too-many-tabs', `${MAX_TABS} sessions are open already`, 'close one of them first');
  }

  private make(name?: string, twin?: Tab['twin']): Tab {
    const id = this.nextId++;
    const tab = new Tab({
      id,
      name: name ?? this.vault.nameFor(id),
      vault: this.vault,
      ...(twin === undefined ? {} : { twin }),
      onTrouble: (reason) => this.trouble(reason),
      onBug: (broken, bug) => void this.keepBroken(broken, bug),
    });
    tab.host.onProgress(() => {
      if (tab === this.current) this.changed();
    });
    return tab;
  }

  private add(tab: Tab, after?: Tab): void {
    const at = after === undefined ? this.tabs.length : this.tabs.indexOf(after) + 1;
    this.tabs = [...this.tabs.slice(0, at), tab, ...this.tabs.slice(at)];
    this.show(tab);
  }

  private drop(tab: Tab): void {
    const at = this.tabs.indexOf(tab);
    this.tabs = this.tabs.filter((other) => other !== tab);
    const next = this.tabs[at] ?? this.tabs[at - 1];
    if (tab === this.current && next !== undefined) this.show(next);
    tab.end();
    if (next === undefined) void this.newSession(undefined);
    else this.arranged();
  }

  private show(tab: Tab): void {
    if (this.tabs.includes(this.current)) this.current.hide();
    this.current = tab;
    tab.show();
    this.arranged();
    if (tab.sleeps) void this.wake(tab);
  }

  private async wake(tab: Tab): Promise<void> {
    const label = tab.title === '' ? 'Recovering a session' : `Recovering ${tab.title}`;
    const woken = await this.work.run(label, true, (work) => tab.wake(work));
    if (!this.tabs.includes(tab)) return;
    if (woken.ok) return this.woken(tab);
    if (woken.error.code === 'cancelled') return this.leave(tab);
    this.tell('problem', {
      code: 'recovered-in-part',
      message: `The session could be recovered only in part: ${woken.error.message}`,
    });
    this.woken(tab);
  }

  private woken(tab: Tab): void {
    if (tab === this.current) tab.show();
    this.changed();
    this.tell('awake', { id: tab.id });
  }

  /** The person does not want to wait: its journal is kept out of the way. */
  private leave(tab: Tab): void {
    const where = this.vault.setAside(tab.name, 'its recovery was cancelled');
    this.tell('remark', { message: `${where} It can be opened there like a saved session.` });
    this.drop(tab);
    this.tell('awake', { id: tab.id });
  }

  private arranged(): void {
    const names = new Map(this.tabs.map(({ id, name }) => [id, name]));
    const tabs = this.tabs.map(({ name, twinOf }) => ({
      journal: name,
      twinOf: names.get(twinOf ?? 0) ?? null,
    }));
    this.vault.writeLayout({ nextId: this.nextId, tabs, shown: this.current.name });
    this.changed();
  }

  private changed(): void {
    this.tell('progress', this.progress());
    const state = this.state();
    const text = JSON.stringify(state);
    if (text === this.told) return;
    this.told = text;
    this.tell('desk', state);
  }

  private trouble(reason: string): void {
    if (this.troubled) return;
    this.troubled = true;
    this.tell('problem', {
      code: 'not-kept',
      message: `What is done is not being kept against a fall of the program: ${reason}`,
      hint: `save the session, and make room or rights for ${this.folder}`,
    });
  }

  private async keepBroken(tab: Tab, { seq, message }: MachineBug): Promise<void> {
    const log = tab.host.session.log();
    const last = log.commands.at(-1)?.command;
    const file = this.vault.pathOf(`fault-${tab.id}.ddwrun`);
    const saved = await tab.host.save(file);
    const where = saved.ok
      ? `The session was saved as ${file}`
      : `The session could not be saved (${saved.error.message})`;
    const after = last === undefined ? '' : ` after “${commandText(last, log.config)}”`;
    this.tell('problem', {
      code: 'bug',
      message: `A fault of DDW Lab itself, not yours, stopped the machine at event ${seq}${after}: ${message}. ${where}`,
      hint: 'report it with that file',
    });
  }
}

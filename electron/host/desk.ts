// What lies on the desk: the open sessions as tabs, and what can be done with them. Lives in the machine's process
// (electron/machine), and in plain Node for tests.

import { basename } from 'node:path';
import { fail, ok } from '../../core/index.ts';
import type { Command, MachineBug, MachineConfig, Result, SessionLog } from '../../core/index.ts';
import type { Progress } from '../ipc-contract.ts';
import { keepBroken } from './broken.ts';
import { withDefaultWorkload } from './compare-host.ts';
import type { CompareSubject } from './compare-host.ts';
import type { DeskState, MachineNotices } from './machine-contract.ts';
import { recoverTabs } from './recover-tabs.ts';
import type { Recovery } from './recover-tabs.ts';
import { TabRow } from './tab-row.ts';
import { Tab } from './tab.ts';
import { Vault } from './vault.ts';
import { WorkList } from './work-list.ts';

export interface MachineMoment {
  readonly config: MachineConfig;
  /** Each given when the machine has come to rest. */
  readonly commands: readonly Command[];
}

export type Tell = <N extends keyof MachineNotices>(name: N, payload: MachineNotices[N]) => void;

const done: Result<true> = { ok: true, value: true };

export class Desk {
  readonly work: WorkList;
  private readonly vault: Vault;
  private readonly tell: Tell;
  private readonly folder: string;
  private readonly row: TabRow;
  private nextId = 1;
  private told = '';
  private troubled = false;

  constructor(folder: string, tell: Tell) {
    this.tell = tell;
    this.folder = folder;
    this.vault = new Vault(folder, (reason) => this.trouble(reason));
    this.work = new WorkList((items) => tell('work', { items }));
    this.row = new TabRow(this.make(), {
      vault: this.vault,
      work: this.work,
      nextId: () => this.nextId,
      changed: () => this.changed(),
      empty: () => void this.newSession(undefined),
      woken: (tab, result) => this.woken(tab, result),
    });
  }

  /** Takes up what the last run left; with nothing left, a fresh session. Replaying goes on afterwards, as work. */
  begin(crashed: boolean): Recovery {
    const found = this.vault.find(crashed);
    this.nextId = Math.max(this.nextId, found.nextId);
    const recovery = recoverTabs(found, (name, twin) => this.make(name, twin));
    this.row.tabs = recovery.tabs;
    const shown = recovery.tabs.find(({ name }) => name === found.shown) ?? recovery.tabs[0];
    if (shown === undefined) void this.newSession(undefined);
    else this.row.show(shown);
    return recovery;
  }

  // What is -------------------------------------------------------------------------------------------------------------------------

  get shown(): Tab {
    return this.row.shown;
  }

  progress(): Progress {
    const { host, id, paused, title, path } = this.shown;
    const { state, nowNs, events, hcalls, hcallsPerSecond, problems, busy } = host.progress();
    const session = { id, title: path === undefined ? '' : title, comparing: this.comparing() };
    return { state, nowNs, events, hcalls, hcallsPerSecond, problems, busy, paused, session };
  }

  state(): DeskState {
    const tabs = this.row.tabs.map((tab) => ({ ...tab.info(tab === this.shown), file: tab.path ?? null }));
    return { tabs, shown: this.shown.id };
  }

  /** What the learner's own session did; where it has not booted yet, its machine and the default workload. */
  comparable(): SessionLog | CompareSubject {
    const own = this.own().host;
    const log = own.session.log();
    if (log.commands.some(({ command }) => command.do === 'boot')) return log;
    const config = own.query({ ask: 'config' });
    return config.ok ? withDefaultWorkload(config.value) : log;
  }

  // What is done --------------------------------------------------------------------------------------------------------------------

  /** A command that sets no work going (the machine is off) changes the trace all the same: the page is told. */
  dispatch(command: Command): Result<{ readonly seq: number }> {
    const accepted = this.shown.dispatch(command);
    if (accepted.ok) this.changed();
    return accepted;
  }

  /** The session shown without one of its acts, as a tab in the place of its own: what the page knew of the old one is void. */
  undo(index?: number): Promise<Result<{ readonly refusals: readonly string[] }>> {
    const before = this.shown;
    return this.work.run('Undoing', true, async (work) => {
      const undone = await before.host.undone(index, work);
      if (!undone.ok) return undone;
      if (!this.row.tabs.includes(before)) return fail('no-such-tab', 'the session was closed meanwhile');
      const after = this.make(undefined, before.twin);
      after.follow(before, undone.value.session);
      for (const tab of this.row.tabs) if (tab.twinOf === before.id) tab.twinOf = after.id;
      this.row.add(after, before);
      this.row.drop(before);
      return ok({ refusals: undone.value.refusals });
    });
  }

  pause(on: boolean): void {
    this.shown.pause(on);
    this.changed();
  }

  newSession(config: MachineConfig | undefined): Result<true> {
    const room = this.row.room();
    if (!room.ok) return room;
    const tab = this.make();
    const begun = tab.begin(config);
    if (begun.ok) this.row.add(tab);
    return begun;
  }

  /**
   * A machine where these commands lead it, in a tab of its own. The first that it refuses ends the way there, and is told: a machine
   * that fell, or has no driver, takes no more. Errors: those of a configuration, `cancelled`.
   */
  async openAt({ config, commands }: MachineMoment): Promise<Result<{ readonly refusal: string | null }>> {
    const room = this.row.room();
    if (!room.ok) return room;
    const tab = this.make();
    const begun = tab.begin(config);
    const led = begun.ok
      ? await this.work.run('Leading a machine there', true, (work) => tab.lead(commands, work))
      : begun;
    if (led.ok) this.row.add(tab);
    else tab.end();
    return led;
  }

  /** In a tab of its own; a fresh one that nothing was done in makes room for it. Errors: those of reading and replaying, `cancelled`. */
  async open(file: string): Promise<Result<true>> {
    const there = this.row.tabs.find(({ path }) => path === file);
    if (there !== undefined) return this.showTab(there.id);
    const room = this.row.room();
    if (!room.ok) return room;
    const name = basename(file);
    const tab = this.make();
    const opened = await this.work.run(`Opening ${name}`, true, (work) => tab.open(file, work));
    if (!opened.ok) {
      const message = `“${name}” cannot be opened: ${opened.error.message}`;
      return { ok: false, error: { ...opened.error, message } };
    }
    const fresh = this.shown;
    this.row.add(tab);
    if (fresh.pristine && this.row.tabs.includes(fresh)) this.row.drop(fresh);
    return opened;
  }

  async save(id: number, file: string): Promise<Result<true>> {
    const found = this.row.find(id);
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
    const found = this.row.find(id);
    if (!found.ok) return found;
    if (found.value !== this.shown) this.row.show(found.value);
    return done;
  }

  /** Closed without a question: whoever asks for it has asked the person. */
  closeTab(id: number): Result<true> {
    const found = this.row.find(id);
    if (!found.ok) return found;
    this.row.drop(found.value);
    return done;
  }

  /** Every journal goes; the desk is done. */
  closeAll(): void {
    for (const tab of this.row.tabs) tab.end();
    this.vault.writeLayout({ nextId: 1, tabs: [], shown: null });
  }

  // The same machine under another kernel, in a tab beside ------------------------------------------------------------------------------

  compare(kernel: string): Result<true> {
    const room = this.row.room();
    if (!room.ok) return room;
    const own = this.own();
    const config = own.host.query({ ask: 'config' });
    if (!config.ok) return config;
    const twin = this.make(undefined, { own: config.value.kernel, shown: kernel });
    const begun = twin.begin({ ...config.value, kernel });
    const booted = begun.ok ? twin.dispatch({ do: 'boot' }) : begun;
    if (!booted.ok) {
      twin.end();
      return booted;
    }
    const before = this.shown;
    twin.twinOf = own.id;
    this.row.add(twin, own);
    if (before.twin !== undefined && !before.unsaved) this.row.drop(before);
    return done;
  }

  /** Back to the session that the twin was made from. A twin in which more was done stays open. */
  compareBack(): void {
    const twin = this.shown;
    const own = this.own();
    if (own === twin) return;
    this.row.show(own);
    if (!twin.unsaved) this.row.drop(twin);
  }

  private own(): Tab {
    return this.row.tabs.find(({ id }) => id === this.shown.twinOf) ?? this.shown;
  }

  private comparing(): Progress['session']['comparing'] {
    return this.shown.twin === undefined || this.own() === this.shown ? null : this.shown.twin;
  }

  // Inside --------------------------------------------------------------------------------------------------------------------------

  private make(name?: string, twin?: Tab['twin']): Tab {
    const id = this.nextId++;
    const tab = new Tab({
      id,
      name: name ?? this.vault.nameFor(id),
      vault: this.vault,
      ...(twin === undefined ? {} : { twin }),
      onTrouble: (reason) => this.trouble(reason),
      onBug: (bug) => void this.sayBug(tab, bug),
    });
    tab.host.onProgress(() => {
      if (tab === this.shown) this.changed();
    });
    return tab;
  }

  private woken(tab: Tab, result: Result<true>): void {
    if (!result.ok && result.error.code === 'cancelled') {
      // The person does not want to wait: its journal is kept out of the way.
      const where = this.vault.setAside(tab.name, 'its recovery was cancelled');
      this.tell('remark', { message: `${where} It can be opened there like a saved session.` });
      this.row.drop(tab);
    } else if (!result.ok) {
      const message = `The session could be recovered only in part: ${result.error.message}`;
      this.tell('problem', { code: 'recovered-in-part', message });
    }
    this.tell('awake', { id: tab.id });
  }

  private async sayBug(tab: Tab, bug: MachineBug): Promise<void> {
    this.tell('problem', await keepBroken(tab.host, bug, this.vault.pathOf(`fault-${tab.id}.ddwrun`)));
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
}

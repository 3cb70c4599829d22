// Opening, saving and closing sessions: the person is asked here, the machine's process does it.

import { basename } from 'node:path';
import { stat } from 'node:fs/promises';
import type { BrowserWindow } from 'electron';
import type { DeskState } from '../host/machine-contract.ts';
import type { DeskNotice, ExportKind, Result } from '../ipc-contract.ts';
import type { Kept } from './kept.ts';
import type { MachineProcess } from './machine-process.ts';
import { askExport, askUnsaved, askWhere, askWhich } from './questions.ts';
import type { Teller } from './teller.ts';

/** An answer that the machine owes when the lab is to end; then it is killed, and its journals are taken up next time. */
const LAST_WORD_MS = 5000;

export interface SessionsParts {
  readonly machine: MachineProcess;
  readonly kept: Kept;
  readonly teller: Teller;
  readonly window: BrowserWindow;
}

type TabState = DeskState['tabs'][number];

const noSuch = (code: string, message: string): Result<never> => ({ ok: false, error: { code, message } });

export class Sessions {
  private readonly machine: MachineProcess;
  private readonly kept: Kept;
  private readonly teller: Teller;
  private readonly window: BrowserWindow;
  private state: DeskState = { tabs: [], shown: 0 };
  private asking = false;

  constructor({ machine, kept, teller, window }: SessionsParts) {
    this.machine = machine;
    this.kept = kept;
    this.teller = teller;
    this.window = window;
  }

  hear(state: DeskState): void {
    this.state = state;
    this.tell();
  }

  overview(state = this.state): DeskNotice {
    const tabs = state.tabs.map(({ file: _file, ...tab }) => tab);
    return { tabs, shown: state.shown, recent: this.kept.recent };
  }

  /** null: the person changed their mind. */
  async askAndOpen(): Promise<Result<string | null>> {
    const file = await askWhich(this.window);
    return file === null ? { ok: true, value: null } : this.open(file);
  }

  async open(file: string): Promise<Result<string>> {
    const opened = await this.machine.ask('open', { file });
    if (!opened.ok) return opened;
    this.kept.used(file);
    this.tell();
    return { ok: true, value: file };
  }

  /** For a file that came without a request of the page: by command line or dropped. */
  async openAndTell(file: string): Promise<void> {
    const opened = await this.open(file);
    if (!opened.ok) this.teller.say('problem', opened.error);
  }

  async openRecent(index: number): Promise<Result<string>> {
    const file = this.kept.recentFiles[index];
    if (file === undefined) return noSuch('no-such-file', `there is no file number ${index} in the list`);
    const isThere = await stat(file).then(
      (found) => found.isFile(),
      () => false,
    );
    if (isThere) return this.open(file);
    this.kept.forget(file);
    this.tell();
    return noSuch(
      'file-gone',
      `${basename(file)} is no longer where it was (${file}); it was taken off the list`,
    );
  }

  async save(as: boolean, id = this.state.shown): Promise<Result<string | null>> {
    const tab = this.tab(id);
    const known = as ? null : (tab?.file ?? null);
    const file = known ?? (await askWhere(this.window, tab?.file ?? null));
    if (file === null) return { ok: true, value: null };
    const saved = await this.machine.ask('save', { id, file });
    if (!saved.ok) return saved;
    this.kept.used(file);
    this.tell();
    return { ok: true, value: file };
  }

  /** Asks where to, and has the machine write it: the file's name. */
  async exportFile(what: ExportKind): Promise<Result<string | null>> {
    const file = await askExport(this.window, what);
    if (file === null) return { ok: true, value: null };
    const written = await this.machine.ask('exportTo', { what, file });
    return written.ok ? { ok: true, value: basename(written.value) } : written;
  }

  /** false: the person kept it open. */
  async close(id: number): Promise<Result<boolean>> {
    const tab = this.tab(id);
    if (tab === undefined) return noSuch('no-such-tab', `there is no open session ${id}`);
    const may = await this.mayGo([tab]);
    if (!may.ok || !may.value) return may;
    const closed = await this.machine.ask('close', { id });
    return closed.ok ? { ok: true, value: true } : closed;
  }

  /** Before the window goes: true when all is saved or may be lost, and the journals are gone. One question at a time. */
  async closeAll(): Promise<boolean> {
    if (this.asking) return false;
    this.asking = true;
    try {
      const may = await this.mayGo(this.state.tabs.filter(({ unsaved }) => unsaved));
      if (!may.ok) this.teller.say('problem', may.error);
      if (!may.ok || !may.value) return false;
      await Promise.race([
        this.machine.ask('closeAll', undefined),
        new Promise((resolve) => setTimeout(resolve, LAST_WORD_MS)),
      ]);
      return true;
    } finally {
      this.asking = false;
    }
  }

  private async mayGo(tabs: readonly TabState[]): Promise<Result<boolean>> {
    const unsaved = tabs.filter((tab) => tab.unsaved);
    if (unsaved.length === 0) return { ok: true, value: true };
    const titles = unsaved.map(({ title, file }) => (file === null ? '' : title));
    const answer = await askUnsaved(this.window, titles);
    if (answer !== 'save') return { ok: true, value: answer === 'discard' };
    for (const { id } of unsaved) {
      const saved = await this.save(false, id);
      if (!saved.ok) return saved;
      if (saved.value === null) return { ok: true, value: false };
    }
    return { ok: true, value: true };
  }

  private tab(id: number): TabState | undefined {
    return this.state.tabs.find((tab) => tab.id === id);
  }

  private tell(): void {
    this.teller.tell('desk', this.overview());
    if (!this.window.isDestroyed()) this.nameWindow();
  }

  private nameWindow(): void {
    const shown = this.tab(this.state.shown);
    const unsaved = shown?.unsaved ?? false;
    const file = shown?.file ?? '';
    const name = file === '' && unsaved ? 'not saved' : basename(file);
    this.window.setTitle(`${unsaved ? '• ' : ''}${name === '' ? '' : `${name} — `}DDW Lab`);
    this.window.setDocumentEdited(unsaved);
    this.window.setRepresentedFilename(file);
  }
}

// What is kept in the profile folder beside the sessions: settings, where the window stood, files opened lately.

import { basename, dirname, join } from 'node:path';
import { app } from 'electron';
import { KeptFile } from '../host/kept-file.ts';
import { checkKeptState, NOTHING_KEPT } from '../host/window-place.ts';
import type { KeptState } from '../host/window-place.ts';
import { checkSettings } from '../ipc-contract.ts';
import type { DeskNotice, Settings, UserError } from '../ipc-contract.ts';

const MOST_RECENT = 10;

export class Kept {
  private readonly settingsFile: KeptFile<Settings | null>;
  private readonly stateFile: KeptFile<KeptState>;

  constructor(folder = app.getPath('userData')) {
    this.settingsFile = new KeptFile<Settings | null>(join(folder, 'settings.json'), checkSettings, null);
    this.stateFile = new KeptFile(join(folder, 'state.json'), checkKeptState, NOTHING_KEPT);
  }

  /** What could not be read. */
  get problems(): readonly UserError[] {
    return [this.settingsFile.problem, this.stateFile.problem].filter((problem) => problem !== undefined);
  }

  get settings(): Settings | null {
    return this.settingsFile.value;
  }

  setSettings(settings: Settings): Promise<UserError | undefined> {
    return this.settingsFile.set(settings);
  }

  get window(): KeptState['window'] {
    return this.stateFile.value.window;
  }

  setWindow(window: KeptState['window']): void {
    void this.stateFile.set({ ...this.stateFile.value, window });
  }

  get recentFiles(): readonly string[] {
    return this.stateFile.value.recent;
  }

  get recent(): DeskNotice['recent'] {
    return this.recentFiles.map((file) => ({ title: basename(file), folder: dirname(file) }));
  }

  used(file: string): void {
    this.setRecent([file, ...this.recentFiles.filter((other) => other !== file)]);
  }

  forget(file: string): void {
    this.setRecent(this.recentFiles.filter((other) => other !== file));
  }

  async settled(): Promise<void> {
    await Promise.all([this.settingsFile.settled(), this.stateFile.settled()]);
  }

  private setRecent(files: readonly string[]): void {
    void this.stateFile.set({ ...this.stateFile.value, recent: files.slice(0, MOST_RECENT) });
  }
}

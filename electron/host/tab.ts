// One open session: its host, and its journal, which is written before an action is answered. A tab recovered from a journal sleeps
// until it is shown: only then is it replayed.

import { basename } from 'node:path';
import { ok } from '../../core/index.ts';
import type { Command, MachineBug, MachineConfig, Result, Session } from '../../core/index.ts';
import type { TabInfo } from '../ipc-contract.ts';
import { restInTurns } from './in-turns.ts';
import { journalText } from './journal.ts';
import type { Journal, JournalMark } from './journal.ts';
import { JournalFile } from './journal-file.ts';
import { SessionHost } from './session-host.ts';
import type { Vault } from './vault.ts';
import type { Work } from './work-list.ts';

/** Marks of where a running machine has come to: what a fall may cost in time; it is then run again. */
const MARK_EVERY_MS = 1000;

export interface Twin {
  readonly own: string;
  readonly shown: string;
}

export interface TabOptions {
  readonly id: number;
  /** Its journal's name in the vault. */
  readonly name: string;
  readonly vault: Vault;
  readonly twin?: Twin;
  readonly onTrouble: (reason: string) => void;
  readonly onBug: (bug: MachineBug) => void;
  readonly now?: () => number;
}

export class Tab {
  readonly id: number;
  readonly name: string;
  readonly twin: Twin | undefined;
  /** The tab that a twin was made from. */
  twinOf: number | undefined;
  paused = false;
  readonly host = new SessionHost();
  private readonly vault: Vault;
  private readonly file: JournalFile;
  private readonly now: () => number;
  private asleep: Journal | undefined;
  private waking: Promise<Result<true>> | undefined;
  private ended = false;
  private savedIn: string | undefined;
  private savedCommands = 0;
  private crashes: readonly number[] = [];
  /** Its journal has been begun. */
  private kept = false;
  private markedAt = 0;
  private markedSteps = 0;

  constructor({ id, name, vault, twin, onTrouble, onBug, now }: TabOptions) {
    this.id = id;
    this.name = name;
    this.vault = vault;
    this.twin = twin;
    this.now = now ?? (() => performance.now());
    this.file = new JournalFile({
      path: vault.pathOf(name),
      whole: () => journalText(this.journal()),
      onTrouble,
    });
    this.host.onBug = onBug;
    this.host.onProgress(({ steps, busy }) => this.markWhenDue(steps, busy));
  }

  // What is -------------------------------------------------------------------------------------------------------------------------

  get path(): string | undefined {
    return this.savedIn;
  }

  /** Nothing was done in it and it has no file: something opened may take its place. */
  get pristine(): boolean {
    return (
      this.savedIn === undefined &&
      this.twin === undefined &&
      this.asleep === undefined &&
      this.commandCount === 0
    );
  }

  /** A twin is booted by itself: that alone is nobody's work. */
  get unsaved(): boolean {
    return this.commandCount > Math.max(this.savedCommands, this.twin === undefined ? 0 : 1);
  }

  get title(): string {
    if (this.twin !== undefined && this.savedIn === undefined) return `Linux ${this.twin.shown}`;
    return this.savedIn === undefined ? '' : basename(this.savedIn);
  }

  get sleeps(): boolean {
    return this.asleep !== undefined;
  }

  info(isShown: boolean): TabInfo {
    const { state, busy } = this.asleep?.mark ?? this.host.progress();
    const info = { id: this.id, title: this.title, unsaved: this.unsaved, state };
    return busy && !isShown ? { ...info, stands: true } : info;
  }

  private get commandCount(): number {
    return this.asleep?.log.commands.length ?? this.host.session.commandCount;
  }

  // How it begins -------------------------------------------------------------------------------------------------------------------

  begin(config?: MachineConfig): Result<true> {
    const made = this.host.new(config);
    if (made.ok) this.keep();
    return made;
  }

  async open(file: string, work: Work): Promise<Result<true>> {
    const opened = await this.host.open(file, work);
    if (!opened.ok) return opened;
    this.settle(file);
    this.keep();
    return opened;
  }

  /** Another tab's session without one of its acts: it has what that tab had, but not its number. */
  follow(before: Tab, session: Session): void {
    this.paused = before.paused;
    this.twinOf = before.twinOf;
    this.host.takeUp(session, before.savedIn);
    this.savedIn = before.savedIn;
    // What was saved is another session than this.
    this.savedCommands = 0;
    this.keep();
  }

  /** As the journal says, from the next wake() on. */
  sleepOn(journal: Journal): void {
    this.asleep = journal;
    this.paused = journal.mark.paused;
    this.savedIn = journal.file;
    this.savedCommands = journal.savedCommands;
    this.crashes = journal.crashes;
  }

  /** Replays its journal. Errors: `cancelled` (it sleeps on, its journal untouched), or why it stands before the end of its journal. */
  wake(work: Work): Promise<Result<true>> {
    const { asleep } = this;
    if (asleep === undefined) return Promise.resolve(ok(true));
    this.waking ??= this.replay(asleep, work).finally(() => (this.waking = undefined));
    return this.waking;
  }

  private async replay(asleep: Journal, watched: Work): Promise<Result<true>> {
    const isEnded = (): boolean => watched.cancelled || this.ended;
    const work: Work = {
      get cancelled() {
        return isEnded();
      },
      report: (done) => watched.report(done),
      onCancel: (listener) => watched.onCancel(listener),
    };
    // After a fall each command is named before it is given: should it happen again, it is known which one it was.
    const careful = asleep.crashes.length > 0;
    this.vault.atWork(this.name, careful ? -1 : undefined);
    const beginning = (command: number): void => this.vault.atWork(this.name, command);
    const recovered = await this.host.recover(asleep.log, work, careful ? beginning : undefined);
    if (!recovered.ok && recovered.error.code === 'cancelled') return recovered;
    this.asleep = undefined;
    this.savedCommands = Math.min(this.savedCommands, this.commandCount);
    this.keep();
    return recovered;
  }

  // What is done to it --------------------------------------------------------------------------------------------------------------

  dispatch(command: Command): Result<{ readonly seq: number }> {
    const step = this.host.session.steps;
    this.vault.atWork(this.name, this.commandCount);
    const accepted = this.host.dispatch(command);
    // As it was logged: the caller's object may hold more.
    if (accepted.ok) this.file.append({ at: 'command', step, command });
    return accepted;
  }

  /** Before it is shown: each command when the machine has come to rest after the one before. Errors: `cancelled`. */
  async lead(commands: readonly Command[], work: Work): Promise<Result<{ readonly refusal: string | null }>> {
    for (const command of commands) {
      const accepted = this.dispatch(command);
      if (!accepted.ok) return ok({ refusal: accepted.error.message });
      const rested = await restInTurns(this.host.session, work);
      if (!rested.ok) return rested;
    }
    this.mark();
    return ok({ refusal: null });
  }

  /** Lets it work, if it is not paused. */
  show(): void {
    this.vault.atWork(this.name, this.commandCount - 1);
    if (!this.paused && !this.sleeps) this.host.start();
  }

  hide(): void {
    this.host.stop();
    this.mark();
  }

  pause(on: boolean): void {
    this.paused = on;
    if (on) this.host.stop();
    else this.host.start();
    this.mark();
  }

  async save(file: string, work: Work): Promise<Result<true>> {
    const count = this.commandCount;
    const saved = await this.host.save(file, work);
    if (!saved.ok) return saved;
    this.settle(file, count);
    this.file.append({ at: 'saved', file });
    return saved;
  }

  /** Closed for good, its journal with it. */
  end(): void {
    this.ended = true;
    this.kept = false;
    this.host.stop();
    this.file.remove();
  }

  private settle(file: string, commands = this.commandCount): void {
    this.savedIn = file;
    this.savedCommands = commands;
  }

  // Its journal ---------------------------------------------------------------------------------------------------------------------

  private keep(): void {
    this.kept = true;
    this.file.rewrite();
  }

  private journal(): Journal {
    const { asleep, host, twin, savedIn, savedCommands, crashes } = this;
    if (asleep !== undefined) return asleep;
    return {
      log: host.session.log(),
      savedCommands,
      mark: this.markNow(),
      crashes,
      ...(twin === undefined ? {} : { twin }),
      ...(savedIn === undefined ? {} : { file: savedIn }),
    };
  }

  private markNow(): JournalMark {
    const { state, busy, steps } = this.host.progress();
    return { at: 'mark', steps, state, busy, paused: this.paused };
  }

  private markWhenDue(steps: number, busy: boolean): void {
    if (steps === this.markedSteps) return;
    if (!busy || this.now() - this.markedAt >= MARK_EVERY_MS) this.mark();
  }

  private mark(): void {
    if (!this.kept) return;
    const mark = this.markNow();
    this.markedAt = this.now();
    this.markedSteps = mark.steps;
    this.file.append(mark);
  }
}

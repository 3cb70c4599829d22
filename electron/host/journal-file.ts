// Writes a session's journal. A line is handed to the system before the action is answered, so that a killed process loses nothing;
// the disk follows at once in the background, so that a power cut loses the last action at most.

import { closeSync, fdatasync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { reasonOf } from './session-store.ts';
import { journalLine } from './journal.ts';
import type { JournalEntry } from './journal.ts';

/** The part of node:fs that can fail for lack of room or rights; for tests. */
export interface JournalDisk {
  write(fd: number, text: string): void;
}

/** A write may be taken in part; what is left is written again, until the system says why not. */
const DISK: JournalDisk = {
  write: (fd, text) => {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
  },
};

export interface JournalFileOptions {
  readonly path: string;
  /** The whole content, as it must be now: for the first writing, and after trouble. */
  readonly whole: () => string;
  /** Told once when writing fails, with the reason in words; again only after it went well in between. */
  readonly onTrouble: (reason: string) => void;
  readonly disk?: JournalDisk;
}

export class JournalFile {
  readonly path: string;
  private readonly whole: () => string;
  private readonly onTrouble: (reason: string) => void;
  private readonly disk: JournalDisk;
  private fd: number | undefined;
  private troubled = false;
  private syncing = false;
  private unsynced = false;

  constructor({ path, whole, onTrouble, disk = DISK }: JournalFileOptions) {
    this.path = path;
    this.whole = whole;
    this.onTrouble = onTrouble;
    this.disk = disk;
  }

  /** Writes all of it beside, then in place of what was there: a journal is whole or the old one. */
  rewrite(): void {
    this.attempt(() => {
      this.close();
      const beside = `${this.path}.new`;
      rmSync(beside, { force: true });
      // Mode `ax`: a second writer must never share this file.
      const fd = openSync(beside, 'ax');
      this.fd = fd;
      this.disk.write(fd, this.whole());
      fsyncSync(fd);
      renameSync(beside, this.path);
    });
  }

  /** `whole` says the same from now on. A mark need not reach the disk by itself. */
  append(entry: JournalEntry): void {
    if (this.fd === undefined || this.troubled) return this.rewrite();
    const { fd } = this;
    this.attempt(() => this.disk.write(fd, journalLine(entry)));
    if (entry.at !== 'mark') this.sync();
  }

  close(): void {
    if (this.fd !== undefined) closeSync(this.fd);
    this.fd = undefined;
  }

  /** Nothing is kept any more. */
  remove(): void {
    try {
      this.close();
      rmSync(this.path, { force: true });
      rmSync(`${this.path}.new`, { force: true });
    } catch (error) {
      this.onTrouble(reasonOf(error));
    }
  }

  private attempt(action: () => void): void {
    try {
      action();
      this.troubled = false;
    } catch (error) {
      if (!this.troubled) this.onTrouble(reasonOf(error));
      this.troubled = true;
    }
  }

  /** One at a time; what came meanwhile is synced after it. */
  private sync(): void {
    const { fd } = this;
    this.unsynced = true;
    if (this.syncing || fd === undefined) return;
    this.syncing = true;
    this.unsynced = false;
    fdatasync(fd, () => {
      this.syncing = false;
      if (this.unsynced) this.sync();
    });
  }
}

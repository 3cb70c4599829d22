// A small JSON file that the lab keeps for itself (settings, window, files opened lately): checked when read, written whole or not
// at all. A damaged one is moved aside, never overwritten: somebody may have edited it by hand.

import { mkdirSync, readFileSync, renameSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { UserError } from '../ipc-contract.ts';
import { reasonOf, writeAtomically } from './session-store.ts';

export class KeptFile<T> {
  value: T;
  /** What went wrong when it was read. */
  readonly problem: UserError | undefined;
  private readonly path: string;
  private last: Promise<UserError | undefined> = Promise.resolve(undefined);
  private queued = false;

  /** `check` answers undefined for what is not a T; `fallback` holds until something was chosen, or when the file says nothing. */
  constructor(path: string, check: (value: unknown) => T | undefined, fallback: T) {
    this.path = path;
    const read = readKept(path, check);
    this.value = 'value' in read ? read.value : fallback;
    this.problem = 'problem' in read ? read.problem : undefined;
  }

  /** Written soon; changes that come before that go with it. Answers what went wrong, if something did. */
  set(value: T): Promise<UserError | undefined> {
    this.value = value;
    if (this.queued) return this.last;
    this.queued = true;
    this.last = this.last.then(() => this.write());
    return this.last;
  }

  /** When all that was set is on the disk. */
  async settled(): Promise<void> {
    await this.last;
  }

  private async write(): Promise<UserError | undefined> {
    this.queued = false;
    const written = await writeAtomically(this.path, `${JSON.stringify(this.value, null, 2)}\n`);
    return written.ok ? undefined : written.error;
  }
}

type Read<T> = { readonly value: T } | { readonly problem: UserError } | Record<never, never>;

function readKept<T>(path: string, check: (value: unknown) => T | undefined): Read<T> {
  let text: string;
  try {
    mkdirSync(dirname(path), { recursive: true });
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return isMissing(error) ? {} : { problem: unreadable(path, reasonOf(error), '') };
  }
  const value = parsed(text);
  const checked = value === undefined ? undefined : check(value);
  return checked === undefined ? { problem: setAside(path) } : { value: checked };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function setAside(path: string): UserError {
  const aside = `${path}.damaged-${new Date().toISOString().slice(0, 19).replace(/[T:]/g, '-')}`;
  try {
    renameSync(path, aside);
    return unreadable(path, 'it is damaged', ` It was moved to ${aside}.`);
  } catch (error) {
    return unreadable(path, `it is damaged, and stays where it is: ${reasonOf(error)}`, '');
  }
}

const unreadable = (path: string, why: string, more: string): UserError => ({
  code: 'settings-unreadable',
  message: `${basename(path)} cannot be read: ${why}. The lab goes on without it.${more}`,
});

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

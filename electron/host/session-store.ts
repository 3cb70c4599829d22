// Session files on disk. Reading is bounded; writing is atomic: a crash leaves the old file or the new one, never half of one.

import { open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fail, MAX_SESSION_TEXT, ok } from '../../core/index.ts';
import type { Result } from '../../core/index.ts';

let temporary = 0;

/** The text of a session file. Errors: `cannot-read`, `too-large`, `not-a-file`. */
export async function readSessionText(file: string): Promise<Result<string>> {
  try {
    const handle = await open(file, 'r');
    try {
      const { size } = await handle.stat();
      if (size > MAX_SESSION_TEXT) return tooLarge(file, size);
      return ok(await handle.readFile('utf8'));
    } finally {
      await handle.close();
    }
  } catch (error) {
    return fail(
      'cannot-read',
      `${basename(file)} cannot be read: ${reasonOf(error)}`,
      'check the name and its permissions',
    );
  }
}

function tooLarge(file: string, size: number): Result<string> {
  const megabytes = Math.ceil(size / 2 ** 20);
  return fail('too-large', `${basename(file)} is ${megabytes} MiB long, too long for a session`);
}

/** Writes beside the file, then renames. Errors: `cannot-write`. */
export async function writeAtomically(file: string, content: string | Uint8Array): Promise<Result<true>> {
  const beside = join(dirname(file), `.${basename(file)}.${process.pid}.${temporary++}.tmp`);
  try {
    if (await isFolder(file))
      return fail('cannot-write', `${basename(file)} is a folder`, 'choose another name');
    const handle = await open(beside, 'wx');
    try {
      await handle.writeFile(content, 'utf8');
      // The rename must not reach the disk before the content does.
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, file);
    return ok(true);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    return fail(
      'cannot-write',
      `${basename(file)} cannot be written: ${reasonOf(error)}`,
      'choose another folder',
    );
  }
}

async function isFolder(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isDirectory();
  } catch {
    return false;
  }
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such file or folder'],
  ['EACCES', 'permission is denied'],
  ['EPERM', 'that is not permitted'],
  ['EISDIR', 'it is a folder'],
  ['ENOTDIR', 'part of its path is not a folder'],
  ['ENOSPC', 'the disk is full'],
  ['EROFS', 'the disk is read-only'],
  ['ENAMETOOLONG', 'its name is too long'],
]);

/** A system error in words, its code kept. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const words = REASONS.get(code);
  if (words !== undefined) return `${words} (${code})`;
  return error instanceof Error ? error.message : String(error);
}

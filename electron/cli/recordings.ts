// Which recordings lie at a path: told by what is in them, never by their names.

import { existsSync } from 'node:fs';
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createGunzip, gunzipSync } from 'node:zlib';
import { fail, ok } from '../../core/index.ts';
import type { Result } from '../../core/index.ts';
import { reasonOf } from '../host/session-store.ts';

export interface Recording {
  readonly kind: 'calls' | 'probe' | 'scenario';
  /** Shown to people: file or folder name. */
  readonly name: string;
  /** A calls file, or the folder. */
  readonly path: string;
}

const MAX_DEPTH = 12;

/** All recordings at or below the paths, in order of their names. Errors: `cannot-read`, `no-recording`. */
export async function findRecordings(paths: readonly string[]): Promise<Result<readonly Recording[]>> {
  const found: Recording[] = [];
  for (const path of paths) {
    const here = await recordingsAt(path);
    if (!here.ok) return here;
    if (here.value.length === 0) {
      return fail(
        'no-recording',
        `${path} holds no recording`,
        'give a calls file (.jsonl), a scenario or probe folder, or a folder of them',
      );
    }
    found.push(...here.value);
  }
  return ok(found);
}

async function recordingsAt(path: string): Promise<Result<readonly Recording[]>> {
  try {
    const found: Recording[] = [];
    if ((await stat(path)).isDirectory()) await walk(path, 0, found);
    else if (await isCallsFile(path)) found.push({ kind: 'calls', name: basename(path), path });
    return ok(found);
  } catch (error) {
    return fail('cannot-read', `${path} cannot be read: ${reasonOf(error)}`);
  }
}

async function walk(folder: string, depth: number, found: Recording[]): Promise<void> {
  const kind = await kindOfFolder(folder);
  if (kind !== undefined) {
    found.push({ kind, name: basename(folder), path: folder });
    return;
  }
  if (depth === MAX_DEPTH) return;
  const entries = await readdir(folder, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    const is = entry.isSymbolicLink() ? await stat(path).catch(() => entry) : entry;
    if (is.isDirectory()) await walk(path, depth + 1, found);
    else if (is.isFile() && (await isCallsFile(path))) found.push({ kind: 'calls', name: entry.name, path });
  }
}

/** probe.jsonl beside scenario.json: a probe; scenario.json with a plan: a scenario. */
async function kindOfFolder(folder: string): Promise<'probe' | 'scenario' | undefined> {
  const scenario = pathOf(folder, 'scenario.json');
  if (scenario === undefined) return undefined;
  if (pathOf(folder, 'probe.jsonl') !== undefined) return 'probe';
  const text = await textOf(scenario);
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'plan' in value ? 'scenario' : undefined;
  } catch {
    // Damaged: whoever reads it says so, and the others are compared all the same.
    return 'scenario';
  }
}

/** The file, or its .gz. */
export function pathOf(folder: string, name: string): string | undefined {
  return [join(folder, name), join(folder, `${name}.gz`)].find((path) => existsSync(path));
}

/** The whole text of a file, unpacked where it is packed. */
export async function textOf(path: string): Promise<string> {
  const bytes = await readFile(path);
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

const FIRST_PIECE = 1 << 16;

/** JSON Lines whose first line is an object with op "boot". */
async function isCallsFile(path: string): Promise<boolean> {
  if (!/\.jsonl(\.gz)?$/.test(path)) return false;
  const line = await firstLine(path);
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'op' in value && value.op === 'boot';
  } catch {
    return false;
  }
}

/** The first line that is not blank; '' when it is longer than anything we read. */
async function firstLine(path: string): Promise<string> {
  const handle = await open(path, 'r');
  try {
    const raw = handle.createReadStream({ highWaterMark: FIRST_PIECE });
    const stream = path.endsWith('.gz') ? raw.pipe(createGunzip()) : raw;
    let text = '';
    for await (const piece of stream) {
      text += String(piece);
      const line = text.split('\n').find((part) => part.trim() !== '');
      if (line !== undefined && text.indexOf('\n', text.indexOf(line)) >= 0) return line;
      if (text.length > 64 * FIRST_PIECE) return '';
    }
    return text;
  } finally {
    await handle.close();
  }
}

// Native file dialogs around the session's open and save.

import { basename } from 'node:path';
import type { BrowserWindow, FileFilter } from 'electron';
import { dialog } from 'electron';
import type { Result } from '../ipc-contract.ts';
import type { Desk } from './desk.ts';

const FILTERS: FileFilter[] = [{ name: 'DDW Lab session', extensions: ['ddwrun'] }];

/** The file opened, or null when the person changed their mind. */
export async function openSession(desk: Desk, window: BrowserWindow): Promise<Result<string | null>> {
  const choice = await dialog.showOpenDialog(window, { properties: ['openFile'], filters: FILTERS });
  const file = choice.filePaths[0];
  if (choice.canceled || file === undefined) return { ok: true, value: null };
  const opened = await desk.open(file);
  if (opened.ok) return { ok: true, value: file };
  const message = `“${basename(file)}” cannot be opened: ${opened.error.message}`;
  return { ok: false, error: { ...opened.error, message } };
}

/** The file saved to, or null when the person changed their mind. */
export async function saveSession(
  desk: Desk,
  window: BrowserWindow,
  as: boolean,
): Promise<Result<string | null>> {
  const known = as ? undefined : desk.file;
  const file = known ?? (await askWhere(desk, window));
  if (file === null) return { ok: true, value: null };
  const saved = await desk.save(file);
  return saved.ok ? { ok: true, value: file } : saved;
}

async function askWhere(desk: Desk, window: BrowserWindow): Promise<string | null> {
  const choice = await dialog.showSaveDialog(window, {
    defaultPath: desk.file ?? 'session.ddwrun',
    filters: FILTERS,
  });
  if (choice.canceled || choice.filePath === undefined || choice.filePath === '') return null;
  return choice.filePath.endsWith('.ddwrun') ? choice.filePath : `${choice.filePath}.ddwrun`;
}

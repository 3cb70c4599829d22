// The dialog around what is handed out as a file.

import { basename } from 'node:path';
import type { BrowserWindow } from 'electron';
import { dialog } from 'electron';
import { exported, writeExport } from '../host/export-file.ts';
import type { ExportKind } from '../host/export-file.ts';
import type { Result } from '../ipc-contract.ts';

/** The name of the file written, or null when the person changed their mind. */
export async function exportFile(
  what: ExportKind,
  window: BrowserWindow,
  ask: Parameters<typeof exported>[1],
): Promise<Result<string | null>> {
  const made = await exported(what, ask);
  if (!made.ok) return made;
  const { name, extension, filter } = made.value;
  const choice = await dialog.showSaveDialog(window, {
    defaultPath: `${name}${extension}`,
    filters: [{ name: filter, extensions: [extension.slice(1)] }],
  });
  if (choice.canceled || choice.filePath === undefined || choice.filePath === '')
    return { ok: true, value: null };
  const written = await writeExport(choice.filePath, made.value);
  return written.ok ? { ok: true, value: basename(written.value) } : written;
}

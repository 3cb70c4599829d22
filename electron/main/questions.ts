// What only a person can say: which file, where to, and whether unsaved work may go. Native dialogs, looked up when they are needed.

import { dialog } from 'electron';
import type { BrowserWindow, FileFilter } from 'electron';
import type { ExportKind } from '../ipc-contract.ts';

const FILTERS: FileFilter[] = [
  { name: 'DDW Lab session', extensions: ['ddwrun'] },
  { name: 'Record of a session set aside', extensions: ['ddwjournal'] },
];

export type Unsaved = 'save' | 'discard' | 'cancel';
const ANSWERS: readonly Unsaved[] = ['save', 'discard', 'cancel'];

/** null: the person changed their mind. */
export async function askWhich(window: BrowserWindow): Promise<string | null> {
  const choice = await dialog.showOpenDialog(window, { properties: ['openFile'], filters: FILTERS });
  return choice.canceled ? null : (choice.filePaths[0] ?? null);
}

export async function askWhere(window: BrowserWindow, file: string | null): Promise<string | null> {
  const choice = await dialog.showSaveDialog(window, {
    defaultPath: file ?? 'session.ddwrun',
    filters: FILTERS.slice(0, 1),
  });
  if (choice.canceled || choice.filePath === undefined || choice.filePath === '') return null;
  return choice.filePath.endsWith('.ddwrun') ? choice.filePath : `${choice.filePath}.ddwrun`;
}

const EXPORTED: Readonly<Record<ExportKind, { readonly name: string; readonly filter: FileFilter }>> = {
  dtb: { name: 'device-tree.dtb', filter: { name: 'Device tree (DTB)', extensions: ['dtb'] } },
};

/** Where what is handed out goes; null: the person changed their mind. */
export async function askExport(window: BrowserWindow, what: ExportKind): Promise<string | null> {
  const { name, filter } = EXPORTED[what];
  const choice = await dialog.showSaveDialog(window, { defaultPath: name, filters: [filter] });
  return choice.canceled || choice.filePath === undefined || choice.filePath === '' ? null : choice.filePath;
}

/** `titles`: the sessions at stake; an empty one was never saved. */
export async function askUnsaved(window: BrowserWindow, titles: readonly string[]): Promise<Unsaved> {
  const isOne = titles.length === 1;
  const named = titles.map((title) => (title === '' ? 'a session that was never saved' : `“${title}”`));
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message: isOne ? `Save the changes of ${named[0]}?` : `Save the changes of ${titles.length} sessions?`,
    detail: `${isOne ? '' : `${named.join(', ')}.\n`}What is not saved is lost when ${isOne ? 'it is' : 'they are'} closed.`,
    buttons: isOne ? ['Save', 'Don’t save', 'Cancel'] : ['Save all', 'Don’t save', 'Cancel'],
    defaultId: 0,
    cancelId: 2,
    noLink: true,
  });
  return ANSWERS[response] ?? 'cancel';
}

// Opening, saving, showing and closing sessions, from wherever it is asked for.

import { shell } from '../texts/texts.ts';
import type { Lab } from './lab.svelte.ts';

const words = shell.sessions;

export async function newSession(lab: Lab): Promise<void> {
  lab.accept(await lab.bridge.newSession({}));
  await lab.look();
}

export async function openSession(lab: Lab): Promise<void> {
  const file = lab.accept(await lab.bridge.openSession());
  if (typeof file === 'string') lab.notices.remark(words.wasOpened(file));
  await lab.look();
}

export async function openRecent(lab: Lab, index: number): Promise<void> {
  const file = lab.accept(await lab.bridge.openRecent({ index }));
  if (file !== undefined) lab.notices.remark(words.wasOpened(file));
  await lab.look();
}

export async function saveSession(lab: Lab, as: boolean): Promise<void> {
  const file = lab.accept(await lab.bridge.saveSession({ as }));
  if (typeof file === 'string') lab.notices.remark(words.wasSaved(file));
}

export async function showTab(lab: Lab, id: number): Promise<void> {
  lab.accept(await lab.bridge.showTab({ id }));
  await lab.look();
}

/** Main asks first when something would be lost. */
export async function closeTab(lab: Lab, id: number): Promise<void> {
  lab.accept(await lab.bridge.closeTab({ id }));
  await lab.look();
}

export async function stepTab(lab: Lab, by: 1 | -1): Promise<void> {
  const { tabs, shown } = lab.desk;
  const at = tabs.findIndex(({ id }) => id === shown);
  const next = tabs.at((at + by) % tabs.length);
  if (next !== undefined) await showTab(lab, next.id);
}

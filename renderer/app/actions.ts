// What the actions do that belong to no panel: sessions, machine, themes, roles.

import type { Role, Theme } from '../../electron/ipc-contract.ts';
import type { Appearance } from './appearance.svelte.ts';
import type { Lab } from './lab.svelte.ts';
import { otherKernel } from './other-kernel.ts';
import { closeTab, newSession, openSession, saveSession, stepTab } from './sessions.ts';
import { undoAct } from './undo.ts';

export const THEMES: readonly Theme[] = ['system', 'dark', 'light', 'contrast', 'projector'];
export const ROLES: readonly Role[] = ['administrator', 'developer', 'support'];

/** The quick look at the other kernel, and back. */
async function compare(lab: Lab): Promise<void> {
  if (lab.latest.session.comparing !== null) {
    lab.accept(await lab.bridge.compareBack());
  } else {
    const kernel = otherKernel(lab.config, lab.kernels);
    if (kernel !== undefined) lab.accept(await lab.bridge.compare({ kernel }));
  }
  await lab.look();
}

/** Registers them; returns the function that takes them back. */
export function registerActions(lab: Lab, appearance: Appearance): () => void {
  const undo = [
    // The LPAR panel, while it is open, boots with what stands in its form.
    lab.handle('boot', () => void lab.dispatch({ do: 'boot' })),
    lab.handle('new', () => void newSession(lab)),
    lab.handle('open', () => void openSession(lab)),
    lab.handle('save', () => void saveSession(lab, false)),
    lab.handle('save-as', () => void saveSession(lab, true)),
    lab.handle('close-tab', () => void closeTab(lab, lab.desk.shown)),
    lab.handle('next-tab', () => void stepTab(lab, 1)),
    lab.handle('previous-tab', () => void stepTab(lab, -1)),
    lab.handle('pause', () => void lab.bridge.run({ on: lab.latest.paused })),
    lab.handle('reset', () => void lab.dispatch({ do: 'reset' })),
    lab.handle('shutdown', () => void lab.dispatch({ do: 'shutdown' })),
    lab.handle('undo', () => void undoAct(lab)),
    lab.handle('compare', () => void compare(lab)),
    lab.handle('problems', () => lab.filterTrace('is:error')),
    ...THEMES.map((theme) => lab.handle(`theme-${theme}`, () => appearance.choose(theme))),
  ];
  return () => {
    for (const take of undo) take();
  };
}

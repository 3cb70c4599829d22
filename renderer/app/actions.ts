// What the actions do that belong to no panel: session, machine, themes.

import type { Theme } from '../../electron/ipc-contract.ts';
import type { Appearance } from './appearance.svelte.ts';
import type { Lab } from './lab.svelte.ts';
import { otherKernel } from './other-kernel.ts';

async function newSession(lab: Lab): Promise<void> {
  lab.accept(await lab.bridge.newSession({}));
  await lab.look();
}

async function open(lab: Lab): Promise<void> {
  const file = lab.accept(await lab.bridge.openSession());
  if (typeof file === 'string')
    lab.notices.remark(`Opened ${file}. It was replayed, and stands where it was saved.`);
  await lab.look();
}

async function save(lab: Lab, as: boolean): Promise<void> {
  const file = lab.accept(await lab.bridge.saveSession({ as }));
  if (typeof file === 'string') lab.notices.remark(`Saved to ${file}.`);
}

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
  const themes: readonly Theme[] = ['system', 'dark', 'light', 'contrast', 'projector'];
  const undo = [
    // The LPAR panel, while it is open, boots with what stands in its form.
    lab.handle('boot', () => void lab.dispatch({ do: 'boot' })),
    lab.handle('new', () => void newSession(lab)),
    lab.handle('open', () => void open(lab)),
    lab.handle('save', () => void save(lab, false)),
    lab.handle('save-as', () => void save(lab, true)),
    lab.handle('pause', () => void lab.bridge.run({ on: lab.latest.paused })),
    lab.handle('reset', () => void lab.dispatch({ do: 'reset' })),
    lab.handle('shutdown', () => void lab.dispatch({ do: 'shutdown' })),
    lab.handle('compare', () => void compare(lab)),
    ...themes.map((theme) => lab.handle(`theme-${theme}`, () => appearance.choose(theme))),
  ];
  return () => {
    for (const take of undo) take();
  };
}

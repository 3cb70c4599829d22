// What holds until a person chose otherwise.

import type { Settings, Theme } from '../../electron/ipc-contract.ts';

/** Main writes the theme that was chosen into the page that it serves: the first picture is in it, before any question was asked. */
const chosen = globalThis.document?.documentElement.dataset['chosenTheme'] as Theme | undefined;

export const DEFAULT_SETTINGS: Settings = {
  theme: chosen ?? 'system',
  terminal: { fontSize: 13, scrollback: 10_000, screenReader: false, copyOnSelect: false },
  role: 'administrator',
  layout: '',
};

// What holds until a person chose otherwise.

import type { Settings } from '../../electron/ipc-contract.ts';

export const DEFAULT_SETTINGS: Settings = {
  theme: 'system',
  terminal: { fontSize: 13, scrollback: 10_000, screenReader: false, copyOnSelect: false },
  role: 'administrator',
  layout: '',
};

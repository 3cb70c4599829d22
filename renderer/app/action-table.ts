// Every action of the window with its key: menu bar, command palette, shortcut sheet and keyboard all read this table. Its words
// stand in texts/actions.ts.

import type { MenuEntry } from '../../electron/ipc-contract.ts';
import { actions, menus } from '../texts/texts.ts';

export type Action = keyof typeof actions;

const row = <A extends Action>(menu: keyof typeof menus, action: A, keys = '') =>
  ({ action, label: actions[action], keys, menu, menuTitle: menus[menu] }) as const satisfies MenuEntry;

export const ACTION_TABLE: readonly (MenuEntry & { readonly action: Action })[] = [
  row('File', 'new', 'CmdOrCtrl+N'),
  row('File', 'open', 'CmdOrCtrl+O'),
  row('File', 'save', 'CmdOrCtrl+S'),
  row('File', 'save-as', 'CmdOrCtrl+Shift+S'),
  row('File', 'close-tab', 'CmdOrCtrl+W'),
  row('File', 'next-tab', 'Ctrl+Tab'),
  row('File', 'previous-tab', 'Ctrl+Shift+Tab'),
  row('File', 'settings', 'CmdOrCtrl+,'),
  row('Machine', 'boot', 'F5'),
  row('Machine', 'pause', 'F6'),
  row('Machine', 'reset', 'F7'),
  row('Machine', 'shutdown', 'Shift+F5'),
  row('Machine', 'add-vf', 'CmdOrCtrl+Shift+A'),
  row('Machine', 'undo', 'CmdOrCtrl+Z'),
  row('Machine', 'compare-runs', 'F9'),
  row('Machine', 'compare', 'Shift+F9'),
  row('Trace', 'follow', 'F8'),
  row('Trace', 'filter', 'CmdOrCtrl+Shift+F'),
  row('Trace', 'find', 'CmdOrCtrl+F'),
  row('Trace', 'problems', 'CmdOrCtrl+Shift+E'),
  row('Trace', 'copy-trace', 'CmdOrCtrl+Shift+C'),
  row('Trace', 'clear-view', 'CmdOrCtrl+L'),
  row('View', 'palette', 'CmdOrCtrl+Shift+P'),
  row('View', 'messages', 'CmdOrCtrl+Shift+L'),
  row('View', 'zoom-panel', 'CmdOrCtrl+Shift+M'),
  row('View', 'next-group', 'CmdOrCtrl+F6'),
  row('View', 'previous-group', 'CmdOrCtrl+Shift+F6'),
  row('View', 'close-panel', 'CmdOrCtrl+Shift+W'),
  row('View', 'panel-left', 'CmdOrCtrl+Alt+Left'),
  row('View', 'panel-right', 'CmdOrCtrl+Alt+Right'),
  row('View', 'panel-bottom', 'CmdOrCtrl+Alt+Down'),
  row('View', 'panel-apart', 'CmdOrCtrl+Alt+Up'),
  row('View', 'reset-layout'),
  row('View', 'role-administrator'),
  row('View', 'role-developer'),
  row('View', 'role-support'),
  row('View', 'theme-system'),
  row('View', 'theme-dark'),
  row('View', 'theme-light'),
  row('View', 'theme-contrast'),
  row('View', 'theme-projector'),
  row('View', 'screen-reader', 'CmdOrCtrl+Shift+U'),
  row('Help', 'shortcuts', 'F1'),
];

/** Second keys: what hands know from elsewhere. */
export const ALSO: readonly (readonly [keys: string, action: Action])[] = [['CmdOrCtrl+K', 'palette']];

/** The panel that carries an action out; while it is closed, the action opens it. */
export const PANEL_OF_ACTION: Readonly<Record<string, string>> = {
  'add-vf': 'functions',
  follow: 'trace',
  filter: 'trace',
  find: 'trace',
  'copy-trace': 'trace',
  'clear-view': 'trace',
  'screen-reader': 'trace',
};

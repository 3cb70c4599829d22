// Every action of the window with its words and its key: menu bar, command palette, shortcut sheet and keyboard all read this table.

import type { MenuEntry } from '../../electron/ipc-contract.ts';

const row = <A extends string>(menu: string, action: A, label: string, keys = '') =>
  ({ action, label, keys, menu }) as const satisfies MenuEntry;

export const ACTION_TABLE = [
  row('File', 'new', 'New session', 'CmdOrCtrl+N'),
  row('File', 'open', 'Open…', 'CmdOrCtrl+O'),
  row('File', 'save', 'Save', 'CmdOrCtrl+S'),
  row('File', 'save-as', 'Save as…', 'CmdOrCtrl+Shift+S'),
  row('Machine', 'boot', 'Boot', 'F5'),
  row('Machine', 'pause', 'Pause or go on', 'F6'),
  row('Machine', 'reset', 'Reset the partition', 'F7'),
  row('Machine', 'shutdown', 'Shut down', 'Shift+F5'),
  row('Machine', 'compare', 'Show the same under the other kernel', 'F9'),
  row('Machine', 'add-vf', 'Add a virtual function', 'CmdOrCtrl+Shift+A'),
  row('Trace', 'follow', 'Follow the newest call, or stop', 'F8'),
  row('Trace', 'filter', 'Filter…', 'CmdOrCtrl+Shift+F'),
  row('Trace', 'find', 'Find in what is shown…', 'CmdOrCtrl+F'),
  row('Trace', 'copy-trace', 'Copy the selection or what is shown', 'CmdOrCtrl+Shift+C'),
  row('Trace', 'clear-view', 'Clear the view (the log stays)', 'CmdOrCtrl+L'),
  row('View', 'theme-system', 'Theme: as the system'),
  row('View', 'theme-dark', 'Theme: dark'),
  row('View', 'theme-light', 'Theme: light'),
  row('View', 'theme-contrast', 'Theme: high contrast'),
  row('View', 'theme-projector', 'Theme: projector'),
  row('View', 'zoom-panel', 'One panel at a time, or all', 'CmdOrCtrl+Shift+M'),
  row('View', 'next-group', 'Next group of panels', 'CmdOrCtrl+F6'),
  row('View', 'close-panel', 'Close this panel', 'CmdOrCtrl+Shift+W'),
  row('View', 'panel-left', 'Move this panel to the left', 'CmdOrCtrl+Alt+Left'),
  row('View', 'panel-right', 'Move this panel to the right', 'CmdOrCtrl+Alt+Right'),
  row('View', 'panel-bottom', 'Move this panel to the bottom', 'CmdOrCtrl+Alt+Down'),
  row('View', 'panel-apart', 'Move this panel to a group of its own', 'CmdOrCtrl+Alt+Up'),
  row('View', 'reset-layout', 'Reset the layout'),
  row('View', 'screen-reader', 'Terminals for screen readers', 'CmdOrCtrl+Shift+U'),
  row('Help', 'shortcuts', 'Keys', 'F1'),
];

export type Action = (typeof ACTION_TABLE)[number]['action'];

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

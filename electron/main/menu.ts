// The menu bar: the action table, plus what Electron itself offers (clipboard, zoom, quit).

import { Menu } from 'electron';
import type { MenuItemConstructorOptions } from 'electron';
import type { Action } from '../ipc-contract.ts';
import { ACTION_TABLE } from './actions.ts';

const separator: MenuItemConstructorOptions = { type: 'separator' };

/** Electron's own entries of a menu, before and after the lab's. */
const ROLES: Readonly<Record<string, readonly [MenuItemConstructorOptions[], MenuItemConstructorOptions[]]>> =
  {
    File: [[], [separator, { role: 'quit' }]],
    Edit: [
      [{ role: 'undo' }, { role: 'redo' }, separator, { role: 'cut' }, { role: 'copy' }, { role: 'paste' }],
      [{ role: 'selectAll' }],
    ],
    View: [
      [],
      [
        separator,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
        { role: 'toggleDevTools' },
      ],
    ],
  };

function entries(menu: string, send: (action: Action) => void): MenuItemConstructorOptions[] {
  return ACTION_TABLE.filter((info) => info.menu === menu).map((info) => ({
    label: info.label,
    click: () => send(info.action),
    // The key is shown here and obeyed by the page: one place decides what it means while a field has the focus.
    ...(info.keys === '' ? {} : { accelerator: info.keys, registerAccelerator: false }),
  }));
}

export function setUpMenu(send: (action: Action) => void): void {
  const names = ['File', 'Edit', 'View', 'Machine', 'Trace', 'Help'];
  const template = names.map((label): MenuItemConstructorOptions => {
    const [before, after] = ROLES[label] ?? [[], []];
    return { label, submenu: [...before, ...entries(label, send), ...after] };
  });
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}

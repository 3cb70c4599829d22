// The menu bar: the page's table of actions, plus what Electron itself offers (clipboard, zoom, quit).

import { Menu } from 'electron';
import type { MenuItemConstructorOptions } from 'electron';
import type { MenuEntry } from '../ipc-contract.ts';

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

type Send = (action: string) => void;

function itemsOf(menu: string, entries: readonly MenuEntry[], send: Send): MenuItemConstructorOptions[] {
  return entries
    .filter((entry) => entry.menu === menu)
    .map(({ action, label, keys }) => ({
      id: action,
      label,
      click: () => send(action),
      // The key is shown here and obeyed by the page: one place decides what it means while a field has the focus.
      ...(keys === '' ? {} : { accelerator: keys, registerAccelerator: false }),
    }));
}

/** Before the page has said its entries: what Electron offers. */
export function setUpMenu(entries: readonly MenuEntry[], send: Send): void {
  const names = [
    'File',
    'Edit',
    'View',
    ...entries.map(({ menu }) => menu).filter((menu) => menu !== 'Help'),
    'Help',
  ];
  const template = [...new Set(names)].map((name): MenuItemConstructorOptions => {
    const [before, after] = ROLES[name] ?? [[], []];
    const label = entries.find(({ menu }) => menu === name)?.menuTitle ?? name;
    return { label, submenu: [...before, ...itemsOf(name, entries, send), ...after] };
  });
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}

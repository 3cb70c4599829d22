// What the actions about panels do.

import type { MenuEntry } from '../../electron/ipc-contract.ts';
import { menus } from '../texts/texts.ts';
import type { Dock } from '../dock/dock.svelte.ts';
import { panelInfos } from '../dock/panel-files.ts';
import { ACTION_TABLE } from './action-table.ts';
import { ROLES } from './actions.ts';
import type { Lab } from './lab.svelte.ts';
import type { PanelAction } from './panel-info.ts';

const actionOf = (id: string): PanelAction => `panel:${id}`;

/** One entry for each panel, in the View menu. */
export const panelEntries = (): readonly MenuEntry[] =>
  panelInfos.map(({ id, title }) => ({
    action: actionOf(id),
    label: title,
    keys: '',
    menu: 'View',
    menuTitle: menus.View,
  }));

/** Registers them; returns the function that takes them back. */
export function registerDockActions(lab: Lab, dock: Dock): () => void {
  lab.actions = [...ACTION_TABLE, ...panelEntries()];
  lab.openPanel = (id) => dock.open(id);
  lab.openFor = (target) => dock.openFor(target);
  const undo = [
    ...panelInfos.map(({ id }) => lab.handle(actionOf(id), () => dock.openAndFocus(id))),
    lab.handle('zoom-panel', () => dock.toggleAlone()),
    lab.handle('close-panel', () => dock.close(dock.current)),
    lab.handle('compare-runs', () => dock.openAndFocus('compare')),
    lab.handle('next-group', () => dock.focusNextGroup(1)),
    lab.handle('previous-group', () => dock.focusNextGroup(-1)),
    lab.handle('panel-left', () => dock.move(dock.current, 'left')),
    lab.handle('panel-right', () => dock.move(dock.current, 'right')),
    lab.handle('panel-bottom', () => dock.move(dock.current, 'bottom')),
    lab.handle('panel-apart', () => dock.move(dock.current, 'apart')),
    lab.handle('reset-layout', () => dock.reset()),
    ...ROLES.map((role) => lab.handle(`role-${role}`, () => dock.useRole(role))),
  ];
  return () => {
    for (const take of undo) take();
  };
}

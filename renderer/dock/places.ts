// Which group of tabs a panel goes to: the one of its kind when it is opened, the one at an edge when it is moved there.

import type { DockviewApi, DockviewGroupPanel } from 'dockview-core';
import type { PanelInfo, PanelPlace } from '../app/panel-info.ts';
import { panelFiles } from './panel-files.ts';

const NEAR = 8;

const infoOf = (id: string): PanelInfo | undefined => panelFiles.get(id)?.panel;

/** The group that holds most panels of the same place, and the panel's rank among its tabs. */
export function homeOf(
  info: PanelInfo,
  api: DockviewApi,
): { readonly group: DockviewGroupPanel; readonly index: number } | undefined {
  const kin = (group: DockviewGroupPanel): number =>
    group.panels.filter(({ id }) => infoOf(id)?.place === info.place).length;
  const group = [...api.groups].sort((a, b) => kin(b) - kin(a))[0];
  if (group === undefined || kin(group) === 0) return undefined;
  const after = group.panels.findIndex(({ id }) => (infoOf(id)?.order ?? 0) > info.order);
  return { group, index: after === -1 ? group.panels.length : after };
}

/** The largest group at that edge of the dock that does not reach from edge to edge. */
export function edgeGroup(
  groups: readonly DockviewGroupPanel[],
  root: HTMLElement,
  edge: Exclude<PanelPlace, 'centre'>,
): DockviewGroupPanel | undefined {
  const whole = root.getBoundingClientRect();
  const fits = groups.filter(({ element }) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    if (edge === 'left') return left - whole.left < NEAR && whole.right - right > NEAR;
    if (edge === 'right') return whole.right - right < NEAR && left - whole.left > NEAR;
    return whole.bottom - bottom < NEAR && top - whole.top > NEAR;
  });
  const breadth = ({ element }: DockviewGroupPanel): number =>
    edge === 'bottom' ? element.clientWidth : element.clientHeight;
  return fits.sort((a, b) => breadth(b) - breadth(a))[0];
}

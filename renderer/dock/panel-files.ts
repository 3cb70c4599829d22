// Every panel there is: the files of renderer/panels whose names end in .panel.svelte.

import type { PanelFile, PanelInfo, Target } from '../app/panel-info.ts';

const files = import.meta.glob<PanelFile>('../panels/*.panel.svelte', { eager: true });

export const panelFiles: ReadonlyMap<string, PanelFile> = new Map(
  Object.values(files)
    .sort((a, b) => a.panel.order - b.panel.order)
    .map((file) => [file.panel.id, file]),
);

export const panelInfos: readonly PanelInfo[] = [...panelFiles.values()].map(({ panel }) => panel);

/** The panels that show such a thing. */
export const panelsShowing = (kind: Target['kind']): readonly PanelInfo[] =>
  panelInfos.filter(({ shows }) => shows?.includes(kind));

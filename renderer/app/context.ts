// The one Lab and the one Appearance of the page, for every component below App; and a panel's frame, for what is in the panel.

import { getContext, setContext } from 'svelte';
import type { Appearance } from './appearance.svelte.ts';
import type { Lab } from './lab.svelte.ts';

const LAB = Symbol('lab');
const APPEARANCE = Symbol('appearance');

export const provideLab = (lab: Lab): Lab => setContext(LAB, lab);
export const useLab = (): Lab => getContext<Lab>(LAB);

export const provideAppearance = (appearance: Appearance): Appearance => setContext(APPEARANCE, appearance);
export const useAppearance = (): Appearance => getContext<Appearance>(APPEARANCE);

/** What a panel can say to the frame around it. */
export interface PanelFrame {
  /** The words on its tab. */
  setTitle(title: string): void;
}

/** Set by the dock for each panel. */
export const FRAME = Symbol('frame');
export const usePanelFrame = (): PanelFrame | undefined => getContext<PanelFrame | undefined>(FRAME);

/** For a component that is mounted by hand. */
export const contextsOf = (lab: Lab, appearance: Appearance): ReadonlyMap<unknown, unknown> =>
  new Map<unknown, unknown>([
    [LAB, lab],
    [APPEARANCE, appearance],
  ]);

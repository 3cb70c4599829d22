// The one Lab and the one Appearance of the page, for every component below App.

import { getContext, setContext } from 'svelte';
import type { Appearance } from './appearance.svelte.ts';
import type { Lab } from './lab.svelte.ts';

const LAB = Symbol('lab');
const APPEARANCE = Symbol('appearance');

export const provideLab = (lab: Lab): Lab => setContext(LAB, lab);
export const useLab = (): Lab => getContext<Lab>(LAB);

export const provideAppearance = (appearance: Appearance): Appearance => setContext(APPEARANCE, appearance);
export const useAppearance = (): Appearance => getContext<Appearance>(APPEARANCE);

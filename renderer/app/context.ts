// The one Lab of the page, for every component below App.

import { getContext, setContext } from 'svelte';
import type { Lab } from './lab.svelte.ts';

const KEY = Symbol('lab');

export const provideLab = (lab: Lab): Lab => setContext(KEY, lab);
export const useLab = (): Lab => getContext<Lab>(KEY);

// The theme: chosen by the person, else as the system prefers. Sizes that were dragged.

import type { Theme } from '../../electron/ipc-contract.ts';
import type { Lab } from './lab.svelte.ts';

type Shown = Exclude<Theme, 'system'>;

export class Appearance {
  readonly theme = $derived.by<Theme>(() => this.#lab.settings.theme);
  #prefersDark = $state(true);
  #prefersContrast = $state(false);
  readonly shown = $derived<Shown>(
    this.theme !== 'system'
      ? this.theme
      : this.#prefersContrast
        ? 'contrast'
        : this.#prefersDark
          ? 'dark'
          : 'light',
  );
  readonly #lab: Lab;

  constructor(lab: Lab) {
    this.#lab = lab;
    this.#watch('(prefers-color-scheme: dark)', (matches) => (this.#prefersDark = matches));
    this.#watch('(prefers-contrast: more)', (matches) => (this.#prefersContrast = matches));
  }

  choose(theme: Theme): void {
    this.#lab.setSettings({ theme });
  }

  #watch(media: string, tell: (matches: boolean) => void): void {
    const list = matchMedia(media);
    tell(list.matches);
    list.addEventListener('change', (event) => tell(event.matches));
  }
}

/** A size in rem that the person can drag; kept. */
export class KeptSize {
  rem = $state(0);
  readonly #key: string;
  readonly #least: number;
  readonly #most: number;

  constructor(key: string, initial: number, least: number, most: number) {
    this.#key = `size-${key}`;
    this.#least = least;
    this.#most = most;
    const kept = Number(localStorage.getItem(this.#key));
    this.rem = kept > 0 ? this.#clamped(kept) : initial;
  }

  set(rem: number): void {
    this.rem = this.#clamped(rem);
    localStorage.setItem(this.#key, String(this.rem));
  }

  get least(): number {
    return this.#least;
  }

  get most(): number {
    return this.#most;
  }

  #clamped(rem: number): number {
    return Math.min(this.#most, Math.max(this.#least, rem));
  }
}

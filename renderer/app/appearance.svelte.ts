// The theme: chosen by the person, else as the system prefers.

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

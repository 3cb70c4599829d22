// Theme and sizes: chosen by the person, kept in the page's own storage, else as the system prefers.

import type { LabBridge, Theme } from '../../electron/ipc-contract.ts';

type Shown = Exclude<Theme, 'system'>;

const THEMES: readonly Theme[] = ['system', 'dark', 'light', 'contrast', 'projector'];
const THEME_KEY = 'theme';

export class Appearance {
  theme = $state<Theme>('system');
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
  readonly #bridge: LabBridge;

  constructor(bridge: LabBridge) {
    this.#bridge = bridge;
    this.#watch('(prefers-color-scheme: dark)', (matches) => (this.#prefersDark = matches));
    this.#watch('(prefers-contrast: more)', (matches) => (this.#prefersContrast = matches));
    const kept = localStorage.getItem(THEME_KEY);
    this.choose(THEMES.find((theme) => theme === kept) ?? 'system');
  }

  choose(theme: Theme): void {
    this.theme = theme;
    localStorage.setItem(THEME_KEY, theme);
    void this.#bridge.setTheme({ theme });
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

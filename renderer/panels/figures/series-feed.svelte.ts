// Asks what functions did over virtual time: again as the machine goes on, four times a second at most, at once while the core still
// counts what it has not seen.

import type { IoSeriesAnswer } from '../../../core/index.ts';
import type { Lab } from '../../app/lab.svelte.ts';

const EVERY_MS = 250;
/** Functions drawn one by one. */
export const DRAWN = 4;

export class SeriesFeed {
  answer = $state.raw<IoSeriesAnswer | undefined>(undefined);
  readonly #lab: Lab;
  readonly #ids: () => readonly string[] | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #askedAt = -Infinity;
  #asking = false;

  /** Call while a component is made. `ids`: undefined while nobody looks. */
  constructor(lab: Lab, ids: () => readonly string[] | undefined) {
    this.#lab = lab;
    this.#ids = ids;
    $effect(() => {
      void [lab.latest.events, lab.latest.session.id];
      if (ids() !== undefined) this.#soon();
    });
    $effect(() => () => clearTimeout(this.#timer));
  }

  #soon(): void {
    if (this.#timer !== undefined || this.#asking) return;
    const wait = Math.max(0, this.#askedAt + EVERY_MS - performance.now());
    this.#timer = setTimeout(() => void this.#ask(), this.answer?.behind === 0 ? wait : 0);
  }

  async #ask(): Promise<void> {
    this.#timer = undefined;
    const ids = this.#ids();
    if (ids === undefined) return;
    this.#asking = true;
    this.#askedAt = performance.now();
    const { events } = this.#lab.latest;
    const result = await this.#lab.bridge.query({ ask: 'io-series', ids, limit: DRAWN });
    this.#asking = false;
    this.answer = result.ok ? result.value : undefined;
    if (result.ok && (result.value.behind > 0 || this.#lab.latest.events !== events)) this.#soon();
  }
}

// Runs of like calls are told once: clearing a 2 GiB window takes 1,024 H_STUFF_TCE that differ in their address alone.

import { classOf } from '../../core/trace/classes.ts';
import type { TraceEvent } from '../../core/index.ts';

export type Item =
  | { readonly event: TraceEvent }
  /** `folded` calls like the ones before, the last of them given; `again`: tells the last item anew, the run went on. */
  | { readonly folded: number; readonly last: TraceEvent; readonly again: boolean };

/** Calls of a run that are shown one by one. */
const SHOWN = 3;

/** What makes two calls alike; empty: never folded. */
function likeness(event: TraceEvent): string {
  if (event.kind !== 'tce-hcall') return '';
  return `${event.opcode} ${event.liobn} ${event.ret} ${classOf(event)} ${event.cause}`;
}

export class Folder {
  #like = '';
  #length = 0;
  #folded = 0;
  /** Calls folded that were told at the end of the last batch. */
  #told = 0;
  #last: TraceEvent | undefined;
  on: boolean;

  constructor(on = true) {
    this.on = on;
  }

  /** The items for the next events. A run that goes on in the next batch is told again, in the place of its line. */
  feed(events: readonly TraceEvent[]): readonly Item[] {
    const items: Item[] = [];
    for (const event of events) this.#take(event, items);
    this.#flush(items);
    return items;
  }

  reset(): void {
    this.#like = '';
    this.#length = 0;
    this.#folded = 0;
    this.#told = 0;
  }

  #take(event: TraceEvent, items: Item[]): void {
    const like = this.on ? likeness(event) : '';
    if (like === '' || like !== this.#like) {
      this.#flush(items);
      this.#like = like;
      this.#length = 0;
      this.#folded = 0;
      this.#told = 0;
    }
    this.#length++;
    if (like !== '' && this.#length > SHOWN) {
      this.#folded++;
      this.#last = event;
    } else {
      items.push({ event });
    }
  }

  #flush(items: Item[]): void {
    const last = this.#last;
    if (last === undefined || this.#folded === this.#told) return;
    items.push({ folded: this.#folded, last, again: this.#told > 0 });
    this.#told = this.#folded;
  }
}

// A hash over the content of all events, in order: lets a replay prove itself. FNV-1a over 64-bit words (docs/trace-format.md).
// Worked out when asked for, so that recording costs nothing.

import { Fnv64 } from '../base/fnv64.ts';
import type { NewEvent } from './events.ts';

/** Mixes in a safe integer. */
export function mixNumber(state: Fnv64, value: number): void {
  state.add(Math.floor(value / 0x1_0000_0000) | 0, (value % 0x1_0000_0000) | 0);
}

/** Mixes in a text: its length, then its UTF-16 code units, four to a word. */
export function mixText(state: Fnv64, text: string): void {
  const unit = (i: number): number => (i < text.length ? text.charCodeAt(i) : 0);
  state.add(0, text.length);
  for (let i = 0; i < text.length; i += 4) {
    state.add((unit(i) << 16) | unit(i + 1), (unit(i + 2) << 16) | unit(i + 3));
  }
}

/** A rare event as text that depends on nothing but its content: keys in order, 64-bit values and bytes in hex. */
export function canonicalText(value: unknown): string {
  if (typeof value === 'bigint') return `0x${value.toString(16)}`;
  if (value instanceof Uint8Array)
    return `[${Array.from(value, (b) => b.toString(16).padStart(2, '0')).join('')}]`;
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value).filter(([, v]) => v !== undefined);
  fields.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, v]) => `${key}:${canonicalText(v)}`).join(',')}}`;
}

/** Feeds event `seq` into a state. */
export type MixEvent = (state: Fnv64, seq: number) => void;

/** The state after every so many events is kept, so that amending an event does not cost the whole trace. */
const CHECKPOINT_EVENTS = 1 << 12;

export class IncrementalHash {
  private readonly mix: MixEvent;
  private state = new Fnv64();
  /** Events mixed in so far. */
  private done = 0;
  /** States after 0, CHECKPOINT_EVENTS, 2 * CHECKPOINT_EVENTS … events. */
  private checkpoints: Fnv64[] = [];

  constructor(mix: MixEvent) {
    this.mix = mix;
  }

  /** Mixes in at most `most` more of the first `length` events; true: all of them are. */
  ahead(length: number, most: number): boolean {
    const end = Math.min(length, this.done + most);
    this.upTo(end);
    return this.done >= length;
  }

  /** The hash of the first `length` events, hex. */
  upTo(length: number): string {
    for (; this.done < length; this.done++) {
      if (this.done % CHECKPOINT_EVENTS === 0) this.checkpoints.push(this.state.copy());
      this.mix(this.state, this.done);
    }
    return this.state.value.toString(16).padStart(16, '0');
  }

  /** Event `seq` changed: what was mixed from there on is worked out again. */
  forget(seq: number): void {
    if (seq >= this.done) return;
    const checkpoint = Math.floor(seq / CHECKPOINT_EVENTS);
    this.state = this.checkpoints[checkpoint] ?? new Fnv64();
    this.checkpoints.length = checkpoint;
    this.done = checkpoint * CHECKPOINT_EVENTS;
  }

  clear(): void {
    this.state = new Fnv64();
    this.done = 0;
    this.checkpoints = [];
  }
}

/** Text of a record, hashed when mixed. */
export function mixRecord(state: Fnv64, record: NewEvent): void {
  mixText(state, canonicalText(record));
}

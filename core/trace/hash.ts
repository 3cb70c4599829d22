// A hash over the content of all events, in order: lets a replay prove itself. FNV-1a, 64 bits, fed with 32-bit words instead of bytes
// (docs/trace-format.md). Worked out when asked for, so that recording costs nothing.

import type { NewEvent } from './events.ts';

/** One FNV-1a state: two int32 halves. */
export class Fnv64 {
  hi = 0xcbf29ce4 | 0;
  lo = 0x84222325 | 0;

  /** Mixes in one 32-bit word: state = (state ^ word) * 0x100000001b3 modulo 2^64. */
  word(word: number): void {
    const lo = this.lo ^ word;
    const low = (lo & 0xffff) * 0x1b3;
    const high = (lo >>> 16) * 0x1b3 + (low >>> 16);
    this.hi = (Math.imul(this.hi, 0x1b3) + (high >>> 16) + (lo << 8)) | 0;
    this.lo = (high << 16) | (low & 0xffff);
  }

  /** Mixes in a safe integer as two words, upper first. */
  number(value: number): void {
    this.word(Math.floor(value / 0x1_0000_0000) | 0);
    this.word((value % 0x1_0000_0000) | 0);
  }

  /** Mixes in a text: its length, then its UTF-16 code units. */
  text(text: string): void {
    this.word(text.length);
    for (let i = 0; i < text.length; i++) this.word(text.charCodeAt(i));
  }

  /** 16 hex digits. */
  get hex(): string {
    return (this.hi >>> 0).toString(16).padStart(8, '0') + (this.lo >>> 0).toString(16).padStart(8, '0');
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
  /** States after 0, CHECKPOINT_EVENTS, 2 * CHECKPOINT_EVENTS … events: halves in turn. */
  private checkpoints: number[] = [];

  constructor(mix: MixEvent) {
    this.mix = mix;
  }

  /** The hash of the first `length` events, hex. */
  upTo(length: number): string {
    for (; this.done < length; this.done++) {
      if (this.done % CHECKPOINT_EVENTS === 0) this.checkpoints.push(this.state.hi, this.state.lo);
      this.mix(this.state, this.done);
    }
    return this.state.hex;
  }

  /** Event `seq` changed: what was mixed from there on is worked out again. */
  forget(seq: number): void {
    if (seq >= this.done) return;
    const checkpoint = Math.floor(seq / CHECKPOINT_EVENTS);
    this.state.hi = this.checkpoints[2 * checkpoint] ?? 0;
    this.state.lo = this.checkpoints[2 * checkpoint + 1] ?? 0;
    this.checkpoints.length = 2 * checkpoint;
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
  state.text(canonicalText(record));
}

// What the guest changed in its live device tree since it booted: one line per property, first value against last.

import { codeOfKind } from '../trace/kinds.ts';
import type { TraceReader } from '../trace/reader.ts';
import type { Fold } from './fold.ts';

export interface PropertyChange {
  readonly path: string;
  readonly property: string;
  /** Raw bytes; absent = the property did not (or does not) exist. */
  readonly before?: Uint8Array;
  readonly after?: Uint8Array;
  /** Event of the last change. */
  readonly seq: number;
}

const CODES = [codeOfKind('dt-changed'), codeOfKind('machine-state')];

function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

export class DeviceTreeDiffFold implements Fold<readonly PropertyChange[]> {
  /** By path and property, whatever characters they hold. */
  private readonly changes = new Map<string, PropertyChange>();

  /** By path, then by property; what was changed back is left out. */
  get value(): readonly PropertyChange[] {
    return [...this.changes.values()]
      .filter(({ before, after }) => !sameBytes(before, after))
      .sort((a, b) => order(a.path, b.path) || order(a.property, b.property));
  }

  feed(log: TraceReader, from: number, to: number): void {
    for (let seq = from; seq < to; seq++) {
      if (!CODES.includes(log.codeAt(seq))) continue;
      const event = log.recordAt(seq);
      // A new kernel copies the platform's tree afresh.
      if (event?.kind === 'machine-state' && event.state === 'booting') this.changes.clear();
      if (event?.kind !== 'dt-changed') continue;
      const { path, property, after } = event;
      const key = JSON.stringify([path, property]);
      const known = this.changes.get(key);
      const before = known === undefined ? event.before : known.before;
      this.changes.set(key, {
        path,
        property,
        seq,
        ...(before === undefined ? {} : { before }),
        ...(after === undefined ? {} : { after }),
      });
    }
  }
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

// Who is meant: a function's address or a LIOBN as the name that commands use (`vf3`). Learned from the trace itself, so that a
// saved trace reads as the live one did.

import type { FunctionDescription, NewEvent, WindowDescription } from './events.ts';
import { codeOfKind } from './kinds.ts';
import type { TraceReader } from './reader.ts';

/** What formatting and filters ask. */
export interface NameLookup {
  /** `vf3` for `0103:01:00.0`. */
  idOfFunction(fn: string): string | undefined;
  /** Device type of a function: `nvme`, `nic`. */
  deviceOfFunction(fn: string): string | undefined;
  /** Whose window it is: `vf3`, or `nvme0+1` when more functions share it. */
  ownerOfLiobn(liobn: number): string | undefined;
  /** Whose PE a bus unit is. */
  ownerOfBuid(buid: bigint): string | undefined;
  /** log2 of the window's page size, where the trace said so. */
  pageShiftOfLiobn(liobn: number): number | undefined;
}

export const NO_NAMES: NameLookup = {
  idOfFunction: () => undefined,
  deviceOfFunction: () => undefined,
  ownerOfLiobn: () => undefined,
  ownerOfBuid: () => undefined,
  pageShiftOfLiobn: () => undefined,
};

const NAMING_CODES = (
  ['function-added', 'function-removed', 'window-created', 'window-removed', 'window-restored'] as const
).map(codeOfKind);
const FIRST_CODE = Math.min(...NAMING_CODES);
const LAST_CODE = Math.max(...NAMING_CODES);

interface WindowEntry {
  readonly buid: bigint;
  readonly window: WindowDescription;
}

/** A fold over a trace. Names of functions and windows that are gone stay known until something else takes their place. */
export class TraceNames implements NameLookup {
  private readonly functions = new Map<string, FunctionDescription>();
  /** Addresses of functions that went: they keep their name until their bus unit is somebody else's. */
  private readonly gone = new Set<string>();
  private readonly windows = new Map<number, WindowEntry>();
  /** Owners by LIOBN, worked out when first asked for after a change. */
  private owners = new Map<number, string | undefined>();

  feed(log: TraceReader, from: number, to: number): void {
    for (let seq = from; seq < to; seq++) {
      const code = log.codeAt(seq);
      if (code < FIRST_CODE || code > LAST_CODE) continue;
      const record = log.recordAt(seq);
      if (record !== undefined) this.learn(record);
    }
  }

  learn(event: NewEvent): void {
    if (event.kind === 'function-added') this.add(event.description);
    else if (event.kind === 'function-removed') this.gone.add(event.description.fn);
    else if (event.kind === 'window-created' || event.kind === 'window-restored') {
      this.windows.set(event.window.liobn >>> 0, { buid: event.buid, window: event.window });
      this.owners = new Map();
    }
  }

  idOfFunction(fn: string): string | undefined {
    return this.functions.get(fn)?.id;
  }

  deviceOfFunction(fn: string): string | undefined {
    return this.functions.get(fn)?.device;
  }

  ownerOfLiobn(liobn: number): string | undefined {
    const key = liobn >>> 0;
    if (!this.owners.has(key)) this.owners.set(key, this.findOwner(key));
    return this.owners.get(key);
  }

  ownerOfBuid(buid: bigint): string | undefined {
    return ownerAmong([...this.functions.values()].filter((f) => f.buid === buid));
  }

  pageShiftOfLiobn(liobn: number): number | undefined {
    return this.windows.get(liobn >>> 0)?.window.pageShift;
  }

  private add(description: FunctionDescription): void {
    for (const fn of this.gone) {
      if (fn !== description.fn && this.functions.get(fn)?.buid !== description.buid) continue;
      this.functions.delete(fn);
      this.gone.delete(fn);
    }
    this.functions.set(description.fn, description);
    this.owners = new Map();
  }

  private findOwner(liobn: number): string | undefined {
    const buid = this.windows.get(liobn)?.buid;
    const owners = [...this.functions.values()].filter((f) =>
      buid === undefined ? f.defaultLiobn >>> 0 === liobn : f.buid === buid,
    );
    return ownerAmong(owners);
  }
}

function ownerAmong(owners: readonly FunctionDescription[]): string | undefined {
  const first = owners[0];
  return first === undefined || owners.length === 1 ? first?.id : `${first.id}+${owners.length - 1}`;
}
